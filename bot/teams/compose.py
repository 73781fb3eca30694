"""What comes from Teams' compose box and from the ･･･ of a message (a message extension). Pure.

A search changes nothing and is answered at once; a dialog is a `Pressed` with a screen that waits.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from bot.conversation.events import Pressed
from bot.teams.actions import DIALOG, PRESS
from bot.teams.activities import away, part, press_of, tenant
from bot.teams.posts import link_of, text_of

Json = dict[str, Any]

QUERY = "composeExtension/query"
CHOSEN = "composeExtension/selectItem"
SETTING_URL = "composeExtension/querySettingUrl"
SETTING = "composeExtension/setting"
FETCH = "composeExtension/fetchTask"
SUBMIT = "composeExtension/submitAction"
ASKS = frozenset({QUERY, CHOSEN, SETTING_URL, SETTING})  # nothing changes: they are not kept
DIALOGS = frozenset({FETCH, SUBMIT})
NAMES = ASKS | DIALOGS


def name_of(activity: Json) -> str:
    """The invoke's name; empty for what is no invoke."""
    return str(activity.get("name") or "") if activity.get("type") == "invoke" else ""


def asked(activity: Json) -> str:
    """What was typed into the search; empty at its first opening.

    A query may come without a command id or a parameter name, so neither is looked at.
    """
    given = part(activity, "value").get("parameters")
    for one in given if isinstance(given, list) else []:
        if isinstance(one, dict) and one.get("name") != "initialRun":
            value = one.get("value")
            return value if isinstance(value, str) else ""
    return ""


def pressed(activity: Json, user: str) -> Pressed | None:
    """The press behind a dialog: opened (on a message or empty), or one of its buttons."""
    value = part(activity, "value")
    if name_of(activity) == SUBMIT:
        return press_of(activity, user, part(value, "data"), screen=True)
    post = part(value, "messagePayload")
    if not post.get("id"):
        return Pressed(user, "share.start", "", away(activity), screen=True)
    body = part(post, "body")
    content, kind = body.get("content"), str(body.get("contentType") or "html")
    poster = part(part(post, "from"), "user").get("id")
    return Pressed(
        user,
        "share.from_message",
        text_of(content if isinstance(content, str) else "", kind),
        away(activity),
        {"poster": str(poster or ""), "permalink": link_of(post.get("linkToMessage"))},
        screen=True,
        source=_source(activity, str(post["id"]), user),
    )


def press_id(activity: Json) -> str:
    """What a dialog's press has in common with its repeats; empty for other activities.

    The client sends a press again up to two times when it hears nothing, and nobody says that the
    activity id stays the same. Each dialog that is shown has a mark of its own.
    """
    data = part(part(activity, "value"), "data")
    mark = part(data, PRESS).get(DIALOG)
    if name_of(activity) != SUBMIT or not mark:
        return ""
    who = part(activity, "from").get("aadObjectId")
    same = json.dumps([who, data], sort_keys=True, ensure_ascii=True)
    return f"dialog|{mark}|{hashlib.sha256(same.encode()).hexdigest()[:32]}"


def _source(activity: Json, message_id: str, user: str) -> str:
    """Names the message for who shares it: opened again, it is the same draft."""
    room = part(activity, "conversation").get("id") or ""
    named = hashlib.sha256(f"{room}|{message_id}|{user}".encode()).hexdigest()[:32]
    return f"teams:{tenant(activity)}:shared:{named}"
