"""Buttons as Adaptive Card actions, and what a pressed one sends back."""

from __future__ import annotations

from typing import Any
from unicodedata import east_asian_width

from bot.teams import limits
from bot.teams.inputs import many
from bot.teams.toggles import button as words
from bot.views.elements import Actions, Button, Card

Json = dict[str, Any]

PRESS = "hitotsubu"  # our own key beside the field values, so that no field can be mistaken for it
DIALOG = "dialog"  # within PRESS: which dialog the button stands in
_MARGIN = 4  # columns that a button's own edges take
_DOTS = _MARGIN + 2


def action_set(part: Actions, card: Card) -> Json:
    """The buttons, in rows that fit a phone; `more`, and all over the limit, are behind ･･･."""
    shown = part.buttons[: limits.PRIMARY_ACTIONS]
    hidden = (*part.buttons[limits.PRIMARY_ACTIONS :], *part.more)
    rows = _rows([_action(button, card) for button in shown], spare=_DOTS if hidden else 0)
    rows[-1] += [{**_action(button, card), "mode": "secondary"} for button in hidden]
    sets = [{"type": "ActionSet", "actions": row} for row in rows]
    return sets[0] if len(sets) == 1 else {"type": "Container", "items": sets}


def _rows(found: list[Json], *, spare: int) -> list[list[Json]]:
    """Clients cut or squeeze a row that is too wide; `spare` columns stay free in the last one."""
    rows: list[list[Json]] = [[]]
    used = 0
    for number, action in enumerate(found, 1):
        need = _MARGIN + columns(action["title"]) + (spare if number == len(found) else 0)
        if rows[-1] and used + need > limits.ROW_COLUMNS:
            rows.append([])
            used = 0
        rows[-1].append(action)
        used += need
    return rows


def columns(text: str) -> int:
    """Width in half-width characters."""
    return sum(2 if east_asian_width(ch) in "WFA" else 1 for ch in text)


def _action(button: Button, card: Card) -> Json:
    """Execute replaces the card in place; a client that does not know it falls back to Submit."""
    title = words(button.label)
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
