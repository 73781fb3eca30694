"""Imports in review: twenty are drawn and read one after the other, then the rest in one act."""

from __future__ import annotations

from bot.conversation.review import reviewed
from bot.conversation.turn import Turn
from bot.views.elements import Actions, Button, Card, Style, Text
from bot.views.notes import note
from bot.views.review import review_card
from cases import review, review_sample
from cases.db import Shelf
from cases.errors import Changed
from cases.models.review import Sampling


async def draw(turn: Turn, value: str = "") -> None:
    """「抜き取って読む」: a new sample and its first case."""
    async with turn.transaction() as shelf:
        row = await review_sample.draw(shelf)
        turn.say(await _card(turn, shelf, row))


async def read(turn: Turn, value: str) -> None:
    """「問題なし」: the next drawn case, or after the last one the act for all."""
    sampling_id, _, case_id = value.partition(":")
    async with turn.transaction() as shelf:
        row = await review_sample.has_read(shelf, sampling_id, case_id)
        turn.replace(await _card(turn, shelf, row))


async def release_rest(turn: Turn, sampling_id: str) -> None:
    """All of them company-wide; a sample with a flaw says that another has to be drawn."""
    try:
        async with turn.transaction() as shelf:
            count = await review_sample.release_rest(shelf, sampling_id)
            turn.replace(note(turn.words("reviewing.bulk_done", count=count), style=Style.GOOD))
    except Changed:
        turn.replies.clear()
        async with turn.transaction():
            draw_ = Button(turn.words("reviewing.draw"), "review.draw", primary=True)
            turn.replace(note(turn.words("reviewing.flawed"), draw_, style=Style.WARN))


async def _card(turn: Turn, shelf: Shelf, row: Sampling) -> Card:
    case = await review_sample.next_one(shelf, row)
    if case is None:
        rest = len(row.marks)
        words = turn.words("reviewing.all_read", count=len(row.read), rest=rest)
        label = turn.words("reviewing.release_all", count=rest)
        return note(words, Button(label, "review.release_rest", row.id, primary=True))
    one = await review.look(shelf, case.id)
    shown = (await reviewed(shelf, [one], turn.locale))[0]
    words = turn.words("reviewing.drawn", number=len(row.read) + 1, count=len(row.picked))
    body = [part for part in review_card(shown, turn.locale).parts if not isinstance(part, Actions)]
    fine = Button(turn.words("reviewing.fine"), "review.read", f"{row.id}:{case.id}", primary=True)
    wrong = Button(turn.words("reviewing.flaw"), "review.open", case.id)
    return Card((Text(words, Style.STRONG), *body, Actions((fine, wrong))))
