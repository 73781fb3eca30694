"""When Slack takes the bot away from a workspace, or gives it back: as neutral events. Pure."""

from __future__ import annotations

from typing import Any

from bot.conversation.events import Detached

Raw = dict[str, Any]
_GONE = ("app_uninstalled", "tokens_revoked")


def parting(raw: Raw) -> Detached | None:
    """The neutral event; None for every other event, and for tokens of people: we ask for none.

    The two team_access events wrap what they say once more.
    """
    event = raw["event"]
    inner = event["event"] if isinstance(event.get("event"), dict) else event
    kind, at = inner.get("type", ""), float(raw.get("event_time") or 0)
    if kind == "tokens_revoked" and not (inner.get("tokens") or {}).get("bot"):
        return None
    if kind in _GONE:
        return Detached(_installed_to(raw), kind, forget=True, at=at)
    if kind == "team_access_revoked":
        return Detached(tuple(inner["team_ids"]), kind, at=at)
    if kind == "team_access_granted":
        return Detached((*inner["team_ids"], organisation(raw)), "", at=at)
    return None


def organisation(raw: Raw) -> str:
    """The organisation (Enterprise Grid) of the verified envelope; empty without one."""
    first: Raw = next(iter(raw.get("authorizations") or ()), {})
    around = raw.get("enterprise_id") or (raw.get("enterprise") or {}).get("id")
    return str(around or first.get("enterprise_id") or "")


def _installed_to(raw: Raw) -> tuple[str, ...]:
    """The one installation that ended: the organisation's ends only when Slack says so."""
    whole = any(one.get("is_enterprise_install") for one in raw.get("authorizations") or ())
    team = raw.get("team_id")
    return (organisation(raw),) if whole or not team else (str(team),)
