"""The answer to 「今も有効?」: yes, for another six months. Editing and taking back are as ever."""

from __future__ import annotations

from bot.conversation.turn import Turn
from bot.views.elements import Style
from bot.views.notes import note
from cases import keeping
from cases.errors import NotFound
from cases.vocabulary import GONE


async def yes(turn: Turn, case_id: str) -> None:
    """Its author says that it still holds; somebody else's case is not found."""
    async with turn.transaction() as shelf:
        case = await shelf.cases.alone(case_id)
        if case is None or case.author_id != turn.scope.me or case.status in GONE:
            raise NotFound
        await keeping.confirm(shelf, case)
        turn.replace(note(turn.words("valid.thanks"), style=Style.GOOD))
