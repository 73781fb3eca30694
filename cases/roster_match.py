"""Which lines of a roster file are about whom: by chat id, then by e-mail, never by name."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from cases.roster_rows import Fault, Row, Sheet
from cases.roster_state import State

NEW = "new:"  # begins the id of a person who is not there yet, followed by the line


@dataclass(slots=True)
class Matched:
    """Lines by person, first what holds now; lines that cannot be taken; who is in the file."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    twice: list[Row] = field(default_factory=list)
    named: set[str] = field(default_factory=set)


def match(before: State, sheet: Sheet, today: date) -> Matched:
    """Every line finds its person, becomes a new one, or is a fault."""
    known = _known(before)
    found = Matched(faults=list(sheet.faults))
    for row in sheet.rows:
        keys = [key for key in (f"id {row.chat_id}", f"mail {row.email}") if key[-1] != " "]
        whose = list(dict.fromkeys(known[key] for key in keys if key in known))
        if len(whose) > 1:
            found.faults.append(Fault(row.line, "two_people", row.email, row.name))
            found.named.update(whose)
            continue
        person = whose[0] if whose else f"{NEW}{row.line}"
        known |= dict.fromkeys(keys, person)
        found.named.add(person)
        _take(found, person, row, today)
    return found


def _known(before: State) -> dict[str, str]:
    """Who is meant by an id or an address; people who are there before those who have left."""
    known: dict[str, str] = {}
    for person in sorted(before.people.values(), key=lambda one: not one.active):
        for mail in (person.email, *sorted(person.also)):
            if mail:
                known.setdefault(f"mail {mail}", person.id)
        if person.chat_id:
            known.setdefault(f"id {person.chat_id}", person.id)
    return known


def _take(found: Matched, person: str, row: Row, today: date) -> None:
    """One line for now and one for each coming day; the same line again is a duplicate."""
    lines = found.rows.setdefault(person, [])
    same_day = [one for one in lines if starts(one, today) == starts(row, today)]
    if not same_day:
        lines.append(row)
        lines.sort(key=lambda one: (starts(one, today) or date.min, one.line))
    elif replace(row, line=0) == replace(same_day[0], line=0):
        found.twice.append(row)
    else:
        found.faults.append(Fault(row.line, "twice", str(same_day[0].line), row.name))


def starts(row: Row, today: date) -> date | None:
    """The coming day from which a line holds; None: now."""
    return row.valid_from if row.valid_from and row.valid_from > today else None


def one_on_each_seat(found: Matched, today: date) -> None:
    """Of two that claim one seat of an office the second line is a fault."""
    claimed: set[tuple[str, str]] = set()
    now = [
        (person, row)
        for person, rows in found.rows.items()
        for row in rows
        if row.duty and starts(row, today) is None and not is_past(row, today)
    ]
    for person, row in sorted(now, key=lambda one: one[1].line):
        if (row.office, row.duty) in claimed:
            found.rows[person].remove(row)
            found.faults.append(Fault(row.line, "two_promoters", row.office, row.name))
        claimed.add((row.office, row.duty))


def is_past(row: Row, today: date) -> bool:
    """True for somebody whose last day is over."""
    return row.left_on is not None and row.left_on < today
