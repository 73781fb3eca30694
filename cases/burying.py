"""Burying: a restored backup is told by its tombstones what was taken back, refused or held."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from cases import (
    audit,
    erasing,
    fields,
    keeping,
    leaving,
    legal_holds,
    reflections,
    roles,
    sharing,
)
from cases.db import Shelf
from cases.models.keeping import LegalHold
from cases.models.org import Member, Room
from cases.seal import KeyRing
from cases.tombstones import FIELDS, LIFTED, Tombstone
from cases.vocabulary import GONE, Role, Status

# What the row of a tombstone has to have.
NEEDED = {
    "hold": ("what", "subject", "reference", "placed_by", "at"),
    "lifted": ("by", "at"),
    "masked": ("hash",),
    "company": (),
}


def check(ring: KeyRing, stone: Tombstone) -> None:
    """Raises what `bury` would stumble over halfway: WrongKey, or ValueError for another form."""
    needed = NEEDED.get(stone.what, ())
    if stone.what not in {*FIELDS, *_DEEDS, *NEEDED} or not {*needed} <= stone.row.keys():
        raise ValueError(stone.what)
    if "at" in stone.row:
        datetime.fromisoformat(stone.row["at"])
    _sealed_values(ring, stone)


def _sealed_values(ring: KeyRing, stone: Tombstone) -> dict[str, Any]:
    """The masked text, empty where the tombstone has none. Raises as `check` does."""
    if "sealed" not in stone.row:
        return {}
    sealed = b64decode(stone.row["sealed"], validate=True)
    found: dict[str, Any] = ring.open_json(sealed, stone.company)
    return found


async def bury(shelf: Shelf, ring: KeyRing, stone: Tombstone) -> bool:
    """Does it once more; False when it is so already, or the row is not there."""
    if stone.what in FIELDS:
        return await _refuse(shelf, stone)
    if stone.what == "masked":
        return await _mask(shelf, ring, stone)
    return await _DEEDS[stone.what](shelf, stone)


async def _refuse(shelf: Shelf, stone: Tombstone) -> bool:
    of_room = stone.what in ("posts", "listens", "admins")
    found = shelf.people.room if of_room else shelf.people.member
    row: Room | Member | None = await found(stone.id)
    if row is None or not getattr(row, FIELDS[stone.what]):
        return False
    setattr(row, FIELDS[stone.what], False)
    await audit.record(shelf, f"tombstone.{stone.what}", stone.id)
    return True


async def _take_back(shelf: Shelf, stone: Tombstone) -> bool:
    case = await shelf.cases.any(stone.id)
    if case is None or case.status in GONE:
        return False
    await sharing.take_out(shelf, case)
    await audit.record(shelf, "case.withdraw", case.id)
    return True


async def _purge(shelf: Shelf, stone: Tombstone) -> bool:
    case = await shelf.cases.any(stone.id)
    if case is None or not case.action:
        return False
    gone = Status.WITHDRAWN if case.status is Status.WITHDRAWN else Status.ARCHIVED
    case.changed_at = shelf.now
    await keeping.erase(shelf, case, gone)
    return True


async def _end(shelf: Shelf, stone: Tombstone) -> bool:
    case = await shelf.cases.any(stone.id)
    known = await shelf.audit.has("case.erase", stone.id)
    if case is not None and not known:
        await erasing.erase(shelf, case)
    return case is not None and not known


async def _hold(shelf: Shelf, stone: Tombstone) -> bool:
    if await shelf.keeping.legal_hold(stone.id) is not None:
        return False
    given = {name: stone.row[name] for name in ("what", "subject", "reference", "placed_by")}
    placed_at = datetime.fromisoformat(stone.row["at"])
    await legal_holds.keep(
        shelf, LegalHold(company_id=stone.company, id=stone.id, placed_at=placed_at, **given)
    )
    return True


async def _lift(shelf: Shelf, stone: Tombstone) -> bool:
    row = await shelf.keeping.legal_hold(stone.id)
    if row is None or row.lifted_at is not None:
        return False
    row.lifted_by, row.lifted_at = stone.row["by"], datetime.fromisoformat(stone.row["at"])
    await audit.record(shelf, LIFTED, row.id)
    return True


async def _mask(shelf: Shelf, ring: KeyRing, stone: Tombstone) -> bool:
    """The masked text is back. Where it stood elsewhere, or only an older list of tombstones is
    there, without text, the company sees it after a reviewer again.

    Edits that the copy has go: their author would publish what was masked. Under a legal hold they
    stay, sealed and closed: nobody goes on with them.
    """
    case = await shelf.cases.any(stone.id)
    known = await shelf.audit.knows(stone.id, stone.row["hash"])
    if known or case is None or case.status in GONE:
        return False
    if values := _sealed_values(ring, stone):
        fields.fill(case, values)
        case.recast_at = shelf.now
    if stone.row.get("status") != case.status:
        case.status, case.release_asked_at = Status.OFFICE, shelf.now
    case.changed_at = shelf.now
    await shelf.cases.drop_vectors(case.id)
    await shelf.talks.forget_digests(case.id)
    held = await legal_holds.held(shelf)
    for draft in await shelf.keeping.edits_of(case.id):
        if held.case(case) or held.member(draft.author_id):
            sharing.shut(ring, draft)
        else:
            await shelf.cases.drop(draft)
    await audit.record(shelf, "tombstone.masked", case.id)
    return True


async def _name(shelf: Shelf, stone: Tombstone) -> bool:
    case, show = await shelf.cases.any(stone.id), stone.what == "name_shown"
    if case is None or case.show_author == show:
        return False
    author = await shelf.people.member(case.author_id)
    if show and (author is None or not author.name):  # their data ended
        return False
    case.show_author, case.recast_at = show, shelf.now
    await audit.record(shelf, f"case.{stone.what}", case.id)
    return True


async def _take_role(shelf: Shelf, stone: Tombstone) -> bool:
    """Not from the last one who has it in the copy: somebody must be able to give roles."""
    member_id, _, role = stone.id.rpartition(":")
    member = await shelf.people.member(member_id)
    if member is None or role not in member.roles:
        return False
    try:
        await roles.lasts_without(shelf, [member.id], Role(role))
    except roles.LastOne:
        return False
    member.roles = [one for one in member.roles if one != role] or [Role.MEMBER]
    await audit.record(shelf, "role.take", stone.id)
    return True


_DEEDS: dict[str, Callable[[Shelf, Tombstone], Awaitable[bool]]] = {
    "case": _take_back,
    "purged": _purge,
    "ended": _end,
    "erased": lambda shelf, stone: leaving.erase(shelf, stone.id),
    "unshared": lambda shelf, stone: reflections.hide(shelf, stone.id),
    "hold": _hold,
    "lifted": _lift,
    "name_hidden": _name,
    "name_shown": _name,
    "role": _take_role,
}
