"""The roster as values: people, offices and what is to come, read once to be compared."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from cases.db import Shelf
from cases.models.org import Member, Promoter
from cases.roster_rows import DEPUTY, MAIN
from cases.vocabulary import Role

JOIN, MOVE, LEAVE = "join", "move", "leave"


@dataclass(frozen=True, slots=True)
class Person:
    """A member in words. `duty` is of `office`; `also`: what the platforms call their address."""

    id: str
    name: str
    email: str = ""
    chat_id: str = ""
    name_en: str = ""
    office: str = ""
    roles: frozenset[Role] = frozenset()  # without 推進メンバー and MR
    duty: str = ""
    locale: str = ""  # "": the company's
    joined_on: date | None = None
    active: bool = True
    also: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Coming:
    """What holds for somebody from a day on."""

    person: str
    day: date
    what: str  # join, move or leave
    office: str = ""
    roles: frozenset[Role] | None = None
    duty: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """People by id, the region of each office by its name, and what is to come."""

    people: dict[str, Person]
    offices: dict[str, str]
    coming: frozenset[Coming]


async def read(shelf: Shelf) -> State:
    """Everybody, also who has left; not the system member that imports belong to."""
    offices = {office.id: office for office in await shelf.people.offices()}
    names = {key: office.name for key, office in offices.items()}
    seats = {seat.office_id: seat for seat in await shelf.people.promoters()}
    also: dict[str, set[str]] = {}
    for account in await shelf.roster.accounts_all():
        if account.email:
            also.setdefault(account.member_id, set()).add(account.email.lower())
    people = {}
    for member in await shelf.people.members(active=False):
        if member.active or member.email or member.chat_id:
            person = _person(member, names, seats.get(member.office_id or ""))
            people[member.id] = replace(person, also=frozenset(also.get(member.id, ())))
    coming = frozenset(
        Coming(
            row.member_id,
            row.day,
            row.what,
            names.get(row.office_id or "", ""),
            None if row.roles is None else frozenset(map(Role, row.roles)),
            row.duty,
        )
        for row in await shelf.roster.moves()
    )
    return State(people, {office.name: office.region for office in offices.values()}, coming)


def _person(member: Member, names: dict[str, str], seat: Promoter | None) -> Person:
    duty = ""
    if seat is not None:
        duty = {seat.member_id: MAIN, seat.deputy_id: DEPUTY}.get(member.id, "")
    return Person(
        member.id,
        member.name,
        (member.email or "").lower(),
        member.chat_id or "",
        member.name_en,
        names.get(member.office_id or "", ""),
        frozenset(map(Role, member.roles)) - {Role.PROMOTER, Role.MEMBER},
        duty,
        member.locale,
        member.joined_on,
        member.active,
    )
