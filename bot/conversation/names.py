"""Showing one's name or the office alone, on one case or on all that are published already."""

from __future__ import annotations

from bot.conversation.turn import Turn
from bot.views.elements import Style
from bot.views.notes import note
from cases import names


async def choose(turn: Turn, value: str) -> None:
    """One tap on one's own case; cards that were sent follow within minutes."""
    case_id, _, how = value.partition(":")
    async with turn.transaction() as shelf:
        await names.choose(shelf, case_id, show=how == "show")
        turn.say(note(turn.words(f"names.done_{how}"), style=Style.GOOD))


async def choose_for_all(turn: Turn, how: str) -> None:
    """After a change in 設定: the cases of before, too."""
    async with turn.transaction() as shelf:
        count = await names.choose_for_all(shelf, show=how == "show")
        turn.replace(note(turn.words("names.done_all", count=count), style=Style.GOOD))
