"""What is left of a card when a case that it shows is taken back."""

from __future__ import annotations

from collections.abc import Iterable

from bot.views.elements import Actions, Button, Card, Divider, Part, Style, Text
from bot.views.words import say

# Their value is the id of a case (or of a draft in review), or begins with it.
NAMES_A_CASE = frozenset(
    {
        "case.show",
        "share.withdraw",
        "support.close",
        "try.start",
        "pull.form",
        "review.back_form",
        "review.give_back",
        "review.mask",
        "review.mask_form",
        "review.open",
        "review.place",
        "review.release",
        "review.to_office",
        "review.withdraw_form",
    }
)
# Their value: the sample's id (or its month), and the case's.
SAMPLED = frozenset({"review.read", "second.fine", "second.missed"})
IN_FULL = SAMPLED | {"review.mask_form"}  # on a card that is about one text alone


def withdrawn_card(locale: str, *, others: bool = False) -> Card:
    """In the place of a message about one case, or of an answer that shows `others` as well."""
    words = "case.withdrawn_among" if others else "case.withdrawn"
    return Card((Text(say(locale, words), Style.QUIET),))


def cases_of(card: Card) -> tuple[str, ...]:
    """The ids of the cases that a card shows, by its buttons."""
    rows = [part for part in card.parts if isinstance(part, Actions)]
    buttons = [button for row in rows for button in (*row.buttons, *row.more)]
    return tuple(dict.fromkeys(filter(None, map(_case_of, buttons))))


def _case_of(button: Button) -> str:
    first, _, rest = button.value.partition(":")
    if button.action in SAMPLED:
        return rest
    return first if button.action in NAMES_A_CASE else ""


def shows(parts: Iterable[Part], case_id: str) -> bool:
    """True when one of the buttons is about the case: its value is the id, or begins with it."""
    return any(
        case_id in (button.value.partition(":")[0], _case_of(button))
        for part in parts
        if isinstance(part, Actions)
        for button in (*part.buttons, *part.more)
    )


def without_case(card: Card, case_id: str, locale: str) -> Card:
    """The card with a sentence in the place of the case; what stands between other lines stays."""
    return with_instead(card, case_id, withdrawn_card(locale))


def with_instead(card: Card, case_id: str, other: Card) -> Card:
    """The card with another one in the place of the case."""
    if _is_about(card, case_id):
        return other
    if not shows(card.parts, case_id):
        return card
    parts: list[Part] = []
    for number, piece in enumerate(_pieces(card)):
        parts += [Divider()] if number else []
        parts += other.parts if shows(piece, case_id) else piece
    return Card(tuple(parts), card.title, card.submit)


def _is_about(card: Card, case_id: str) -> bool:
    """True for the text in full: its dividers part it from its buttons, not from another case."""
    rows = [part for part in card.parts if isinstance(part, Actions)]
    return any(
        button.action in IN_FULL and _case_of(button) == case_id
        for row in rows
        for button in row.buttons
    )


def _pieces(card: Card) -> list[list[Part]]:
    pieces: list[list[Part]] = [[]]
    for part in card.parts:
        if isinstance(part, Divider):
            pieces.append([])
        else:
            pieces[-1].append(part)
    return pieces
