"""What was written while nobody listened, read from a room's history as the events it would be.

Scopes: `im:history` for direct messages (minimum manifest), `channels:history` for rooms.
"""

from __future__ import annotations

from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import answers, limits
from bot.slack.messages import Raw

_NOTHING_THERE = ("channel_not_found", "not_in_channel", "is_archived")


@dataclass(frozen=True, slots=True)
class Place:
    """A room of a team or an organisation; `direct`: the bot's own conversation with a person."""

    team: str
    room: str
    direct: bool
    bot_user: str = ""


async def missed(api: AsyncWebClient, place: Place, oldest: str) -> list[Raw] | None:
    """Envelopes of all messages since `oldest` (Slack's time), oldest first.

    None where the token may not read history. Raises DeliveryFailed, with `retry_after` on a 429.
    """
    found: list[Raw] = []
    cursor: str | None = None
    seen: set[str] = set()  # a cursor that comes back would never end
    while cursor not in seen:
        try:
            page = await api.conversations_history(
                channel=place.room,
                oldest=oldest,
                inclusive=True,
                limit=limits.HISTORY_PAGE,
                cursor=cursor,
            )
        except Exception as error:
            if answers.code(error) in answers.CLOSED:
                return None
            if answers.code(error) in _NOTHING_THERE:
                return []
            raise answers.failure(error, proves_nothing_sent=True) from None
        found += [envelope(place, message) for message in page["messages"] if message.get("ts")]
        seen.add(cursor or "")
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
    return sorted(found, key=lambda raw: float(raw["event"]["ts"]))


def envelope(place: Place, message: Raw) -> Raw:
    """The message as Slack would have sent it; its own place makes it the same event.

    To an org-wide installation the message names its workspace, the envelope the organisation.
    """
    kind = "im" if place.direct else "channel"
    whole = place.team.startswith("E")
    within = {"enterprise_id": place.team} if whole else {}
    return {
        **within,
        "type": "event_callback",
        "team_id": str(message.get("team") or place.team) if whole else place.team,
        "event_id": f"history:{place.room}:{message['ts']}",
        "authorizations": [{"user_id": place.bot_user}] if place.bot_user else [],
        "event": {**message, "type": "message", "channel": place.room, "channel_type": kind},
    }
