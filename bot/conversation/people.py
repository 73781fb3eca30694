"""「名簿 佐藤」 and 「役割」: 事務局 looks a member up and changes office, seat and roles."""

from __future__ import annotations

from datetime import date

from bot.conversation.events import Fields
from bot.conversation.turn import Turn
from bot.views.elements import Card, Facts, Part, Style, Text
from bot.views.notes import note
from bot.views.people import NOWHERE, About, member_card, several_card
from bot.views.rights import own_card
from cases import months, offices, rights, roles, roster
from cases.db import Shelf
from cases.errors import BadInput, NotFound
from cases.members import DEACTIVATED
from cases.models.org import Member
from cases.rights import Action
from cases.text import fold
from cases.vocabulary import Role

FEW = 10  # people on one card


async def find(turn: Turn, wanted: str) -> None:
    """The member with this name, part of a name, or e-mail."""
    async with turn.transaction() as shelf:
        rights.need(shelf, Action.ROSTER)
        found = _fitting(await shelf.people.members(active=False), wanted)
        names = {office.id: office.name for office in await shelf.people.offices()}
        if len(found) == 1:
            turn.say(await _card(turn, shelf, found[0]))
        elif found:
            turn.say(several_card(found[:FEW], names, turn.locale))
        else:
            turn.say(note(turn.words("people.nobody", wanted=wanted[:40])))


def _fitting(members: object, wanted: str) -> list[Member]:
    """Who is meant, people who are there first; an e-mail or a whole name means one."""
    key = _bare(wanted)
    people = [one for one in members if one.active or one.email]  # type: ignore[attr-defined] # the importer has neither
    people.sort(key=lambda one: (not one.active, one.name))
    exact = [one for one in people if key in (_bare(one.name), _bare(one.email or ""), one.id)]
    return exact or [one for one in people if key in _bare(one.name) or key in _bare(one.name_en)]


def _bare(text: str) -> str:
    return "".join(fold(text).split())


async def show(turn: Turn, member_id: str) -> None:
    """One member."""
    async with turn.transaction() as shelf:
        rights.need(shelf, Action.ROSTER, member_id)
        member = await shelf.people.member(member_id)
        if member is None:
            raise NotFound
        turn.say(await _card(turn, shelf, member))


async def save(turn: Turn, member_id: str, filled: Fields) -> None:
    """Changes what the form says, all or nothing; each change is in the audit trail."""
    async with turn.transaction() as shelf:
        rights.need(shelf, Action.ROSTER, member_id)
        member = await shelf.people.member(member_id)
        if member is None or not member.active:
            raise NotFound
        await _place(shelf, member, filled)
        await _roles(turn, shelf, member, filled)
        await shelf.people.flush()
        card = await _card(turn, shelf, member)
        done = Text(turn.words("people.saved"), Style.GOOD)
        turn.replace(Card((done, *card.parts)))


async def _place(shelf: Shelf, member: Member, filled: Fields) -> None:
    """Office and seat, now or from a coming day on."""
    office_id = str(filled.get("office") or member.office_id or NOWHERE)
    duty = str(filled.get("duty") or "").strip(NOWHERE)
    today = months.day_of(shelf.now)
    day = _day(str(filled.get("day") or "")) or today
    if office_id != (member.office_id or NOWHERE):
        where = None if office_id == NOWHERE else office_id
        await roster.move(shelf, member.id, where, day, today, duty=duty)
        if day > today:
            return
    if "duty" in filled and member.office_id is not None:
        await offices.name_promoter(shelf, member.id, duty)
    elif duty:
        raise BadInput("office")


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        raise BadInput(typed[:20]) from None


async def _roles(turn: Turn, shelf: Shelf, member: Member, filled: Fields) -> None:
    wanted = filled.get("roles")
    if not isinstance(wanted, list):
        return
    for role in sorted(roles.may_give(turn.scope.roles)):
        if role in wanted and role not in member.roles:
            await roles.give(shelf, member.id, role)
        elif role not in wanted and role in member.roles:
            await roles.take(shelf, member.id, role)


async def cancel_move(turn: Turn, move_id: str) -> None:
    """［取り消す］."""
    async with turn.transaction() as shelf:
        await roster.cancel_move(shelf, move_id)
        turn.replace(note(turn.words("people.move_cancelled"), style=Style.GOOD))


async def by_role(turn: Turn, value: str = "") -> None:
    """「役割」: who has which, but for MRs, in no order of merit; for others what they may do."""
    async with turn.transaction() as shelf:
        if not rights.may(turn.scope, Action.ROSTER):
            turn.say(own_card(turn.scope.roles, turn.locale))
            return
        members = await shelf.people.members()
        rows = []
        for role in Role:
            names = sorted(one.name for one in members if role in one.roles)
            if role is not Role.MEMBER:
                shown = "、".join(names) if names else turn.words("roster.nothing")
                rows.append((turn.words(f"role.{role}"), shown))
        parts: list[Part] = [Text(turn.words("people.roles_title"), Style.TITLE)]
        parts += [Facts(tuple(rows)), Text(turn.words("people.how_to"), Style.QUIET)]
        turn.say(Card(tuple(parts)))


async def _card(turn: Turn, shelf: Shelf, member: Member) -> Card:
    places = await shelf.people.offices()
    names = {office.id: office.name for office in places}
    seat = await shelf.people.promoter(member.office_id or "")
    duty = {seat.member_id: "main", seat.deputy_id: "deputy"}.get(member.id, "") if seat else ""
    accounts = await shelf.people.accounts(member.id)
    open_ones = [one for one in accounts if one.blocked != DEACTIVATED]
    chats = "connected" if open_ones else "stopped" if accounts else "none"
    moves = await shelf.roster.history(member.id)
    about = About(member, names.get(member.office_id or "", ""), duty, chats, moves)
    return member_card(about, places, roles.may_give(turn.scope.roles), turn.locale)
