"""求む！事例 in chat: the open questions, and answering one with a win."""

from __future__ import annotations

from bot.conversation.turn import Turn
from bot.views.elements import Style
from bot.views.notes import note, wishes_card
from bot.views.preview import form_card
from bot.views.words import quote
from cases import rights, sharing
from cases.errors import NotFound
from cases.guard import Checked
from cases.rights import Action
from cases.vocabulary import Decision


async def show(turn: Turn, value: str = "") -> None:
    """All open questions."""
    async with turn.transaction() as shelf:
        rights.need(shelf, Action.SEARCH)
        rows = [{"id": row.id, "theme": row.theme} for row in await shelf.loop.wishes()]
        turn.say(wishes_card(rows, turn.locale))


async def answer(turn: Turn, wish_id: str) -> None:
    """Opens the form; the case that comes of it closes the wish."""
    async with turn.transaction() as shelf:
        row = await shelf.loop.wish(wish_id)
        if row is None:
            raise NotFound
        if row.state != "open":
            turn.say(note(turn.words("wish.empty"), style=Style.QUIET))
            return
        empty = Checked(Decision.PUBLISH, {}, {})
        raw = {"wish": row.id, "intent": row.theme}
        draft = await sharing.keep_draft(shelf, turn.library.ring, raw, empty)
        turn.open(form_card(draft.id, raw, turn.locale, notice=quote(turn.locale, row.theme)))
