"""A case that a person puts into a conversation: its line in a list, and the room's card."""

from __future__ import annotations

from bot.views.case import Shown, body, byline, heading, proof_words
from bot.views.elements import Actions, Button, Card, Style, Text
from bot.views.words import say


def preview(shown: Shown, locale: str) -> tuple[str, str]:
    """Title, and a line of what changed, what it proved and where."""
    words = (proof_words(shown.result, locale), shown.case.result, byline(shown, locale))
    return shown.case.title, " ／ ".join(filter(None, words))


def room_card(shown: Shown, locale: str) -> Card:
    """The case as every colleague sees it; what its buttons answer goes to who pressed them."""
    case_id = shown.case.id
    start = Button(say(locale, "try.start"), "try.start", case_id, primary=True)
    helpful = Button(say(locale, "react.helpful"), "react.helpful", case_id)
    return Card(
        (
            *heading(shown, locale),
            *body(shown.case, locale),
            Text(byline(shown, locale), Style.QUIET),
            Actions((start, helpful)),
            Text(say(locale, "find.note"), Style.QUIET),
        )
    )
