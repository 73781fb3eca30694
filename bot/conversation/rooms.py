"""「この部屋」: whose room a chat is, asked of who brought the bot in, shown and changed later."""

from __future__ import annotations

from bot.conversation.events import Fields, Invited
from bot.conversation.turn import Owed, Turn
from bot.conversation.walls import ours_alone
from bot.views.elements import Card, Style, Text
from bot.views.notes import note
from bot.views.rooms import (
    ADMINS,
    LISTENS,
    POSTS,
    room_form,
    room_name,
    room_words,
    rooms_card,
)
from cases import rights, rooms
from cases.db import Shelf
from cases.errors import NotAllowed, NotFound
from cases.models.org import Room
from cases.rights import Action


async def invited(turn: Turn, event: Invited) -> None:
    """Asks the inviter alone, or the promoter of their office where they may not say it."""
    name = await turn.reach.room_name(event.room) if turn.reach else ""
    async with turn.transaction() as shelf:
        room = await rooms.found(shelf, _workspace(turn), event.room, name or "")
        await _ask(turn, shelf, room)


async def here(turn: Turn, channel: str, filled: Fields) -> None:
    """「この部屋」 in a channel: what it is, and the form for who may change it."""
    if turn.reach is None or not channel:
        await listing(turn)
        return
    name = await turn.reach.room_name(channel)
    if name is None:
        turn.say(note(turn.words("rooms.invite_first")))
        return
    async with turn.transaction() as shelf:
        room = await rooms.at(shelf, _workspace(turn), channel)
        if name or await rooms.offices_for(shelf):  # else nobody knows whether the bot is there
            named = name or str(filled.get("name") or "")
            room = await rooms.found(shelf, _workspace(turn), channel, named)
        if room is None:
            turn.say(note(turn.words("rooms.who_may")))
            return
        await _show(turn, shelf, room)


async def show(turn: Turn, room_id: str) -> None:
    """［変更する］."""
    async with turn.transaction() as shelf:
        room = await shelf.people.room(room_id)
        if room is None:
            raise NotFound
        await _show(turn, shelf, room)


async def save(turn: Turn, room_id: str, filled: Fields) -> None:
    """Keeps it, and says what it means. Raises as `ours_alone` where it is to post or listen."""
    uses, office_id = filled.get("uses"), str(filled.get("office") or "")
    ticked = uses if isinstance(uses, list) else [str(uses or "")]
    admins = office_id == ADMINS
    async with turn.read() as shelf:
        before = await shelf.people.room(room_id)
    speaks = admins or bool({POSTS, LISTENS} & {*ticked})
    if before is not None and "channel" in before.address and speaks:
        await ours_alone(turn, before.workspace_id, str(before.address["channel"]))
    async with turn.transaction() as shelf:
        if admins:
            room = await rooms.register_for_admins(shelf, room_id)
        else:
            posts, listens = POSTS in ticked, LISTENS in ticked
            room = await rooms.register(shelf, room_id, office_id, posts=posts, listens=listens)
        words = room_words(room, await _names(shelf), turn.locale)
        parts = [Text(turn.words("rooms.saved"), Style.GOOD), Text(words)]
        parts += [Text(turn.words("rooms.admins_saved"), Style.QUIET)] * admins
        turn.replace(Card(tuple(parts)))


async def listing(turn: Turn, value: str = "") -> None:
    """「部屋」 in the direct message: all that one may change."""
    async with turn.transaction() as shelf:
        found = await rooms.mine(shelf)
        if not found and not await rooms.offices_for(shelf):
            raise NotAllowed(Action.ROOM)
        turn.say(rooms_card(found, await _names(shelf), turn.locale, turn.platform))


async def _show(turn: Turn, shelf: Shelf, room: Room) -> None:
    offices = await rooms.offices_for(shelf)
    closed = room.for_admins and not _admins(shelf)
    if not offices or closed or not _theirs(shelf, room):
        words = room_words(room, await _names(shelf), turn.locale)
        turn.say(Card((Text(words), Text(turn.words("rooms.who_may"), Style.QUIET))))
        return
    turn.say(room_form(room, offices, turn.locale, admins=_admins(shelf)))


def _admins(shelf: Shelf) -> bool:
    return rights.may(shelf.scope, Action.ADMIN_ROOM)


def _theirs(shelf: Shelf, room: Room) -> bool:
    return room.office_id is None or rooms.may_register(shelf.scope, room.office_id)


async def _ask(turn: Turn, shelf: Shelf, room: Room) -> None:
    offices = await rooms.offices_for(shelf)
    if offices:
        turn.say(room_form(room, offices, turn.locale, admins=_admins(shelf)))
        return
    me = await shelf.people.member(turn.scope.me)
    seat = await shelf.people.promoter(me.office_id or "") if me else None
    words = "rooms.told_promoter" if seat else "rooms.who_may"
    turn.say(note(turn.words(words, room=room_name(room, turn.locale))))
    if seat is not None:
        content = {"room_id": room.id, "office_id": seat.office_id}
        key = f"room_ask:{room.id}:{turn.event_id}"
        turn.owe(Owed(key, "room_ask", content, member_id=seat.member_id))


async def _names(shelf: Shelf) -> dict[str, str]:
    return {office.id: office.name for office in await shelf.people.offices()}


def _workspace(turn: Turn) -> str:
    if turn.reach is None:
        raise NotFound
    return turn.reach.workspace_id
