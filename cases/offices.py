"""Offices and their 推進メンバー: exactly one first and perhaps a deputy, and who leaves a seat.

A `Promoter` row exists exactly while the office has a first promoter; the deputy steps up (F62).
"""

from __future__ import annotations

from dataclasses import dataclass

from cases import audit, rights
from cases.db import Shelf
from cases.errors import BadInput, NotFound
from cases.models.org import Member, Office, Promoter
from cases.rights import Action
from cases.roster_rows import DEPUTY, MAIN
from cases.vocabulary import Role


@dataclass(frozen=True, slots=True)
class Standing:
    """One office: how many people, its promoters (None: vacant), whether it has a room."""

    office: Office
    people: int
    promoter: Member | None
    deputy: Member | None
    has_room: bool


async def standings(shelf: Shelf) -> list[Standing]:
    """All offices in the order of the roster: no ranking. Raises NotAllowed for others."""
    rights.need(shelf, Action.ROSTER)
    people = {member.id: member for member in await shelf.people.members()}
    seats = {seat.office_id: seat for seat in await shelf.people.promoters()}
    rooms = {room.office_id for room in await shelf.roster.rooms() if _open(room)}
    return [
        Standing(
            office,
            sum(member.office_id == office.id for member in people.values()),
            people.get(seats[office.id].member_id) if office.id in seats else None,
            people.get(seats[office.id].deputy_id or "") if office.id in seats else None,
            office.id in rooms,
        )
        for office in await shelf.people.offices()
    ]


async def vacancies(shelf: Shelf) -> tuple[list[Office], list[Office]]:
    """Offices with people and no first promoter; those with a first one and no deputy."""
    seats = {seat.office_id: seat for seat in await shelf.people.promoters()}
    used = {member.office_id for member in await shelf.people.members()}
    peopled = [office for office in await shelf.people.offices() if office.id in used]
    vacant = [office for office in peopled if office.id not in seats]
    return vacant, [one for one in peopled if one.id in seats and not seats[one.id].deputy_id]


def _open(room: object) -> bool:
    return bool(getattr(room, "posts", False)) and getattr(room, "state", "") == "active"


async def find(shelf: Shelf, name: str) -> Office:
    """The office by id or name, or the only one whose name begins so. Raises NotFound."""
    offices = await shelf.people.offices()
    for office in offices:
        if name in (office.id, office.name):
            return office
    begins = [office for office in offices if name and office.name.startswith(name)]
    if len(begins) != 1:
        raise NotFound(name)
    return begins[0]


async def name_promoter(shelf: Shelf, member_id: str, duty: str) -> None:
    """Makes a member the first promoter or the deputy of their own office, or neither ("").

    Raises NotAllowed, NotFound, and BadInput for a member without an office.
    """
    rights.need(shelf, Action.ROSTER, member_id)
    member = await shelf.people.member(member_id)
    if member is None or not member.active:
        raise NotFound
    if member.office_id is None:
        raise BadInput("office")
    await seat(shelf, member, member.office_id, duty)


async def seat(shelf: Shelf, member: Member, office_id: str, duty: str) -> None:
    """Puts a member on a seat of the office; whoever sat there gets up."""
    row = await shelf.people.promoter(office_id)
    main, deputy = (row.member_id, row.deputy_id) if row else (None, None)
    others = [one if one != member.id else None for one in (main, deputy)]
    if duty == MAIN:
        others[0] = member.id
    elif duty == DEPUTY:
        others[1] = member.id
    await settle(shelf, office_id, *others)


async def vacate(shelf: Shelf, member: Member) -> None:
    """Takes a member off every seat: they moved or left."""
    for row in await shelf.people.promoters():
        if member.id in (row.member_id, row.deputy_id):
            await seat(shelf, member, row.office_id, "")


async def settle(shelf: Shelf, office_id: str, main: str | None, deputy: str | None) -> None:
    """Writes who sits where, with 推進メンバー among their roles, and the audit entry.

    A deputy without a first one becomes the first one.
    """
    main, deputy = (main, deputy) if main else (deputy, None)
    row = await shelf.people.promoter(office_id)
    before = (row.member_id, row.deputy_id) if row else (None, None)
    if before == (main, deputy):
        return
    if row is not None and main:
        row.member_id, row.deputy_id = main, deputy
    elif row is not None:
        await shelf.session.delete(row)
    else:
        company = shelf.scope.company_id
        shelf.people.add(
            Promoter(
                company_id=company, office_id=office_id, member_id=main or "", deputy_id=deputy
            )
        )
    await shelf.people.flush()
    for member_id in {*before, main, deputy} - {None}:
        await _mark(shelf, str(member_id))
    await audit.record(shelf, "office.promoter", f"{office_id}:{main or '-'}:{deputy or '-'}")


async def _mark(shelf: Shelf, member_id: str) -> None:
    """The role follows the seat."""
    member = await shelf.people.member(member_id)
    if member is None:
        return
    seats = await shelf.people.promoters()
    sits = any(member_id in (seat.member_id, seat.deputy_id) for seat in seats)
    if sits != (Role.PROMOTER in member.roles):
        others = [role for role in member.roles if role not in (Role.PROMOTER, Role.MEMBER)]
        member.roles = [*others, Role.PROMOTER] if sits else others or [Role.MEMBER]
