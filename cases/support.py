"""サポート閲覧 (break-glass): an IT administrator reads one published case, for a short while.

Nobody has to allow it first, so others are told of it: the case's author, all of 事務局 and the
auditors. The written reason is sealed in a row of its own and goes when the trail's entry goes; the
trail, which nothing is ever taken out of before, has ids and the reason's hash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cases import audit, rights
from cases.columns import new_id
from cases.db import Shelf
from cases.errors import CaseError, NotFound
from cases.models.case import Case
from cases.models.support import SupportReading
from cases.rights import Action
from cases.seal import KeyRing
from cases.store.case import PUBLISHED
from cases.store.support import Readings
from cases.vocabulary import Role

LASTS = timedelta(minutes=30)
LEAST, MOST = 10, 200  # characters of a reason
TOLD = frozenset({Role.HQ_ADMIN, Role.AUDITOR})  # beside the author


class Over(CaseError):
    """The time in which a case may be read again is over."""

    code = "E-43"


@dataclass(frozen=True, slots=True)
class Look:
    """What is read. `first`: others are told of it; False for a look within the time."""

    reading: SupportReading
    case: Case
    first: bool


async def read(shelf: Shelf, ring: KeyRing, case_id: str, reason: str) -> Look:
    """The case as it is published: no draft, no original wording, nothing held or withdrawn.

    `reason` has passed the guard. Raises NotAllowed, and NotFound for what is not published.
    """
    rights.need(shelf, Action.SUPPORT, case_id)
    case = await _published(shelf, case_id)
    known = await Readings(shelf).newest(shelf.scope.me, case.id)
    if known is not None and shelf.now < known.until:
        return await _once_more(shelf, known, case)
    row = SupportReading(company_id=shelf.scope.company_id, id=new_id(), case_id=case.id)
    row.member_id, row.reason = shelf.scope.me, ring.seal(reason, shelf.scope.company_id)
    row.read_at, row.until = shelf.now, shelf.now + LASTS
    Readings(shelf).add(row)
    proof = hashlib.sha256(reason.encode()).hexdigest()
    await audit.record(shelf, "support.read", f"{case.id}:{row.id}:{proof}")
    return Look(row, case, first=True)


async def again(shelf: Shelf, case_id: str) -> Look:
    """A second look without a new reason. Raises as `read`, and Over after the time."""
    rights.need(shelf, Action.SUPPORT, case_id)
    known = await _mine(shelf, case_id)
    if shelf.now >= known.until:
        raise Over
    return await _once_more(shelf, known, await _published(shelf, case_id))


async def until(shelf: Shelf, case_id: str) -> datetime:
    """When one's time with a case is, or was, over. Raises NotAllowed, NotFound."""
    rights.need(shelf, Action.SUPPORT, case_id)
    return (await _mine(shelf, case_id)).until


async def lasts(shelf: Shelf, case_id: str) -> bool:
    """Whether the text may still stand where it was shown to the acting member."""
    known = await Readings(shelf).newest(shelf.scope.me, case_id)
    case = await shelf.cases.any(case_id)
    there = case is not None and case.status in PUBLISHED
    may = rights.may(shelf.scope, Action.SUPPORT)
    return may and there and known is not None and shelf.now < known.until


async def told(shelf: Shelf, case: Case) -> dict[str, str]:
    """Who hears of it, by id: `author`, or `office` for 事務局 and auditors."""
    members = await shelf.people.members()
    found = {one.id: "office" for one in members if TOLD & set(one.roles)}
    here = any(one.id == case.author_id for one in members)
    return found | ({case.author_id: "author"} if here else {})


async def readings(shelf: Shelf, ring: KeyRing, most: int) -> Sequence[tuple[SupportReading, str]]:
    """The newest readings with their reasons, for the auditor. Raises NotAllowed."""
    rights.need(shelf, Action.TRAIL)
    rows = await Readings(shelf).last(most)
    return [(row, ring.open(row.reason, shelf.scope.company_id)) for row in rows]


async def _mine(shelf: Shelf, case_id: str) -> SupportReading:
    known = await Readings(shelf).newest(shelf.scope.me, case_id)
    if known is None:
        raise NotFound
    return known


async def _published(shelf: Shelf, case_id: str) -> Case:
    case = await Readings(shelf).case(case_id)
    if case is None:
        raise NotFound
    return case


async def _once_more(shelf: Shelf, known: SupportReading, case: Case) -> Look:
    await audit.record(shelf, "support.again", f"{case.id}:{known.id}")
    return Look(known, case, first=False)
