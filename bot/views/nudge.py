"""A message in a channel that may be a win, or that a colleague marked: said to its author."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.views.elements import Actions, Button, Card, Style, Text
from bot.views.notes import note
from bot.views.words import quote, say


def nudge_card(content: Mapping[str, Any], locale: str) -> Card:
    """`excerpt` is the masked beginning; `value` says which nudge and which message it is."""
    make = Button(say(locale, "nudge.draft"), "nudge.draft", content["value"], primary=True)
    leave = Button(say(locale, "nudge.pass"), "nudge.pass", content["value"])
    return Card(
        (
            Text(say(locale, "nudge.found")),
            Text(quote(locale, str(content["excerpt"])), Style.STRONG),
            Actions((make, leave)),
            Text(say(locale, "nudge.why"), Style.QUIET),
        )
    )


def marked_card(preview: Card, locale: str) -> Card:
    """The draft of a marked message, with why it is there."""
    lead = (
        Text(say(locale, "nudge.marked")),
        Text(say(locale, "nudge.marked_yours"), Style.QUIET),
        Text(say(locale, "behalf.original"), Style.QUIET),
    )
    return Card((*lead, *preview.parts))


def paste_card(words: str, locale: str) -> Card:
    """The bot may not read the message: its author pastes it, if they like."""
    write = Button(say(locale, "greet.do_share"), "share.start", primary=True)
    return note(say(locale, words), write)
