"""A roster file against the roster of today: what would become of whom, before anything is written.

Pure. The same file again changes nothing; `fingerprint` tells whether a preview still holds.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from cases.roster_fold import Folded, fold
from cases.roster_match import Matched, match, one_on_each_seat
from cases.roster_rows import DEPUTY, MAIN, Fault, Sheet
from cases.roster_state import LEAVE, Coming, Person, State
from cases.text import content_hash
from cases.vocabulary import Role

FEW, SHARE = 3, 0.1  # own: where more people than both would leave, the file may be cut off
SHOWN = ("name", "name_en", "email", "chat_id", "office", "roles", "duty", "locale", "joined_on")


class Deed(StrEnum):
    """What becomes of a person or a line."""

    ADDED = "added"
    MOVED = "moved"
    CHANGED = "changed"
    RETURNED = "returned"
    DATED = "dated"  # from a coming day on
    CANCELLED = "cancelled"  # what was to come does not
    LEFT = "left"
    BAD = "bad"
    DUPLICATE = "duplicate"
    SAME = "same"


KEPT = (Deed.SAME, Deed.DUPLICATE, Deed.BAD)  # nothing is written


@dataclass(frozen=True, slots=True)
class Step:
    """`line` 0: not in the file. `changes`: (field, before, after). `why`: of a bad line."""

    deed: Deed
    line: int
    name: str
    changes: tuple[tuple[str, str, str], ...] = ()
    why: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Rules:
    """`may`: the roles that whoever imports may give and take, None: all. `me`: who that is.

    `partial`: people who are not in the file stay.
    """

    may: frozenset[Role] | None = None
    me: str = ""
    partial: bool = False


@dataclass(slots=True)
class Plan:
    """`gone`: who leaves because the file does not name them; `stay`: who would, but lines are bad.

    `people`: everybody as they would be. `offices`: new ones, or with another region.
    """

    steps: list[Step]
    before: dict[str, Person]
    people: dict[str, Person]
    offices: dict[str, str]
    coming: list[Coming] = field(default_factory=list)
    cancelled: list[Coming] = field(default_factory=list)
    gone: int = 0
    stay: int = 0
    ignored: tuple[str, ...] = ()

    @property
    def counts(self) -> Counter[Deed]:
        """How many of each."""
        return Counter(step.deed for step in self.steps)

    @property
    def needs_word(self) -> bool:
        """So many would leave that the file may be cut off: the number is asked for."""
        there = sum(person.active for person in self.before.values())
        return self.gone > max(FEW, SHARE * there)

    @property
    def changes_nothing(self) -> bool:
        """Nothing would be written."""
        return not self.offices and all(step.deed in KEPT for step in self.steps)

    @property
    def fingerprint(self) -> str:
        """Sixteen characters over everything that would be done."""
        done = [[s.deed, s.line, s.name, s.changes, s.why] for s in self.steps]
        return content_hash(json.dumps(done, ensure_ascii=False))[:16]


def plan(before: State, sheet: Sheet, today: date, rules: Rules | None = None) -> Plan:
    """What the file asks for, line by line, and who is not in it."""
    rules = rules or Rules()
    found = match(before, sheet, today)
    one_on_each_seat(found, today)
    made = Plan([], before.people, dict(before.people), {}, ignored=sheet.ignored)
    for person_id, rows in found.rows.items():
        if not rows:
            continue
        old = before.people.get(person_id)
        folded = fold(person_id, old, rows, sheet.columns, today)
        why = _refused(old, folded, rules)
        if why:
            found.faults.append(Fault(rows[0].line, why, "", rows[0].name))
        elif folded.person is not None:
            made.people[person_id] = folded.person
            _take_coming(made, before, person_id, folded, sheet.columns)
            _take_offices(made, before, found, person_id)
    _absent(made, found, rules)
    _seat(made, found)
    _describe(made, found)
    return made


def _refused(old: Person | None, folded: Folded, rules: Rules) -> str:
    """Why whoever imports may not do this; "" when they may."""
    if rules.may is None or folded.person is None:
        return ""
    had = old.roles if old else frozenset()
    wanted = [folded.person.roles, *(one.roles for one in folded.coming if one.roles is not None)]
    known = old is None or (old.email, old.chat_id) == (folded.person.email, folded.person.chat_id)
    # Whoever changes the address of somebody with a higher role could speak as them.
    if any((roles ^ had) - rules.may for roles in wanted) or (had - rules.may and not known):
        return "role_not_allowed"
    if old is not None and old.id == rules.me and any(roles - had for roles in wanted):
        return "own_role"
    return ""


def _take_coming(
    made: Plan, before: State, person_id: str, folded: Folded, columns: frozenset[str]
) -> None:
    """Coming days of the file replace those that wait; a file without any leaves them."""
    waiting = {one for one in before.coming if one.person == person_id}
    made.coming += [one for one in folded.coming if one not in waiting]
    says_moves = any(one.what != LEAVE for one in folded.coming)
    for one in sorted(waiting - set(folded.coming), key=lambda one: one.day):
        if says_moves if one.what != LEAVE else "left_on" in columns:
            made.cancelled.append(one)


def _take_offices(made: Plan, before: State, found: Matched, person_id: str) -> None:
    for row in found.rows[person_id]:
        known = before.offices.get(row.office)
        if row.office and (known is None or (row.region and row.region != known)):
            made.offices[row.office] = row.region or made.offices.get(row.office, "")


def _absent(made: Plan, found: Matched, rules: Rules) -> None:
    """Who is not in a whole file has left; while a line is bad it may be about anybody."""
    if rules.partial:
        return
    for person in made.before.values():
        if not person.active or person.id in found.named:
            continue
        if found.faults:
            made.stay += 1
        else:
            made.people[person.id] = replace(person, active=False, duty="")
            made.gone += 1


def _seat(made: Plan, found: Matched) -> None:
    """One first promoter and one deputy per office: who claims a seat gets it; deputies step up."""
    offices: dict[str, dict[str, list[Person]]] = {}
    for person in made.people.values():
        if person.active and person.duty:
            offices.setdefault(person.office, {}).setdefault(person.duty, []).append(person)
    for seats in offices.values():
        for sitting in seats.values():
            sitting.sort(key=lambda one: not any(row.duty for row in found.rows.get(one.id, ())))
            for other in sitting[1:]:
                made.people[other.id] = replace(other, duty="")
        if MAIN not in seats:
            deputy = seats[DEPUTY][0]
            made.people[deputy.id] = replace(deputy, duty=MAIN)


def _describe(made: Plan, found: Matched) -> None:
    lines = {person: rows[0].line for person, rows in found.rows.items() if rows}
    faulty = {fault.line for fault in found.faults}
    days = {one.person for one in (*made.coming, *made.cancelled)}
    for person_id, line in lines.items():
        if line in faulty:
            continue
        step = _step(made, person_id, line)
        if step.deed is not Deed.SAME or person_id not in days:
            made.steps.append(step)
    others = [_step(made, person_id, 0) for person_id in made.people.keys() - lines.keys()]
    made.steps += [step for step in others if step.deed is not Deed.SAME]
    for deed, some in ((Deed.DATED, made.coming), (Deed.CANCELLED, made.cancelled)):
        for one in some:
            name = made.people[one.person].name
            made.steps.append(Step(deed, lines.get(one.person, 0), name, _days(one)))
    made.steps += [Step(Deed.DUPLICATE, row.line, row.name) for row in found.twice]
    made.steps += [
        Step(Deed.BAD, fault.line, fault.name, (), fault.why, fault.detail)
        for fault in found.faults
    ]
    order = list(Deed)
    made.steps.sort(key=lambda step: (order.index(step.deed), step.line, step.name, step.changes))


def _step(made: Plan, person_id: str, line: int) -> Step:
    old, new = made.before.get(person_id), made.people.get(person_id)
    if new is None:
        return Step(Deed.SAME, line, "")
    changes = changed(old, new)
    if old is None or old.active != new.active:
        there = Deed.ADDED if old is None else Deed.RETURNED
        deed = there if new.active else Deed.LEFT if old is not None else Deed.SAME
    else:
        moved = old.office != new.office
        deed = Deed.MOVED if moved else Deed.CHANGED if changes else Deed.SAME
    return Step(deed, line, new.name, changes if deed is not Deed.LEFT else ())


def changed(old: Person | None, new: Person) -> tuple[tuple[str, str, str], ...]:
    """(field, before, after) of everything that differs, as words."""
    pairs = [(key, _word(old, key), _word(new, key)) for key in SHOWN]
    return tuple(pair for pair in pairs if pair[1] != pair[2])


def _word(person: Person | None, key: str) -> str:
    value = getattr(person, key, "") or ""
    return ",".join(sorted(value)) if isinstance(value, frozenset) else str(value)


def _days(one: Coming) -> tuple[tuple[str, str, str], ...]:
    found = [("day", "", one.day.isoformat()), ("what", "", one.what)]
    if one.what != LEAVE:
        found += [("office", "", one.office), ("duty", "", one.duty)]
        found.append(("roles", "", ",".join(sorted(one.roles or ()))))
    return tuple(pair for pair in found if pair[2])
