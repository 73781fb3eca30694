"""What Slack sends as neutral events. Pure: it only reads what the door has verified.

Guests of Slack Connect (people of another company in a shared channel) are never read.
"""

from __future__ import annotations

from typing import Any

from bot.conversation import screens
from bot.conversation.events import Detached, Event, Joined, Pressed, Said
from bot.slack import asides, forms, ids, messages, people, rooms
from bot.slack.fields import values
from bot.slack.messages import spoken
from bot.slack.overheard import overheard
from bot.slack.parting import organisation, parting

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


def read(raw: Raw) -> Event | Detached | None:
    """The neutral event; None for what needs no answer (bots, guests, unknown types)."""
    if _is_guest(raw):
        return None
    if (asked := rooms.here(raw)) is not None:
        return asked
    if "command" in raw:
        return _command(raw)
    readers = {
        "event_callback": _event,
        "block_actions": _press,
        "view_submission": forms.sent,
        "view_closed": forms.closed,
        "shortcut": _shortcut,
        "message_action": _message_shortcut,
    }
    reader = readers.get(raw.get("type", ""))
    return reader(raw) if reader else None


def team(raw: Raw) -> str:
    """The workspace of the verified envelope, or the organisation of an org-wide installation.

    Where Slack names none to such an installation, it is the person's. KeyError without any.
    """
    found = _id(raw, "team") or _inside(raw) or organisation(raw)
    if not found:
        raise KeyError("team")
    return found


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
    if kind == "view_closed":  # a screen closes once
        return f"closed:{_filled(raw['view']['id'])}"
    if kind == "block_actions":
        pressed = raw["actions"][0]["action_ts"]
        return f"press:{pressed}:{raw['user']['id']}:{_held_by(raw)}"
    return f"{kind}:{_filled(raw['trigger_id'])}"


def _filled(found: str | None) -> str:
    if not found:  # an empty id would make every event a duplicate of the first
        raise KeyError("id")
    return found


def _id(raw: Raw, name: str) -> str:
    """`team_id` of events and commands, `team.id` of interactions."""
    return str(raw.get(f"{name}_id") or (raw.get(name) or {}).get("id") or "")


def _inside(raw: Raw) -> str:
    """The person's workspace where an interaction has `"team": null`, as those of an org-wide
    installation may (slack_bolt/request/internals.py); empty for another organisation's people.

    Who is of no organisation is told by users.info, before anybody is connected to a member.
    """
    user, whole = raw.get("user"), raw.get("is_enterprise_install") in (True, "true")
    if _id(raw, "team") or not whole or not organisation(raw) or not isinstance(user, dict):
        return ""
    if user.get("enterprise_id") not in (None, "", organisation(raw)):
        return ""
    return str(user.get("team_id") or (raw.get("view") or {}).get("team_id") or "")


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
    return bool(homes - {None, "", _id(raw, "team"), _inside(raw), organisation(raw)})


def _event(raw: Raw) -> Event | Detached | None:
    event = raw["event"]
    if (parted := parting(raw)) is not None:
        return parted
    if event["type"] in people.EVENTS:
        return people.told(raw, {team(raw), organisation(raw)} - {""})
    if event["type"] in rooms.EVENTS:
        return rooms.told(raw)
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
    place, aside = {"user": user}, asides.typed_in(raw)
    thread = asides.name(team(raw), aside["channel"], "") if aside else ""
    action = COMMANDS.get(word.lower())
    if action:
        value = rest[0] if rest else ""
        opens = action in screens.OPENS
        return Pressed(
            user, action, value, place, private=not aside, screen=opens, aside=aside, thread=thread
        )
    return Said(user, text, place, private=not aside, aside=aside, thread=thread)


def _press(raw: Raw) -> Event | None:
    pressed = raw["actions"][0]
    action, value = ids.name_of(pressed["action_id"]), str(pressed.get("value") or "")
    if pressed["type"] == "overflow":
        action, value = ids.unpacked(pressed["selected_option"]["value"])
    if pressed["type"] not in ("button", "overflow") or action in (ids.LINK, ""):
        return None
    if raw.get("view"):
        modal = raw["view"]["type"] == "modal"
        return forms.pressed(raw, action, value, screen=modal or action in screens.OPENS)
    user, channel = str(raw["user"]["id"]), str(raw["container"]["channel_id"])
    private = channel.startswith("D")
    place = {"user": user, "channel": channel} if private else {"user": user}
    thread, aside = asides.thread_of(raw), asides.pressed_in(raw)
    return Pressed(
        user,
        action,
        value,
        place,
        values(raw.get("state")),
        "" if asides.is_ephemeral(raw) else _held_by(raw),
        private=private,
        screen=action in screens.OPENS,
        aside=aside,
        thread=asides.name(team(raw), channel, thread) if thread else "",
    )


def _shortcut(raw: Raw) -> Event | None:
    if raw["callback_id"] != SHARE:
        return None
    user = str(raw["user"]["id"])
    return Pressed(user, SHARE, "", {"user": user}, screen=True)


def _message_shortcut(raw: Raw) -> Event | None:
    if raw["callback_id"] != SHARE_MESSAGE:
        return None
    user, message = str(raw["user"]["id"]), raw["message"]
    poster = str(message.get("user") or message.get("bot_id") or "")
    fields = {"permalink": str(raw.get("permalink") or _link(raw)), "poster": poster}
    text, place = spoken(message.get("text") or ""), {"user": user}
    return Pressed(user, SHARE_MESSAGE, text, place, fields, screen=True)


def _link(raw: Raw) -> str:
    """The message's address as Slack builds it, empty where Slack tells no domain.

    chat.getPermalink knows better where it answers.
    """
    domain = (raw.get("team") or {}).get("domain")
    if not domain:
        return ""
    channel, ts = raw["channel"]["id"], raw["message"]["ts"]
    thread = raw["message"].get("thread_ts") or ts
    link = f"https://{domain}.slack.com/archives/{channel}/p{ts.replace('.', '')}"
    return link if thread == ts else f"{link}?thread_ts={thread}&cid={channel}"


def _held_by(raw: Raw) -> str:
    """The receipt of the message that holds the button, or the id of the view."""
    box = raw["container"]
    return str(box["view_id"] if "view_id" in box else f"{box['channel_id']}/{box['message_ts']}")
