"""What the lines about one person make of them: who they are now, and what is to come. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from cases.roster_match import is_past, starts
from cases.roster_rows import Row
from cases.roster_state import JOIN, LEAVE, MOVE, Coming, Person


@dataclass(frozen=True, slots=True)
class Folded:
    """`person` None: somebody who had left before the company knew them."""

    person: Person | None
    coming: tuple[Coming, ...] = ()


def fold(
    person_id: str,
    before: Person | None,
    rows: Sequence[Row],
    columns: frozenset[str],
    today: date,
) -> Folded:
    """A column that the file does not have leaves what is there; so does an empty name or id."""
    first = rows[0]
    if is_past(first, today) and (before is None or not before.active):
        return Folded(before)
    person = _named(before or Person(person_id, first.name, active=False), first)
    coming: list[Coming] = []
    for row in rows:
        day = starts(row, today)
        if day is None and not person.active and row.joined_on and row.joined_on > today:
            day = row.joined_on
        if day is not None:
            joins = not person.active and not coming
            coming.append(_from(person, row, columns, day, JOIN if joins else MOVE))
        else:
            person = _now(person, row, columns)
        if is_past(row, today):
            person = replace(person, active=False, duty="")
        elif row.left_on:
            coming.append(Coming(person_id, row.left_on + timedelta(days=1), LEAVE))
    return Folded(person, tuple(dict.fromkeys(coming)))


def _named(person: Person, row: Row) -> Person:
    """Name, ids and dates hold at once, whatever day the line is for."""
    return replace(
        person,
        name=row.name,
        name_en=row.name_en or person.name_en,
        email=row.email or person.email,
        chat_id=row.chat_id or person.chat_id,
        locale=row.locale or person.locale,
        joined_on=row.joined_on or person.joined_on,
    )


def _now(person: Person, row: Row, columns: frozenset[str]) -> Person:
    office = row.office if "office" in columns else person.office
    stays = office == person.office
    duty = row.duty if _says_duty(columns) else person.duty if stays else ""
    roles = row.roles if "roles" in columns else person.roles
    return replace(person, office=office, duty=duty, roles=roles, active=True)


def _from(person: Person, row: Row, columns: frozenset[str], day: date, what: str) -> Coming:
    office = row.office if "office" in columns else person.office
    roles = row.roles if "roles" in columns else None
    return Coming(person.id, day, what, office, roles, row.duty)


def _says_duty(columns: frozenset[str]) -> bool:
    """推進メンバー stands in its own column, or among the roles."""
    return not columns.isdisjoint({"duty", "roles"})
