"""「はじめての方へ」: three sentences and three cases to read first."""

from __future__ import annotations

from bot.conversation.turn import Turn
from bot.views.elements import Actions, Button, Card, Part, Style, Text
from cases.db import Shelf
from cases.models.case import Case

FIRST = 3


async def show(turn: Turn, value: str = "") -> None:
    """What this is, what it is not, and the three cases that others reproduced most."""
    async with turn.transaction() as shelf:
        best = await _first_to_read(shelf)
        parts: list[Part] = [Text(turn.words("help.title"), Style.TITLE)]
        parts += [Text(turn.words(f"help.{key}")) for key in ("one", "two", "three")]
        parts.append(Text(turn.words("help.not_record"), Style.QUIET))
        parts.append(Text(turn.words("help.starters"), Style.STRONG))
        for case in best:
            parts.append(Text(case.title))
            full = Button(turn.words("digest.full"), "case.show", case.id)
            parts.append(Actions((full,)))
        turn.say(Card(tuple(parts)))


async def _first_to_read(shelf: Shelf) -> list[Case]:
    """What worked for most others; in a young company the newest as well."""
    found = await shelf.cases.many(ids := await shelf.loop.most_reproduced(FIRST))
    best = [found[case_id] for case_id in ids if case_id in found]
    newest = await shelf.cases.company_wide(limit=FIRST)
    return [*best, *(case for case in newest if case.id not in ids)][:FIRST]
