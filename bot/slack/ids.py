"""How an action, its value and a field's key travel through Slack's ids and come back."""

from __future__ import annotations

import json
from typing import Any

from bot.slack import limits
from bot.slack.texts import units
from bot.views.elements import Button

LINK = "-"  # the action of a button that only opens a link: Slack reports it, we ignore it
FORM = "hitotsubu"  # callback_id of our forms


def numbered(number: int, name: str) -> str:
    """`name` as an id that is unique in its message. ValueError when it is too long."""
    made = f"{number}:{name}"
    if len(made) > limits.ACTION_ID:
        raise ValueError(f"id too long: {len(made)}")
    return made


def name_of(made: str) -> str:
    """The name in an id from `numbered`; empty for a foreign id."""
    return made.partition(":")[2]


def packed(button: Button) -> str:
    """Action and value of a button as one option value (for ･･･)."""
    return json.dumps([button.action, button.value], ensure_ascii=False, separators=(",", ":"))


def unpacked(value: str) -> tuple[str, str]:
    """Action and value from `packed`."""
    action, argument = json.loads(value)
    return str(action), str(argument)


def metadata(submit: Button, place: dict[str, Any] | None, receipt: str, locale: str) -> str:
    """What a form has to remember until it comes back: its button, place and language.

    Place and receipt are left out when they do not fit: the answer then goes to the person.
    """
    full = {"a": submit.action, "v": submit.value, "p": place or {}, "c": receipt, "l": locale}
    made = json.dumps(full, ensure_ascii=False, separators=(",", ":"))
    if units(made) <= limits.METADATA:
        return made
    short = json.dumps({"a": submit.action, "v": submit.value, "l": locale}, ensure_ascii=False)
    if units(short) > limits.METADATA:
        raise ValueError(f"form value too long: {units(short)}")
    return short


def remembered(view: dict[str, Any]) -> dict[str, Any]:
    """What `metadata` wrote into a view; empty for a view without it."""
    found = json.loads(view.get("private_metadata") or "{}")
    return found if isinstance(found, dict) else {}
