"""The roster's use cases: a file applied in one transaction, one person moved, coming days done.

Cases keep the office and the author of their time; a leaver is 「退職者」 (F22, F82).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from cases import audit, months, offices, rights, roles
from cases.columns import new_id
from cases.db import Shelf
from cases.errors import NotAllowed, NotFound
from cases.members import reach_by_id
from cases.models.org import Member, Office
from cases.models.roster import Move
from cases.rights import Action
from cases.roster_plan import Deed, Plan, changed
from cases.roster_state import JOIN, LEAVE, MOVE, Coming, Person
from cases.vocabulary import Role


async def apply(shelf: Shelf, plan: Plan, source: str) -> None:
    """Writes a plan; `source` names the file (its hash) in the audit trail. All or nothing.

    Raises LastOne where nobody would be 事務局 or IT any more.
    """
    _somebody_stays(plan)
    ids = await _offices(shelf, plan)
    members: dict[str, Member] = {}
    for key, person in plan.people.items():
        if plan.before.get(key) != person:
            members[key] = await _write(shelf, plan.before.get(key), person, ids)
    await shelf.people.flush()
    new = [member.id for key, member in members.items() if key not in plan.before and member.active]
    await audit.record_all(shelf, "member.join", new)
    await _seats(shelf, plan, ids, {key: member.id for key, member in members.items()})
    await _coming(shelf, plan, ids, {key: member.id for key, member in members.items()})
    await reach_by_id(shelf, [member for member in members.values() if member.active])
    numbers = " ".join(f"{deed}={plan.counts[deed]}" for deed in Deed if plan.counts[deed])
    await audit.record(shelf, "roster.import", f"{source} {numbers}")


def _somebody_stays(plan: Plan) -> None:
    for role in roles.LASTING:
        had = any(one.active and role in one.roles for one in plan.before.values())
        if had and not any(one.active and role in one.roles for one in plan.people.values()):
            raise roles.LastOne(role)


async def _offices(shelf: Shelf, plan: Plan) -> dict[str, str]:
    """The id of every office by name; unknown ones are founded."""
    known = {office.name: office for office in await shelf.people.offices()}
    for name, region in plan.offices.items():
        if name not in known:
            known[name] = Office(company_id=shelf.scope.company_id, id=new_id(), name=name)
            shelf.people.add(known[name])
            await audit.record(shelf, "office.found", known[name].id)
        known[name].region = region
    await shelf.people.flush()
    return {name: office.id for name, office in known.items()}


async def _write(
    shelf: Shelf, before: Person | None, person: Person, ids: dict[str, str]
) -> Member:
    """One person's row. Roles, moves and who comes or goes are audited, names are not."""
    member = await shelf.people.member(person.id) if before else None
    if member is None:
        member = Member(company_id=shelf.scope.company_id, id=new_id(), roles=[Role.MEMBER])
        member.active = False
        shelf.people.add(member)
    fields = {key for key, _, _ in changed(before, person)}
    for key in fields & {"name", "name_en", "locale", "joined_on"}:
        setattr(member, key, getattr(person, key))
    if before is None:
        member.locale = person.locale or (await shelf.people.company()).locale
    if "email" in fields:
        member.email = person.email or None
    if "chat_id" in fields:
        member.chat_id = person.chat_id or None
    if before is not None and fields & {"email", "chat_id"}:  # who is known by it has their rights
        await audit.record(shelf, "member.address", member.id)
    if "roles" in fields:
        await _set_roles(shelf, member, person.roles)
    office_id = ids[person.office] if person.office else None
    if before is None:
        member.office_id, member.active = office_id if person.active else None, person.active
        return member
    if "office" in fields and person.active:
        await _move_now(shelf, member, office_id)
    if member.active != person.active:
        await (_come(shelf, member) if person.active else leave(shelf, member, check=False))
    return member


async def _set_roles(shelf: Shelf, member: Member, wanted: Collection[Role]) -> None:
    """All roles but 推進メンバー, which follows the seat."""
    kept = [Role.PROMOTER] if Role.PROMOTER in member.roles else []
    before = {Role(role) for role in member.roles} - {Role.MEMBER, Role.PROMOTER}
    member.roles = [*sorted(wanted), *kept] or [Role.MEMBER]
    for role in sorted(before ^ set(wanted)):
        deed = "role.give" if role in wanted else "role.take"
        await audit.record(shelf, deed, f"{member.id}:{role}")


async def _seats(shelf: Shelf, plan: Plan, ids: dict[str, str], written: dict[str, str]) -> None:
    """Who sits where as the plan says, for every office that it knows."""
    seats: dict[str, dict[str, str]] = {}
    for key, person in plan.people.items():
        if person.active and person.duty and person.office:
            seats.setdefault(person.office, {})[person.duty] = written.get(key, person.id)
    for name, office_id in ids.items():
        sitting = seats.get(name, {})
        await offices.settle(shelf, office_id, sitting.get("main"), sitting.get("deputy"))


async def _coming(shelf: Shelf, plan: Plan, ids: dict[str, str], written: dict[str, str]) -> None:
    for row in await shelf.roster.moves():
        for one in plan.cancelled:
            if (row.member_id, row.day, row.what) == (one.person, one.day, one.what):
                await shelf.roster.drop(row)
    for one in plan.coming:
        member_id = written.get(one.person, one.person)
        shelf.roster.add(_move(shelf, member_id, one, ids.get(one.office)))
    await shelf.people.flush()


def _move(shelf: Shelf, member_id: str, one: Coming, office_id: str | None) -> Move:
    return Move(
        company_id=shelf.scope.company_id,
        id=new_id(),
        member_id=member_id,
        day=one.day,
        what=one.what,
        office_id=office_id,
        roles=None if one.roles is None else sorted(one.roles),
        duty=one.duty,
        made_at=shelf.now,
    )


async def leave(shelf: Shelf, member: Member, *, check: bool = True) -> None:
    """退職: jobs stop, the seat goes to the deputy, cases stay. Raises LastOne (`check`)."""
    for role in roles.LASTING if check else ():
        if role in member.roles:
            await roles.lasts_without(shelf, [member.id], role)
    await offices.vacate(shelf, member)
    member.active = False
    await audit.record(shelf, "member.leave", member.id)


async def _come(shelf: Shelf, member: Member) -> None:
    member.active = True
    await audit.record(shelf, "member.join", member.id)


async def _relocate(shelf: Shelf, member: Member, office_id: str | None) -> None:
    """Another office from now on; what was shared stays with the office of its time."""
    if member.office_id == office_id:
        return
    await offices.vacate(shelf, member)
    member.office_id = office_id
    await audit.record(shelf, "member.move", f"{member.id}:{office_id or '-'}")


async def move(
    shelf: Shelf, member_id: str, office: str | None, day: date, today: date, *, duty: str = ""
) -> Member:
    """Moves one person now, or on a coming day. Raises NotAllowed, NotFound, BadInput."""
    rights.need(shelf, Action.ROSTER, member_id)
    member = await shelf.people.member(member_id)
    if member is None or not member.active:
        raise NotFound
    place = await offices.find(shelf, office) if office else None
    office_id, name = (place.id, place.name) if place else (None, "")
    if day <= today:
        await _move_now(shelf, member, office_id)
        return member
    for row in await shelf.roster.moves():
        if row.member_id == member_id and row.what == MOVE and row.day == day:
            await shelf.roster.drop(row)
    one = Coming(member_id, day, MOVE, name, None, duty if place else "")
    shelf.roster.add(_move(shelf, member_id, one, office_id))
    await audit.record(shelf, "member.move_later", f"{member_id}:{office_id or '-'}:{day}")
    return member


async def _move_now(shelf: Shelf, member: Member, office_id: str | None) -> None:
    """A move of today, kept as history; where a new member begins is none."""
    if member.active and member.office_id != office_id:
        one = Coming(member.id, months.day_of(shelf.now), MOVE)
        row = _move(shelf, member.id, one, office_id)
        row.from_office_id, row.done_at = member.office_id, shelf.now
        shelf.roster.add(row)
    await _relocate(shelf, member, office_id)


async def cancel_move(shelf: Shelf, move_id: str) -> None:
    """What was to come does not. Raises NotAllowed, and NotFound when it is done or gone."""
    rights.need(shelf, Action.ROSTER, move_id)
    row = await shelf.roster.move(move_id)
    if row is None or row.done_at is not None:
        raise NotFound
    await shelf.roster.drop(row)
    await audit.record(shelf, "member.move_cancel", f"{row.member_id}:{row.day}")


async def do_due(shelf: Shelf, today: date) -> int:
    """Does what holds from today on (4/1, 10/1 and every other day): how many. Safe to repeat."""
    done = 0
    for row in await shelf.roster.moves_due(today):
        member = await shelf.people.member(row.member_id)
        try:
            if member is not None:
                await _do(shelf, member, row)
        except NotAllowed:  # the last 事務局: it waits until there is another one
            continue
        row.done_at = shelf.now
        done += 1
    return done


async def _do(shelf: Shelf, member: Member, row: Move) -> None:
    row.from_office_id = member.office_id
    wanted = member.roles if row.roles is None else row.roles
    for role in set(roles.LASTING) & set(member.roles) - set(wanted):
        await roles.lasts_without(shelf, [member.id], Role(role))
    if row.what == LEAVE:
        await leave(shelf, member)
        return
    if row.what == JOIN and not member.active:
        await _come(shelf, member)
    if not member.active:
        return
    await _relocate(shelf, member, row.office_id)
    if row.roles is not None:
        await _set_roles(shelf, member, {Role(role) for role in row.roles})
    if row.duty and row.office_id:
        await offices.seat(shelf, member, row.office_id, row.duty)
    await shelf.people.flush()
