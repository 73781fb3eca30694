"""Buttons as Adaptive Card actions, and what a pressed one sends back."""

from __future__ import annotations

from typing import Any

from bot.teams import limits
from bot.teams.inputs import many
from bot.teams.markdown import plain
from bot.views.elements import Actions, Button, Card
from cases.text import shorten

Json = dict[str, Any]

PRESS = "hitotsubu"  # our own key beside the field values, so that no field can be mistaken for it


def action_set(part: Actions, card: Card) -> Json:
    """The buttons of one row; those of `more`, and all over the limit, are behind ･･･."""
    shown = part.buttons[: limits.PRIMARY_ACTIONS]
    hidden = (*part.buttons[limits.PRIMARY_ACTIONS :], *part.more)
    found = [_action(button, card) for button in shown]
    found += [{**_action(button, card), "mode": "secondary"} for button in hidden]
    return {"type": "ActionSet", "actions": found}


def toggle(title: str, name: str) -> Json:
    """A button that opens and closes the container of that name."""
    opens = {"type": "Action.ToggleVisibility", "title": _title(title), "targetElements": [name]}
    return {"type": "ActionSet", "actions": [opens]}


def _action(button: Button, card: Card) -> Json:
    """Execute replaces the card in place; a client that does not know it falls back to Submit."""
    title = _title(button.label)
    if button.url.startswith(("https://", "http://")):
        return {"type": "Action.OpenUrl", "title": title, "url": button.url}
    press: Json = {"action": button.action, "value": button.value}
    if lists := many(card):
        press["lists"] = lists
    data = {PRESS: press}
    return {
        "type": "Action.Execute",
        "title": title,
        "verb": button.action,
        "data": data,
        "fallback": {"type": "Action.Submit", "title": title, "data": data},
    }


def _title(label: str) -> str:
    return shorten(plain(label).replace("\n", " "), limits.BUTTON) or "…"
