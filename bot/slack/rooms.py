"""What Slack tells of channels: the bot brought in or put out, archived, renamed. Pure.

Scopes: `channels:read` and `groups:read`.
"""

from __future__ import annotations

from typing import Any

from bot.conversation.events import Event, Invited, Pressed, RoomTold
from bot.slack.messages import spoken

Raw = dict[str, Any]
WHAT = {
    "channel_left": "left",
    "group_left": "left",
    "channel_deleted": "left",
    "group_deleted": "left",
    "channel_archive": "archived",
    "group_archive": "archived",
    "channel_unarchive": "active",
    "group_unarchive": "active",
    "channel_rename": "renamed",
    "group_rename": "renamed",
}
EVENTS = ("member_joined_channel", "member_left_channel", *WHAT)
HERE = ("部屋", "この部屋", "room", "this room")
SHOW = "room.here"


def told(raw: Raw) -> Event | None:
    """The neutral event; None where it is about somebody else's coming and going."""
    event = raw["event"]
    kind, channel = event["type"], event.get("channel")
    if kind == "channel_rename" or kind == "group_rename":
        return RoomTold(str(channel["id"]), "renamed", str(channel.get("name") or ""))
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
    elif (raw.get("event") or {}).get("type") == "app_mention" and raw["event"].get("user"):
        event = raw["event"]
        bots = {str(found.get("user_id")) for found in raw.get("authorizations") or []}
        user, channel, named = str(event["user"]), str(event["channel"]), ""
        typed = spoken(str(event.get("text") or ""), bots)
    else:
        return None
    if typed.strip().lower() not in HERE or not channel.startswith(("C", "G")):
        return None
    return Pressed(user, SHOW, channel, {"user": user}, {"name": named}, private=False)
