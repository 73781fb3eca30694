"""Teams activities (plain JSON) as neutral events, and the address to answer to. Pure."""

from __future__ import annotations

import json
from typing import Any

from bot.conversation.events import Event, Joined, Left, Pressed, Said
from bot.teams.actions import PRESS
from bot.teams.inputs import values
from cases.text import clean

Json = dict[str, Any]

# A search result that is put into the 1:1 chat also arrives as a message with this mark.
_INLINE_CARD = 'class="inline-compose-card"'
EXECUTE = "adaptiveCard/action"
CHANNEL = "msteams"


def parsed(body: bytes) -> Json | None:
    """The activity in a request body; None for anything else."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and isinstance(found.get("type"), str) else None


def event(activity: Json) -> Event | None:
    """What a person did; None for what the bot does not act on, or where nobody is named.

    The person is `from.aadObjectId`: it is in the verified envelope, names in text are not.
    """
    user = str(_part(activity, "from").get("aadObjectId") or "")
    if not user:
        return None
    match activity.get("type"):
        case "message" if isinstance(activity.get("value"), dict):
            return _pressed(activity, user, activity["value"])
        case "message":
            return _said(activity, user)
        case "invoke" if activity.get("name") == EXECUTE:
            action = _part(_part(activity, "value"), "action")
            return _pressed(activity, user, _part(action, "data"))
        case "installationUpdate" if _private(activity):
            return _installed(activity, user)
        case _:
            return None


def external_id(activity: Json) -> str:
    """Conversation and activity id: the key that meets a repeated delivery. "" when one lacks."""
    room, own = _part(activity, "conversation").get("id"), activity.get("id")
    return f"{room}|{own}" if room and own else ""


def tenant(activity: Json) -> str:
    """The tenant in lower case; "" when the activity names none, or two different ones."""
    named = (
        _part(_part(activity, "channelData"), "tenant").get("id"),
        _part(activity, "conversation").get("tenantId"),
    )
    found = {str(each).lower() for each in named if each}
    return found.pop() if len(found) == 1 else ""


def reference(activity: Json) -> Json:
    """The conversation reference to store: camelCase JSON, no SDK object (platforms.md §3.6)."""
    room, person = _part(activity, "conversation"), _part(activity, "from")
    return {
        "serviceUrl": activity.get("serviceUrl", ""),
        "channelId": activity.get("channelId", ""),
        "conversation": {
            "id": room.get("id", ""),
            "tenantId": tenant(activity),
            "conversationType": room.get("conversationType", ""),
        },
        "bot": {"id": _part(activity, "recipient").get("id", "")},
        "user": {"id": person.get("id", ""), "aadObjectId": person.get("aadObjectId", "")},
    }


def receipt_of(place: Json, message_id: str) -> str:
    """The receipt of a message, `room/message`; "" without an id."""
    return f"{place['conversation']['id']}/{message_id}" if message_id else ""


def message_of(place: Json, receipt: str) -> str:
    """The message id in a receipt of this place."""
    room = f"{place['conversation']['id']}/"
    return receipt.removeprefix(room) if receipt.startswith(room) else receipt.rpartition("/")[2]


def addressed(place: Json, activity: Json) -> Json:
    """An outgoing activity with its sender and its place."""
    return activity | {
        "from": place["bot"],
        "recipient": {"id": place["user"]["id"]},
        "conversation": {"id": place["conversation"]["id"]},
    }


def _said(activity: Json, user: str) -> Said | None:
    text = activity.get("text")
    if not isinstance(text, str) or _INLINE_CARD in text:
        return None
    text = clean(_without_mention(activity, text).replace("\u00a0", " "))
    private = _private(activity)
    return Said(user, text, _place(activity), private=private) if text else None


def _place(activity: Json) -> Json:
    """Where to answer the person alone; empty in a group, so that nothing private goes there."""
    return reference(activity) if _private(activity) else {}


def _without_mention(activity: Json, text: str) -> str:
    """In a group the text starts with the bot's own name; only that mention goes."""
    bot = _part(activity, "recipient").get("id")
    entities = activity.get("entities")
    for entity in entities if isinstance(entities, list) else []:
        if not isinstance(entity, dict) or entity.get("type") != "mention":
            continue
        mark = entity.get("text")
        if _part(entity, "mentioned").get("id") == bot and isinstance(mark, str) and mark:
            text = text.replace(mark, "")
    return text


def _pressed(activity: Json, user: str, data: Json) -> Pressed | None:
    press = _part(data, PRESS)
    action, value = press.get("action"), press.get("value", "")
    if not isinstance(action, str) or not action or not isinstance(value, str):
        return None
    lists = press.get("lists")
    typed = {name: each for name, each in data.items() if name != PRESS}
    return Pressed(
        user,
        action,
        value,
        _place(activity),
        fields=values(typed, lists if isinstance(lists, list) else []),
        card=receipt_of(reference(activity), str(activity.get("replyToId") or "")),
        private=_private(activity),
    )


def _installed(activity: Json, user: str) -> Joined | Left | None:
    """`remove-upgrade` comes before `add-upgrade` when the app is updated: nobody left."""
    match activity.get("action"):
        case "add" | "add-upgrade":
            return Joined(user, _place(activity))
        case "remove":
            return Left(user)
        case _:
            return None


def _private(activity: Json) -> bool:
    return _part(activity, "conversation").get("conversationType") == "personal"


def _part(data: Json, name: str) -> Json:
    found = data.get(name)
    return found if isinstance(found, dict) else {}
