"""What Slack sends as neutral events. Pure: it only reads what the door has verified.

Guests of Slack Connect (people of another company in a shared channel) are never read.
"""

from __future__ import annotations

from typing import Any

from bot.conversation.events import Event, Joined, Pressed, Said
from bot.slack import ids, messages
from bot.slack.fields import values
from bot.slack.messages import spoken
from bot.slack.overheard import overheard

Raw = dict[str, Any]

COMMANDS = {
    "共有": "share.start",
    "share": "share.start",
    "探す": "find.start",
    "find": "find.start",
    "聞き書き": "behalf.start",
    "for": "behalf.start",
    "状態": "status.show",
    "status": "status.show",
}
SHARE, SHARE_MESSAGE = "share.start", "share.from_message"  # callback ids of the two shortcuts


def read(raw: Raw) -> Event | None:
    """The neutral event; None for what needs no answer (bots, guests, unknown types)."""
    if _is_guest(raw):
        return None
    if "command" in raw:
        return _command(raw)
    readers = {
        "event_callback": _event,
        "block_actions": _press,
        "view_submission": _submission,
        "shortcut": _shortcut,
        "message_action": _message_shortcut,
    }
    reader = readers.get(raw.get("type", ""))
    return reader(raw) if reader else None


def team(raw: Raw) -> str:
    """The workspace of the verified envelope, or the organisation of an org-wide installation.

    KeyError when the envelope names neither.
    """
    found = _id(raw, "team") or organisation(raw)
    if not found:
        raise KeyError("team")
    return found


def organisation(raw: Raw) -> str:
    """The organisation (Enterprise Grid) of the verified envelope; empty without one."""
    return _id(raw, "enterprise")


def external_id(raw: Raw) -> str:
    """What Slack repeats when it sends the same thing again (platforms.md §2.1); KeyError if none.

    A press has no id of its own: time, person and message together are one. A message has one by
    its place and time, which its copy in the room's history shares; `event_id` is not there.
    """
    kind = raw.get("type", "command")
    if kind == "event_callback":
        event_id, written = _filled(raw["event_id"]), messages.version(raw)
        return written.external_id if written else event_id
    if kind == "view_submission":
        return f"view:{raw['view']['id']}:{raw['view']['hash']}"
    if kind == "block_actions":
        pressed = raw["actions"][0]["action_ts"]
        return f"press:{pressed}:{raw['user']['id']}:{_held_by(raw)}"
    return f"{kind}:{_filled(raw['trigger_id'])}"


def _filled(found: str | None) -> str:
    if not found:  # an empty id would make every event a duplicate of the first
        raise KeyError("id")
    return found


def _id(raw: Raw, name: str) -> str:
    """`team_id` of events and commands, `team.id` of interactions; the same for `enterprise`."""
    return str(raw.get(f"{name}_id") or (raw.get(name) or {}).get("id") or "")


def _is_guest(raw: Raw) -> bool:
    event = raw.get("event") or {}
    event = {**event, **(event.get("message") or event.get("previous_message") or {})}
    user = raw.get("user") if isinstance(raw.get("user"), dict) else {}
    homes = {
        event.get("user_team"),
        event.get("source_team"),
        event.get("team") if isinstance(event.get("team"), str) else None,
        (user or {}).get("team_id"),
    }
    return bool(homes - {None, "", _id(raw, "team"), _id(raw, "enterprise")})


def _event(raw: Raw) -> Event | None:
    event = raw["event"]
    if event["type"] != "app_home_opened":
        return messages.neutral(raw, team(raw)) or overheard(raw, team(raw))
    if event.get("bot_id") or not event.get("user"):
        return None
    user = str(event["user"])
    return Joined(user, {"user": user, "channel": str(event["channel"])})


def _command(raw: Raw) -> Event:
    user = str(raw["user_id"])
    text = spoken(raw.get("text", ""))
    word, *rest = text.split(maxsplit=1) or [""]
    place = {"user": user}  # the command may come from any channel, the answer is a DM
    action = COMMANDS.get(word.lower())
    if action:
        return Pressed(user, action, rest[0] if rest else "", place)
    return Said(user, text, place)


def _press(raw: Raw) -> Event | None:
    pressed = raw["actions"][0]
    action, value = ids.name_of(pressed["action_id"]), str(pressed.get("value") or "")
    if pressed["type"] == "overflow":
        action, value = ids.unpacked(pressed["selected_option"]["value"])
    if pressed["type"] not in ("button", "overflow") or action in (ids.LINK, ""):
        return None
    view = raw.get("view")
    if view:
        return _pressed(raw, action, value, view)
    user, channel = str(raw["user"]["id"]), str(raw["container"]["channel_id"])
    private = channel.startswith("D")
    place = {"user": user, "channel": channel} if private else {"user": user}
    return Pressed(
        user, action, value, place, values(raw.get("state")), _held_by(raw), private=private
    )


def _submission(raw: Raw) -> Event | None:
    kept = ids.remembered(raw["view"])
    if kept.get("a", ids.LINK) == ids.LINK:
        return None
    return _pressed(raw, kept["a"], kept.get("v", ""), raw["view"])


def _pressed(raw: Raw, action: str, value: str, view: Raw) -> Pressed:
    kept, user = ids.remembered(view), str(raw["user"]["id"])
    place = kept.get("p") or {"user": user}
    return Pressed(user, action, value, place, values(view.get("state")), kept.get("c", ""))


def _shortcut(raw: Raw) -> Event | None:
    if raw["callback_id"] != SHARE:
        return None
    user = str(raw["user"]["id"])
    return Pressed(user, SHARE, "", {"user": user})


def _message_shortcut(raw: Raw) -> Event | None:
    if raw["callback_id"] != SHARE_MESSAGE:
        return None
    user, message = str(raw["user"]["id"]), raw["message"]
    domain, channel = raw["team"]["domain"], raw["channel"]["id"]
    link = f"https://{domain}.slack.com/archives/{channel}/p{message['ts'].replace('.', '')}"
    fields = {"permalink": link, "poster": str(message.get("user", ""))}
    return Pressed(user, SHARE_MESSAGE, spoken(message.get("text", "")), {"user": user}, fields)


def _held_by(raw: Raw) -> str:
    """The receipt of the message that holds the button, or the id of the view."""
    box = raw["container"]
    return str(box["view_id"] if "view_id" in box else f"{box['channel_id']}/{box['message_ts']}")
