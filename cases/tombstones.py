"""Tombstones: what was taken back or refused, as ids, so that a restored backup forgets it again.

They are kept outside the database, because an older copy of it does not know them.
"""

from __future__ import annotations

from dataclasses import dataclass

from cases import audit
from cases.db import Shelf
from cases.sharing import take_out
from cases.vocabulary import Status


@dataclass(frozen=True, slots=True)
class Tombstone:
    """`what`: case (taken back), member (left), digest or questions (refused); `id` of that row."""

    company: str
    what: str
    id: str


async def tombstones(shelf: Shelf) -> list[Tombstone]:
    """All of a company: cases in the order in which they were taken back, then members."""
    entries = await shelf.audit.entries()
    found = [("case", entry.subject) for entry in entries if entry.what == "case.withdraw"]
    for member in await shelf.people.members(active=False):
        found += [("member", member.id)] if not member.active else []
        found += [("digest", member.id)] if not member.wants_digest else []
        found += [("questions", member.id)] if not member.wants_questions else []
    return [Tombstone(shelf.scope.company_id, what, row_id) for what, row_id in found]


async def bury(shelf: Shelf, stone: Tombstone) -> bool:
    """Takes back or refuses once more; False when it is so already, or the row is not there."""
    if stone.what == "case":
        return await _bury_case(shelf, stone.id)
    member = await shelf.people.member(stone.id)
    field = {"member": "active", "digest": "wants_digest", "questions": "wants_questions"}
    if member is None or not getattr(member, field[stone.what]):
        return False
    setattr(member, field[stone.what], False)
    await audit.record(shelf, f"tombstone.{stone.what}", stone.id)
    return True


async def _bury_case(shelf: Shelf, case_id: str) -> bool:
    case = await shelf.cases.any(case_id)
    if case is None or case.status is Status.WITHDRAWN:
        return False
    await take_out(shelf, case)
    await audit.record(shelf, "case.withdraw", case.id)
    return True
