"""The promoter's part: the digest, 「営業所で共有」 and 「定例の資料にする」."""

from __future__ import annotations

from bot.conversation.showing import for_colleagues, for_room, shown
from bot.conversation.turn import Owed, Turn
from bot.views.case import case_card
from bot.views.digest import digest_card
from bot.views.elements import Actions, Button, Card, Style, Text, to_json
from bot.views.notes import note
from bot.views.pack import pack_card
from cases import audit, digests, months, packs, rights
from cases.db import Shelf
from cases.errors import NotFound
from cases.models.case import Case
from cases.rights import Action


async def digest(turn: Turn, value: str = "") -> None:
    """The newest digest of the member's office."""
    async with turn.transaction() as shelf:
        rights.need(shelf, Action.SEARCH)
        office_id = await _office(turn, shelf)
        rows = await shelf.talks.digests(office_id)
        if not rows:
            turn.say(note(turn.words("digest.none")))
            return
        newest = await digests.current(shelf, office_id, rows[0].month)
        shares = rights.may(turn.scope, Action.SHARE_DIGEST, office=office_id)
        turn.say(digest_card(newest.content, turn.locale, shares=shares))


async def share_item(turn: Turn, value: str) -> None:
    """Shows the ready card before it goes to the office's room."""
    case_id, _, _month = value.partition(":")
    async with turn.transaction() as shelf:
        office_id = await _office(turn, shelf)
        rights.need(shelf, Action.SHARE_DIGEST, case_id, office=office_id)
        case = await for_room(shelf, case_id, office_id)
        view = (await shown(shelf, [case], turn.locale))[0]
        parts = [
            part for part in case_card(view, turn.locale).parts if not isinstance(part, Actions)
        ]
        confirm = Button(
            turn.words("digest.share_confirm"), "digest.share_now", value, primary=True
        )
        head = Text(turn.words("digest.share_preview"), Style.STRONG)
        turn.say(Card((head, *parts, Actions((confirm,)))))


async def share_now(turn: Turn, value: str) -> None:
    """Posts the case, credited, to the office's room: once per office, case and month."""
    case_id, _, month = value.partition(":")
    async with turn.transaction() as shelf:
        office_id = await _office(turn, shelf)
        rights.need(shelf, Action.SHARE_DIGEST, case_id, office=office_id)
        months.limits(month)  # it goes into the trail, where nothing lies that somebody typed
        case = await for_room(shelf, case_id, office_id)
        room = await shelf.people.office_room(office_id)
        if room is None:
            turn.replace(note(turn.words("digest.no_room"), style=Style.WARN))
            return
        shared = f"{office_id}:{case.id}:{month}"
        if await shelf.audit.has("digest.share", shared):
            turn.replace(note(turn.words("digest.already_shared")))
            return
        card = await _posted(shelf, case)
        content = {"card": to_json(card), "case_id": case.id}
        turn.owe(Owed(f"office_share:{shared}", "office_share", content, room_id=room.id))
        await audit.record(shelf, "digest.share", shared)
        turn.replace(note(turn.words("digest.shared_item"), style=Style.GOOD))


async def _posted(shelf: Shelf, case: Case) -> Card:
    lead, card, _ = await for_colleagues(shelf, case, "digest.from_promoter")
    return Card((Text(lead, Style.QUIET), *card.parts))


async def pack(turn: Turn, value: str) -> None:
    """What the promoters' meeting needs, of the own office; the page prints it."""
    office_id, _, month = value.partition(":")
    async with turn.transaction() as shelf:
        rights.need(shelf, Action.SEARCH)
        if office_id != await _office(turn, shelf):
            raise NotFound
        turn.say(pack_card(await packs.make(shelf, office_id, month), office_id, turn.locale))


async def _office(turn: Turn, shelf: Shelf) -> str:
    me = await shelf.people.member(turn.scope.me)
    if me is None or me.office_id is None:
        raise NotFound
    return me.office_id
