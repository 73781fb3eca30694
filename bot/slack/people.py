"""What Slack tells of people: who came, who changed, who was deactivated. Pure.

Scope: `users:read`; e-mail addresses come only with `users:read.email`.
"""

from __future__ import annotations

from typing import Any

from bot.conversation.events import PersonTold

Raw = dict[str, Any]
EVENTS = ("team_join", "user_change")


def told(raw: Raw, homes: set[str]) -> PersonTold | None:
    """The neutral event; None for bots. `homes`: the team and the organisation of the envelope."""
    user = raw["event"]["user"]
    if user.get("is_bot") or user.get("id") in ("", None, "USLACKBOT"):
        return None
    who = str(user["id"])
    gone, mine = bool(user.get("deleted")), ours(user, homes)
    return PersonTold(who, {"user": who}, email_of(user), gone=gone, ours=mine)


def ours(user: Raw, homes: set[str]) -> bool:
    """False for guests, and for people of another company (Slack Connect).

    People of an organisation name it, or its workspaces, beside the one that they are seen in.
    """
    guest = user.get("is_restricted") or user.get("is_ultra_restricted") or user.get("is_stranger")
    around = user.get("enterprise_user") or {}
    member_of = {user.get("team_id"), around.get("enterprise_id"), *(around.get("teams") or ())}
    return not guest and bool(member_of & homes)


def homes(*ids: str | None) -> set[str]:
    """Team and organisation, of which either may be missing."""
    return {one for one in ids if one}


def email_of(user: Raw) -> str:
    """The address in lower case; empty without the scope."""
    return str((user.get("profile") or {}).get("email") or "").lower()
