"""公開後の抜き取り in chat: released cases of last month are read once more, one by one."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation.review import card_of, reviewed
from bot.conversation.turn import Turn
from bot.views.elements import Actions, Button, Card, Style
from bot.views.notes import note
from bot.views.second_look import case_card, done_words
from cases import review, second_look
from cases.db import Shelf
from cases.models.review import Sampling


async def begin(turn: Turn, value: str = "") -> None:
    """「読み直す」: the first case of a month that nobody has read again."""
    async with turn.transaction() as shelf:
        turn.say(await _card(turn, shelf, await second_look.begin(shelf, value)))


async def fine(turn: Turn, value: str) -> None:
    """「問題なし」: the next one."""
    month, _, case_id = value.partition(":")
    async with turn.transaction() as shelf:
        row = await second_look.judge(shelf, month, case_id, missed=False)
        turn.replace(await _card(turn, shelf, row))


async def missed(turn: Turn, value: str) -> None:
    """「見落としがあった」: counted, and the case with all that a reviewer can do about it."""
    month, _, case_id = value.partition(":")
    on = Button(turn.words("second_look.next"), "second.begin", month)
    card = await card_of(turn, case_id)  # thought about first: the word and the card are one commit
    async with turn.transaction() as shelf:
        await second_look.judge(shelf, month, case_id, missed=True)
        turn.replace(replace(card, parts=(*card.parts, Actions((on,)))))


async def _card(turn: Turn, shelf: Shelf, row: Sampling) -> Card:
    case = await second_look.next_one(shelf, row)
    result = second_look.result_of(row)
    if case is None:
        return note(done_words(result, turn.locale), style=Style.GOOD)
    one = await review.look(shelf, case.id)
    return case_card((await reviewed(shelf, [one], turn.locale))[0], result, turn.locale)
