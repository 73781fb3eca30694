"""What Teams tells of group chats and channels: the app added or removed, renamed, archived. Pure.

A room is a conversation without its thread: the id of a channel, a team's first channel, a chat.
"""

from __future__ import annotations

from typing import Any

from bot.conversation.events import Event, Invited, Pressed, RoomTold, Said
from bot.teams.activities import away, part
from cases.text import fold

Json = dict[str, Any]

HERE = ("部屋", "この部屋", "room", "this room")
# channelData.eventType → what became of which room; a team stands for its first channel.
_NEWS = {
    "channelDeleted": ("channel", "left"),
    "channelRenamed": ("channel", "renamed"),
    "channelShared": ("channel", "shared"),  # with another company
    "teamArchived": ("team", "archived"),
    "teamDeleted": ("team", "left"),
    "teamHardDeleted": ("team", "left"),
    "teamRenamed": ("team", "renamed"),
    "teamRestored": ("team", "active"),
    "teamUnarchived": ("team", "active"),
}


def room_of(activity: Json) -> str:
    """The room that the activity happened in; empty where it names none."""
    found = part(activity, "conversation").get("id")
    return found.partition(";")[0] if isinstance(found, str) else ""


def installed(activity: Json, user: str) -> Event | None:
    """The app in a chat that others read: who added it is asked whose room it is."""
    room, name = room_of(activity), _name(activity)
    match activity.get("action"):
        case _ if not room:
            return None
        case "add" if user:
            return Invited(user, away(activity), room)
        case "add" | "add-upgrade":
            return RoomTold(room, "joined", name)
        case "remove":
            return RoomTold(room, "left")
        case _:  # remove-upgrade comes before add-upgrade: nobody was removed
            return None


def told(activity: Json) -> RoomTold | None:
    """The news in a conversationUpdate; None where it is about other members."""
    room, bot = room_of(activity), part(activity, "recipient").get("id")
    about, what = _NEWS.get(str(part(activity, "channelData").get("eventType")), ("", ""))
    if about:
        thing = part(part(activity, "channelData"), about)
        named, called = thing.get("id"), thing.get("name")
        return RoomTold(str(named), what, str(called or "")) if named else None
    if not room or not bot:
        return None
    if bot in _ids(activity.get("membersAdded")):
        return RoomTold(room, "joined", _name(activity))
    if bot in _ids(activity.get("membersRemoved")):
        return RoomTold(room, "left")
    topic = activity.get("topicName")
    return RoomTold(room, "renamed", topic) if isinstance(topic, str) and topic else None


def here(said: Said, activity: Json) -> Pressed | None:
    """「@ヒトツブ この部屋」: the same as the command of other platforms; None for other words."""
    if said.private or fold(said.text).strip() not in HERE:
        return None
    return Pressed(
        said.user,
        "room.here",
        room_of(activity),
        said.place,
        {"name": _name(activity)},
        private=False,
        aside=said.aside,
    )


def _name(activity: Json) -> str:
    """What people call the room: its channel, else its team; empty for a group chat."""
    data = part(activity, "channelData")
    named = part(data, "channel").get("name") or part(data, "team").get("name")
    return str(named or part(activity, "conversation").get("name") or "")


def _ids(members: object) -> list[object]:
    rows = members if isinstance(members, list) else []
    return [one.get("id") for one in rows if isinstance(one, dict)]
