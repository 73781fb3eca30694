"""A case for an office to talk about: the case, then three questions, one minute each."""

from __future__ import annotations

from collections.abc import Sequence

from bot.views.elements import Actions, Button, Card, Divider, Style, Text
from bot.views.words import say


def discussion_card(case: Card, lead: str, questions: Sequence[str], locale: str) -> Card:
    """`case` as colleagues see it, with its buttons; `lead` names who started it."""
    asked = "\n".join(f"{number}. {text}" for number, text in enumerate(questions, 1))
    return Card(
        (
            Text(lead, Style.STRONG),
            *case.parts,
            Divider(),
            Text(say(locale, "discuss.questions"), Style.STRONG),
            Text(asked),
            Text(say(locale, "discuss.care"), Style.QUIET),
        )
    )


def preview_card(card: Card, case_id: str, locale: str) -> Card:
    """The card without its buttons, and the one that posts it."""
    parts = [part for part in card.parts if not isinstance(part, Actions)]
    head = Text(say(locale, "discuss.preview"), Style.STRONG)
    confirm = Button(say(locale, "discuss.confirm"), "discuss.post", case_id, primary=True)
    return Card((head, Divider(), *parts, Actions((confirm,))))
