"""Teams activities (plain JSON) as neutral events, and the address to answer to. Pure."""

from __future__ import annotations

import json
import re
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
HALF = re.compile(r"\\u[dD][89a-fA-F]")  # half of an emoji that somebody cut in two


def parsed(body: bytes) -> Json | None:
    """The activity in a request body; None for anything else."""
    try:
        text = body.decode()
        found = json.loads(text)
        if HALF.search(text):  # one alone fits into no database and no hash
            found = json.loads(json.dumps(found, ensure_ascii=False).encode(errors="replace"))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and isinstance(found.get("type"), str) else None


def event(activity: Json) -> Event | None:
    """What a person did; None for what the bot does not act on, or where nobody is named.

    The person is `from.aadObjectId`: it is in the verified envelope, names in text are not.
    """
    user = str(part(activity, "from").get("aadObjectId") or "")
    if not user:
        return None
    match activity.get("type"):
        case "message" if isinstance(activity.get("value"), dict):
            return press_of(activity, user, activity["value"])
        case "message":
            return _said(activity, user)
        case "invoke" if activity.get("name") == EXECUTE:
            action = part(part(activity, "value"), "action")
            return press_of(activity, user, part(action, "data"))
        case "installationUpdate" if is_private(activity):
            return _installed(activity, user)
        case _:
            return None


def activity_id(activity: Json) -> str:
    """Conversation and activity id: the key that meets a repeated delivery. "" when one lacks."""
    room, own = part(activity, "conversation").get("id"), activity.get("id")
    return f"{room}|{own}" if room and own else ""


def tenant(activity: Json) -> str:
    """The tenant in lower case; "" when the activity names none, or two different ones."""
    named = (
        part(part(activity, "channelData"), "tenant").get("id"),
        part(activity, "conversation").get("tenantId"),
    )
    found = {str(each).lower() for each in named if each}
    return found.pop() if len(found) == 1 else ""


def reference(activity: Json) -> Json:
    """The conversation reference to store: camelCase JSON, no SDK object (platforms.md §3.6)."""
    room, person = part(activity, "conversation"), part(activity, "from")
    return {
        "serviceUrl": activity.get("serviceUrl", ""),
        "channelId": activity.get("channelId", ""),
        "conversation": {
            "id": room.get("id", ""),
            "tenantId": tenant(activity),
            "conversationType": room.get("conversationType", ""),
        },
        "bot": {"id": part(activity, "recipient").get("id", "")},
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
    if is_private(activity) and not text:
        return None
    if is_private(activity):
        return Said(user, text, reference(activity), source=source(activity))
    where = name_of_room(activity)
    return Said(user, text, away(activity), private=False, aside=beside(activity), thread=where)


def source(activity: Json) -> str:
    """Names a message of the 1:1 chat, which its writer may change."""
    room = part(activity, "conversation").get("id")
    return f"teams:{tenant(activity)}:{room}:{activity.get('id')}"


def name_of_room(activity: Json) -> str:
    """Names a group chat, or a channel's thread, for the search that a follow-up narrows."""
    return f"teams:{tenant(activity)}:{part(activity, 'conversation').get('id')}"


def beside(activity: Json) -> Json:
    """The aside of something said among others. Teams shows nothing there to one person alone
    (`open`): answers go to the 1:1 chat, and the room gets one line that says so.
    """
    return {"room": {**reference(activity), "user": {"id": "", "aadObjectId": ""}}, "open": True}


def away(activity: Json) -> Json:
    """Who to write to from outside their own chat, which `Outgoing.reached` opens.

    No conversation is named, so that nothing private goes to a group, and a known chat stays.
    """
    return {name: reference(activity)[name] for name in ("serviceUrl", "channelId", "user")}


def _without_mention(activity: Json, text: str) -> str:
    """In a group the text starts with the bot's own name; only that mention goes."""
    bot = part(activity, "recipient").get("id")
    entities = activity.get("entities")
    for entity in entities if isinstance(entities, list) else []:
        if not isinstance(entity, dict) or entity.get("type") != "mention":
            continue
        mark = entity.get("text")
        if part(entity, "mentioned").get("id") == bot and isinstance(mark, str) and mark:
            text = text.replace(mark, "")
    return text


def press_of(activity: Json, user: str, data: Json, *, screen: bool = False) -> Pressed | None:
    """The press in a button's data; None for data that is none of ours. `screen`: in a dialog,
    which may stand over any chat: only its own words say where it is.
    """
    own = is_private(activity) and not screen
    press = part(data, PRESS)
    action, value = press.get("action"), press.get("value", "")
    if not isinstance(action, str) or not action or not isinstance(value, str):
        return None
    lists = press.get("lists")
    typed = {name: each for name, each in data.items() if name != PRESS}
    held = "" if screen else str(activity.get("replyToId") or "")
    return Pressed(
        user,
        action,
        value,
        reference(activity) if own else away(activity),
        fields=values(typed, lists if isinstance(lists, list) else []),
        card=receipt_of(reference(activity), held),
        private=own or screen,
        screen=screen,
    )


def _installed(activity: Json, user: str) -> Joined | Left | None:
    """`remove-upgrade` comes before `add-upgrade` when the app is updated: nobody left."""
    match activity.get("action"):
        case "add" | "add-upgrade":
            return Joined(user, reference(activity))
        case "remove":
            return Left(user)
        case _:
            return None


def is_private(activity: Json) -> bool:
    """True in the 1:1 chat with the bot."""
    return part(activity, "conversation").get("conversationType") == "personal"


def part(data: Json, name: str) -> Json:
    """An object within an object; empty where there is none."""
    found = data.get(name)
    return found if isinstance(found, dict) else {}
