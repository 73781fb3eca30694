"""What is said in a channel and not to the bot: plain messages, and emoji put on them.

Pure. Whether the company lets the bot listen there is decided before anything is kept
(bot/hearing.py). What is only found in the history is no longer overheard: it is not looked for.
"""

from __future__ import annotations

import re
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.conversation.events import Overheard, Post
from bot.slack import answers, asides, messages

Raw = dict[str, Any]

_SOURCE = re.compile(r"slack:(\w+):(\w+):([\d.]+)")
_ROOMS = ("channel", "group")
_GONE = (
    *("channel_not_found", "not_in_channel", "is_archived"),
    *("thread_not_found", "message_not_found"),
)


def overheard(raw: Raw, team: str) -> Overheard | None:
    """A person's new message in a channel, or an emoji on a person's message there."""
    event = raw["event"]
    if raw.get("is_ext_shared_channel"):  # another company has come into the room
        return None
    if event.get("type") == "reaction_added":
        return _mark(event, team)
    found = messages.version(raw)
    if found is None or found.direct or found.mentions or not found.text:
        return None
    fresh = found.at == found.ts and not str(raw.get("event_id", "")).startswith("history:")
    if not fresh or event.get("channel_type") not in _ROOMS:
        return None
    source = asides.name(team, found.room, found.ts)
    return Overheard(found.user, found.text, {"user": found.user}, source, found.room)


def _mark(event: Raw, team: str) -> Overheard | None:
    """Skin tones make no difference; a bot's message has no `item_user`."""
    item, author, by = event.get("item") or {}, event.get("item_user"), event.get("user")
    if item.get("type") != "message" or not author or not by:
        return None
    room, ts = str(item["channel"]), str(item["ts"])
    mark = str(event["reaction"]).partition("::")[0]
    place, source = {"user": str(author)}, asides.name(team, room, ts)
    return Overheard(str(author), "", place, source, room, mark, str(by))


async def post(api: AsyncWebClient, source: str) -> Post | None:
    """The message as it is now; None where it is gone, no person's of the team, or closed to us.

    Scopes: `channels:history`, `groups:history`. Raises DeliveryFailed. A reply in a thread is not
    in the channel's history, so it is looked for among the replies.
    """
    named = _SOURCE.fullmatch(source)
    if named is None:
        return None
    team, room, ts = named.groups()
    try:
        page = await api.conversations_history(
            channel=room, oldest=ts, latest=ts, inclusive=True, limit=1
        )
        found = [one for one in page["messages"] if one.get("ts") == ts]
        if not found:
            page = await api.conversations_replies(channel=room, ts=ts, limit=15)
            found = [one for one in page["messages"] if one.get("ts") == ts]
    except Exception as error:
        if answers.code(error) in (*answers.CLOSED, *_GONE):
            return None
        raise answers.failure(error, proves_nothing_sent=True) from None
    return _post(found[0], team) if found else None


def _post(message: Raw, team: str) -> Post | None:
    homes = {message.get(key) for key in ("team", "user_team", "source_team")}
    if message.get("bot_id") or not message.get("user") or homes - {None, "", team}:
        return None
    return Post(str(message["user"]), messages.spoken(str(message.get("text") or "")))
