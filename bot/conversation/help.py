"""「はじめての方へ」: three sentences and three cases to read first."""

from __future__ import annotations

from bot.conversation.turn import Turn
from bot.views.elements import Actions, Button, Card, Part, Style, Text
from bot.views.sign_in import offer
from cases import rights, trials
from cases.rights import Action
from cases.sign_in import WEB

FIRST = 3


async def show(turn: Turn, value: str = "") -> None:
    """What this is, what it is not, and the three cases that others reproduced most."""
    async with turn.transaction() as shelf:
        reads = rights.may(shelf.scope, Action.SEARCH)
        best = await trials.first_to_read(shelf, FIRST) if reads else []
        parts: list[Part] = [Text(turn.words("help.title"), Style.TITLE)]
        parts += [Text(turn.words(f"help.{key}")) for key in ("one", "two", "three")]
        parts.append(Text(turn.words("help.not_record"), Style.QUIET))
        if reads:
            parts.append(Text(turn.words("help.starters"), Style.STRONG))
        for case in best:
            parts.append(Text(case.title))
            full = Button(turn.words("digest.full"), "case.show", case.id)
            parts.append(Actions((full,)))
        if turn.library.web_url and turn.platform != WEB:
            parts.append(Actions((offer(turn.locale),)))
        turn.say(Card(tuple(parts)))
