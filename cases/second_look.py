"""公開後の抜き取り: of each month's releases some are drawn and read once more by reviewers.

What the guard and the first reviewer missed is counted there, so that the company knows its guard:
at least a tenth of a month, or 20 (domain.md §7). What was drawn and found is in the audit trail.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from random import SystemRandom

from cases import audit, months, review, rights
from cases.db import Shelf
from cases.errors import NotFound
from cases.models.case import Case
from cases.models.review import Sampling
from cases.rights import Action
from cases.vocabulary import GONE

SHARE, LEAST = 0.1, 20  # of a month's releases; cases, where there are as many
SHOWN = 3  # months that can be begun, and whose results are shown


@dataclass(frozen=True, slots=True)
class Result:
    """A month's sample: cases released, drawn, read so far, and those with something missed."""

    month: str
    released: int
    drawn: int
    read: int
    missed: int

    @property
    def open(self) -> bool:
        """Some are not read yet."""
        return self.read < self.drawn


async def due(shelf: Shelf) -> list[Result]:
    """The last months' that are not read to their end, begun or not, oldest first.

    Raises NotAllowed for anybody but reviewers.
    """
    rights.need(shelf, Action.REVIEW)
    return await unread(shelf)


async def unread(shelf: Shelf) -> list[Result]:
    """The same for the reminder, which nobody in particular asks for."""
    found = []
    for month in _months(shelf):
        row = await shelf.reviews.sampling(_id(month))
        if row is None:
            count = await shelf.reviews.count_released_in(*months.limits(month))
            found += [Result(month, count, _size(count), 0, 0)] if count else []
        elif not row.done_at:
            found.append(result_of(row))
    return found


async def begin(shelf: Shelf, month: str = "") -> Sampling:
    """A month's sample: drawn at the first call, then the same for all reviewers.

    `month`: one of the last three; without it last month. Raises NotFound for another one, and
    where nothing was released.
    """
    rights.need(shelf, Action.REVIEW)
    month = month or _months(shelf)[-1]
    if month not in _months(shelf):
        raise NotFound
    row = await shelf.reviews.sampling(_id(month))
    if row is not None:
        return row
    cases = await shelf.reviews.released_in(*months.limits(month))
    if not cases:
        raise NotFound
    marks = {case.id: review.mark(case) for case in cases}
    row = Sampling(company_id=shelf.scope.company_id, id=_id(month), member_id=shelf.scope.me)
    row.marks, row.made_at, row.read, row.missed = marks, shelf.now, [], []
    row.picked = SystemRandom().sample(sorted(marks), _size(len(marks)))
    kept = await shelf.reviews.once(row)
    if kept is not row:
        return kept
    await audit.record(shelf, "second_look.draw", f"{month} n={len(row.picked)} of={len(marks)}")
    return row


async def next_one(shelf: Shelf, row: Sampling) -> Case | None:
    """The first drawn case that nobody has read again and that is not one's own; None: no more."""
    for case_id in _left(row):
        case = await shelf.cases.alone(case_id)
        if case is None or case.status in GONE:
            await _read(shelf, row, case_id)  # it reaches nobody any more
        elif case.author_id != shelf.scope.me:
            return case
    return None


async def judge(shelf: Shelf, month: str, case_id: str, *, missed: bool) -> Sampling:
    """A reviewer's word on one drawn case, once. Raises NotFound for any other case.

    What was missed is mended by the acts of the review itself: masked, given back or withdrawn.
    """
    rights.need(shelf, Action.REVIEW, case_id)
    row = await shelf.reviews.sampling(_id(month))
    case = await shelf.cases.alone(case_id)
    if row is None or case is None or case_id not in row.picked:
        raise NotFound
    rights.need(shelf, Action.CHANGE, case_id, owner=case.author_id)
    if case_id in _left(row):
        if missed:
            row.missed = [*row.missed, case_id]
        await _read(shelf, row, case_id)
        await audit.record(shelf, f"second_look.{'missed' if missed else 'fine'}", case_id)
    return row


async def results(shelf: Shelf) -> list[Result]:
    """The last months that were drawn, newest first."""
    found = []
    for each in reversed(_months(shelf)):
        row = await shelf.reviews.sampling(_id(each))
        found += [result_of(row)] if row else []
    return found


def month_of(row: Sampling) -> str:
    """The month whose releases were drawn, YYYY-MM."""
    return row.id.removeprefix(_id(""))


async def _read(shelf: Shelf, row: Sampling, case_id: str) -> None:
    row.read = [*row.read, case_id]
    if not _left(row):
        row.done_at = shelf.now


def _left(row: Sampling) -> list[str]:
    return [case_id for case_id in row.picked if case_id not in row.read]


def _size(count: int) -> int:
    return min(count, max(LEAST, ceil(SHARE * count)))


def result_of(row: Sampling) -> Result:
    """How far the reading is."""
    return Result(month_of(row), len(row.marks), len(row.picked), len(row.read), len(row.missed))


def _months(shelf: Shelf) -> list[str]:
    """Those before the present one that count, oldest first."""
    return months.last(months.before(months.month_of(shelf.now)), SHOWN)


def _id(month: str) -> str:
    """One sample a month: the database keeps it so."""
    return f"released-{month}"
