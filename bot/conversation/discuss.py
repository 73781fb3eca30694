"""「話し合いにする」: a case and the three questions, posted to the own office's room."""

from __future__ import annotations

from bot.conversation.showing import for_colleagues, for_room
from bot.conversation.turn import Owed, Turn
from bot.views.discussion import discussion_card, preview_card
from bot.views.elements import Card, Style, to_json
from bot.views.notes import note
from cases import audit, discussions, months
from cases.db import Shelf
from cases.models.case import Case


async def preview(turn: Turn, case_id: str) -> None:
    """Shows what the office will read, before anything is posted."""
    async with turn.transaction() as shelf:
        office_id = await _office(turn, shelf)
        case = await for_room(shelf, case_id, office_id or "")
        if office_id is None or await shelf.people.office_room(office_id) is None:
            turn.say(note(turn.words("discuss.no_room"), style=Style.WARN))
            return
        if await shelf.audit.has("case.discuss", _key(shelf, office_id, case)):
            turn.say(note(turn.words("discuss.already")))
            return
        turn.say(preview_card(await _card(shelf, case), case.id, turn.locale))


async def post(turn: Turn, case_id: str) -> None:
    """Posts it, credited to who started it: once per case, office and month.

    What colleagues answer stays in the chat: nothing of it is read or kept.
    """
    async with turn.transaction() as shelf:
        office_id = await _office(turn, shelf)
        case = await for_room(shelf, case_id, office_id or "")
        room = await shelf.people.office_room(office_id) if office_id else None
        if office_id is None or room is None:
            turn.replace(note(turn.words("discuss.no_room"), style=Style.WARN))
            return
        key = _key(shelf, office_id, case)
        if await shelf.audit.has("case.discuss", key):
            turn.replace(note(turn.words("discuss.already")))
            return
        content = {"card": to_json(await _card(shelf, case)), "case_id": case.id}
        turn.owe(Owed(f"discussion:{key}", "office_share", content, room_id=room.id))
        await audit.record(shelf, "case.discuss", key)
        turn.replace(note(turn.words("discuss.posted"), style=Style.GOOD))


def _key(shelf: Shelf, office_id: str, case: Case) -> str:
    return f"{office_id}:{case.id}:{months.day_of(shelf.now):%Y-%m}"


async def _card(shelf: Shelf, case: Case) -> Card:
    lead, card, locale = await for_colleagues(shelf, case, "discuss.from")
    questions = discussions.questions(case.barrier, case.id, locale)
    return discussion_card(card, lead, questions, locale)


async def _office(turn: Turn, shelf: Shelf) -> str | None:
    me = await shelf.people.member(turn.scope.me)
    return me.office_id if me else None
