"""A Slack message in its versions: as written, edited and deleted, from events or from history.

A version is known by its room, the message's `ts` and its own time. So an event, its repeats and
the same message found later in the history are one, in whatever order they come.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from bot.conversation.events import Said, Unsaid
from bot.slack import asides, attached
from cases.text import clean

Raw = dict[str, Any]

GONE = "deleted"  # sorts behind every time
_SUBTYPES = (None, "file_share", "thread_broadcast")  # the others are joins, bots, reminders …
_LINK = re.compile(r"<(?P<target>[^<>|]*)(?:\|(?P<label>[^<>]*))?>")


@dataclass(frozen=True, slots=True)
class Version:
    """What a person made of a message at one time; `at` is that time, or GONE."""

    user: str
    text: str
    room: str
    ts: str
    at: str
    direct: bool
    mentions: bool  # it names the bot, which is how one speaks to it where others read along
    thread: str  # the first message of the thread that it stands in; empty outside threads

    @property
    def external_id(self) -> str:
        """The inbox compares these as text: Slack's times have one length."""
        return f"message:{self.room}:{self.ts}:{self.at}"


def version(raw: Raw) -> Version | None:
    """The version in an event's envelope; None for bots, joins, previews of links."""
    event = raw["event"]
    if event.get("type") not in ("message", "app_mention"):
        return None
    match event.get("subtype"):
        case "message_changed":
            return _changed(raw, event)
        case "message_deleted":
            before = event.get("previous_message") or {}
            return _made(raw, event, before, str(event.get("deleted_ts") or ""), GONE)
        case subtype if subtype not in _SUBTYPES or event.get("hidden"):
            return None
    return _made(raw, event, event, str(event["ts"]), _edited(event) or str(event["ts"]))


def neutral(raw: Raw, team: str) -> Said | Unsaid | None:
    """The neutral event of a version; None where it is not meant for the bot.

    What is said in a thread without naming the bot may follow a question of the same person:
    it is overheard, and kept only where they asked there.
    """
    found = version(raw)
    if found is None:
        return None
    overheard = not (found.direct or found.mentions)
    if overheard and (not found.thread or found.at == GONE):
        return None
    source = asides.name(team, found.room, found.ts)
    place = {"user": found.user}
    if found.direct:
        place["channel"] = found.room
    if found.at == GONE:
        return Unsaid(found.user, place, source)
    files = attached.of(raw["event"])
    if not (found.text or files) and found.direct:
        return Unsaid(found.user, place, source) if found.at != found.ts else None
    started = found.thread or ("" if found.direct else found.ts)
    aside = asides.said_in(found.user, found.room, found.thread, direct=found.direct)
    if raw.get("is_ext_shared_channel"):  # Slack Connect: people of another company read along
        aside["outsiders"] = True
    return Said(
        found.user,
        found.text,
        place,
        private=found.direct,
        source=source,
        aside=aside,
        thread=asides.name(team, found.room, started) if started else "",
        overheard=overheard,
        files=files,
    )


def spoken(text: str, bots: set[str] | None = None) -> str:
    """Slack's escaped text as the person typed it: no mention of the bot, links as their labels."""

    def shown(found: re.Match[str]) -> str:
        target, label = found["target"], found["label"]
        if target.startswith("@") and target[1:] in (bots or ()):
            return ""
        return label or target.lstrip("!")

    typed = _LINK.sub(shown, text)
    return clean(typed.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))


def _changed(raw: Raw, event: Raw) -> Version | None:
    """An edit. Slack also says "changed" when it adds a preview, or keeps a deleted thread."""
    after = event.get("message") or {}
    if after.get("subtype") == "tombstone":
        before = event.get("previous_message") or after
        return _made(raw, event, before, str(after["ts"]), GONE)
    if not _edited(after):
        return None
    return _made(raw, event, after, str(after["ts"]), _edited(after))


def _made(raw: Raw, event: Raw, message: Raw, ts: str, at: str) -> Version | None:
    if message.get("bot_id") or not message.get("user") or not ts:
        return None
    bots = {str(found.get("user_id")) for found in raw.get("authorizations") or []}
    typed = str(message.get("text") or "")
    return Version(
        user=str(message["user"]),
        text=spoken(typed, bots),
        room=str(event["channel"]),
        ts=ts,
        at=at,
        direct=event["type"] == "message" and event.get("channel_type") == "im",
        thread=str(message.get("thread_ts") or "") if message.get("thread_ts") != ts else "",
        mentions=event["type"] == "app_mention" or any(f"<@{bot}" in typed for bot in bots),
    )


def _edited(message: Raw) -> str:
    """When the message was edited last; empty when it never was."""
    return str((message.get("edited") or {}).get("ts") or "")
