"""What Slack tells of channels: the bot brought in or put out, archived, renamed. Pure.

Scopes: `channels:read` and `groups:read`.
"""

from __future__ import annotations

from typing import Any

from bot.conversation.events import Event, Invited, Pressed, RoomTold
from bot.slack import asides
from bot.slack.messages import GONE, spoken, version

Raw = dict[str, Any]
WHAT = {
    f"{kind}_{news}": what
    for kind in ("channel", "group")  # public, private
    for news, what in (
        ("left", "left"),
        ("deleted", "left"),
        ("archive", "archived"),
        ("unarchive", "active"),
        ("rename", "renamed"),
    )
}
ANY = ("member_joined_channel", "member_left_channel", "channel_shared")  # public or private
EVENTS = (*ANY, *WHAT)
HERE = ("部屋", "この部屋", "room", "this room")
SHOW = "room.here"


def told_of(kind: str) -> tuple[str, ...]:
    """The events about a `channel` (public) or a `group` (private)."""
    return tuple(event for event in WHAT if event.startswith(f"{kind}_"))


def told(raw: Raw) -> Event | None:
    """The neutral event; None where it is about somebody else's coming and going."""
    event = raw["event"]
    kind, channel = event["type"], event.get("channel")
    if WHAT.get(kind) == "renamed":
        return RoomTold(str(channel["id"]), "renamed", str(channel.get("name") or ""))
    if kind == "channel_shared":  # with another company, through Slack Connect
        return RoomTold(str(channel), "shared")
    if kind in WHAT:
        return RoomTold(str(channel), WHAT[kind])
    bots = {str(found.get("user_id")) for found in raw.get("authorizations") or []}
    if event.get("user") not in bots:
        return None
    if kind == "member_left_channel":
        return RoomTold(str(channel), "left")
    inviter = str(event.get("inviter") or "")
    if not inviter:
        return RoomTold(str(channel), "joined")
    return Invited(inviter, {"user": inviter}, str(channel))


def here(raw: Raw) -> Pressed | None:
    """「この部屋」 to the bot in a channel, by mention or by command: which one, and its name."""
    if "command" in raw:
        user, channel = str(raw["user_id"]), str(raw.get("channel_id") or "")
        named, typed = str(raw.get("channel_name") or ""), spoken(raw.get("text", ""))
    elif raw.get("type") == "event_callback":  # one message may come as both of its events
        found = version(raw)
        if found is None or not found.mentions or found.at == GONE:
            return None
        user, channel, named, typed = found.user, found.room, "", found.text
    else:
        return None
    if typed.strip().lower() not in HERE or not channel.startswith(("C", "G")):
        return None
    aside = asides.said_in(user, channel, "", direct=False)
    return Pressed(user, SHOW, channel, {"user": user}, {"name": named}, private=False, aside=aside)
