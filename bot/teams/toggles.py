"""Buttons that open and close a part of a card in the client, without asking the bot."""

from __future__ import annotations

from typing import Any

from bot.teams import limits
from bot.teams.markdown import plain
from cases.text import shorten

Json = dict[str, Any]


def folded(title: str, name: str, items: list[Json]) -> Json:
    """A closed container of that name under a button that opens it.

    Inputs in it are sent all the same: a client gathers every input of the card.
    """
    opens = {"type": "Action.ToggleVisibility", "title": button(title), "targetElements": [name]}
    row = {"type": "ActionSet", "actions": [opens]}
    hidden = {"type": "Container", "id": name, "isVisible": False, "items": items}
    return {"type": "Container", "items": [row, hidden]}


def button(label: str) -> str:
    """The words on a button: one line that fits a phone, never empty."""
    return shorten(plain(label).replace("\n", " "), limits.BUTTON).strip() or limits.NOTHING
