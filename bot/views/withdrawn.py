"""What is left of a card when a case that it shows is taken back."""

from __future__ import annotations

from collections.abc import Iterable

from bot.views.elements import Actions, Card, Divider, Part, Style, Text
from bot.views.words import say


def withdrawn_card(locale: str) -> Card:
    """In the place of a message about one case."""
    return Card((Text(say(locale, "case.withdrawn"), Style.QUIET),))


def shows(parts: Iterable[Part], case_id: str) -> bool:
    """True when one of the buttons is about the case: its value is the id, or begins with it."""
    return any(
        button.value.partition(":")[0] == case_id
        for part in parts
        if isinstance(part, Actions)
        for button in (*part.buttons, *part.more)
    )


def without_case(card: Card, case_id: str, locale: str) -> Card:
    """The card with a sentence in the place of the case; what stands between other lines stays."""
    if not shows(card.parts, case_id):
        return card
    parts: list[Part] = []
    for number, piece in enumerate(_pieces(card)):
        parts += [Divider()] if number else []
        parts += withdrawn_card(locale).parts if shows(piece, case_id) else piece
    return Card(tuple(parts), card.title, card.submit)


def _pieces(card: Card) -> list[list[Part]]:
    pieces: list[list[Part]] = [[]]
    for part in card.parts:
        if isinstance(part, Divider):
            pieces.append([])
        else:
            pieces[-1].append(part)
    return pieces
