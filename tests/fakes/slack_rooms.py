"""conversations.* and reactions.* of the fake Slack: rooms, who is in them, what was written."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.fakes.slack_state import (
    BOT,
    Json,
    Refused,
    Room,
    Workspace,
    direct_of,
    needed,
    paged,
    yes,
)

_MARK = re.compile(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?")
_HIDDEN = ("channel", "channel_type", "unfurl_links", "unfurl_media", "link_names", "mrkdwn")


def opened(slack: Workspace, arguments: Json) -> Json:
    """conversations.open with one person."""
    user = arguments.get("users") or ""
    if not user:
        raise Refused("users_list_not_supplied")
    if not slack.is_person(user):
        raise Refused("user_not_found")
    return {"ok": True, "channel": {"id": direct_of(user)}}


def history(slack: Workspace, arguments: Json) -> Json:
    """conversations.history: the newest first; replies in a thread are not in it."""
    needed(arguments, "channel")
    slack.joined(arguments["channel"])
    found = [
        one
        for one in slack.messages
        if one["channel"] == arguments["channel"]
        and one.get("thread_ts", one["ts"]) == one["ts"]
        and _within(float(one["ts"]), arguments)
    ]
    found.sort(key=lambda one: float(one["ts"]), reverse=True)
    return _messages(slack, found, arguments)


def replies(slack: Workspace, arguments: Json) -> Json:
    """conversations.replies: the message that began the thread, then its replies in order."""
    needed(arguments, "channel", "ts")
    slack.joined(arguments["channel"])
    first = slack.message(arguments["channel"], arguments["ts"], "thread_not_found")
    found = [
        one
        for one in slack.messages
        if one["channel"] == arguments["channel"]
        and one is not first
        and one.get("thread_ts") == arguments["ts"]
        and _within(float(one["ts"]), arguments)
    ]
    found.sort(key=lambda one: float(one["ts"]))
    return _messages(slack, [first, *found], arguments)


def info(slack: Workspace, arguments: Json) -> Json:
    """conversations.info."""
    needed(arguments, "channel")
    return {"ok": True, "channel": _told(arguments["channel"], slack.room(arguments["channel"]))}


def listed(slack: Workspace, arguments: Json) -> Json:
    """conversations.list: public channels unless `types` says more."""
    wanted = str(arguments.get("types") or "public_channel").split(",")
    found = [
        _told(channel, room)
        for channel, room in slack.rooms.items()
        if ("private_channel" if room.private else "public_channel") in wanted
        and (room.bot_in or not room.private)
        and not (room.archived and yes(arguments.get("exclude_archived")))
    ]
    page, following = paged(found, arguments, 1_000)
    return {"ok": True, "channels": page, "response_metadata": following}


def members(slack: Workspace, arguments: Json) -> Json:
    """conversations.members."""
    needed(arguments, "channel")
    room = slack.room(arguments["channel"])
    everybody = {*slack.emails, *slack.people} if room.members is None else room.members
    found = sorted({*everybody, *([BOT] if room.bot_in else [])})
    page, following = paged(found, arguments, 1_000)
    return {"ok": True, "members": page, "response_metadata": following}


def join(slack: Workspace, arguments: Json) -> Json:
    """conversations.join: public channels only."""
    needed(arguments, "channel")
    room = slack.room(arguments["channel"])
    if room.private or room.archived:
        raise Refused("is_archived" if room.archived else "method_not_supported_for_channel_type")
    room.bot_in = True
    return {"ok": True, "channel": _told(arguments["channel"], room)}


def react(slack: Workspace, arguments: Json) -> Json:
    """reactions.add by the bot."""
    users = _reactions(slack, arguments)
    if BOT in users:
        raise Refused("already_reacted")
    users.append(BOT)
    return {"ok": True}


def unreact(slack: Workspace, arguments: Json) -> Json:
    """reactions.remove of the bot's own."""
    users = _reactions(slack, arguments)
    if BOT not in users:
        raise Refused("no_reaction")
    users.remove(BOT)
    return {"ok": True}


def reactions(slack: Workspace, arguments: Json) -> Json:
    """reactions.get of a message."""
    needed(arguments, "channel", "timestamp")
    slack.joined(arguments["channel"])
    found = slack.message(arguments["channel"], arguments["timestamp"])
    return {"ok": True, "type": "message", "channel": found["channel"], "message": _shown(found)}


def _reactions(slack: Workspace, arguments: Json) -> list[str]:
    """Who set this mark on the message; a list that may be changed."""
    needed(arguments, "channel", "timestamp", "name")
    if not _MARK.fullmatch(arguments["name"]):
        raise Refused("invalid_name")
    slack.joined(arguments["channel"])
    found = slack.message(arguments["channel"], arguments["timestamp"])
    users: list[str] = found.setdefault("marks", {}).setdefault(arguments["name"], [])
    return users


def _within(ts: float, arguments: Json) -> bool:
    oldest, latest = float(arguments.get("oldest") or 0), float(arguments.get("latest") or "inf")
    if yes(arguments.get("inclusive")):
        return oldest <= ts <= latest
    return oldest < ts < latest


def _messages(slack: Workspace, found: list[Json], arguments: Json) -> Json:
    page, following = paged(found, arguments, slack.page)
    keep = () if yes(arguments.get("include_all_metadata")) else ("metadata",)
    return {
        "ok": True,
        "messages": [_shown(one, keep) for one in page],
        "has_more": bool(following["next_cursor"]),
        "response_metadata": following,
    }


def _shown(message: Json, left_out: tuple[str, ...] = ()) -> Json:
    """A message as history tells it: without what only the sender said about it."""
    kept = {key: message[key] for key in message if key not in (*_HIDDEN, *left_out, "marks")}
    marks = [
        {"name": name, "users": users, "count": len(users)}
        for name, users in message.get("marks", {}).items()
        if users
    ]
    return {"type": "message", **kept, **({"reactions": marks} if marks else {})}


def _told(channel: str, room: Room) -> Json:
    return {
        "id": channel,
        "name": room.name,
        "is_channel": not channel.startswith("D"),
        "is_im": channel.startswith("D"),
        "is_private": room.private,
        "is_archived": room.archived,
        "is_member": room.bot_in,
        "is_shared": room.shared in ("is_ext_shared", "is_org_shared"),
        "is_ext_shared": False,
        "is_org_shared": False,
        "is_pending_ext_shared": False,
        **({room.shared: True} if room.shared else {}),
    }


METHODS: dict[str, Callable[[Workspace, Json], Json]] = {
    "conversations.open": opened,
    "conversations.history": history,
    "conversations.replies": replies,
    "conversations.info": info,
    "conversations.list": listed,
    "conversations.members": members,
    "conversations.join": join,
    "reactions.add": react,
    "reactions.remove": unreact,
    "reactions.get": reactions,
}
