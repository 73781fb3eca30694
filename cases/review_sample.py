"""Imports are approved together: some are drawn at random and read, then the rest in one act.

What was drawn, by whom, what of it was read, and what became of all is in the audit trail.
"""

from __future__ import annotations

from random import Random

from cases import audit, review, rights
from cases.columns import new_id
from cases.db import Shelf
from cases.errors import Changed, NotFound
from cases.models.case import Case
from cases.models.review import Sampling
from cases.rights import Action
from cases.vocabulary import Status

SIZE = 20  # as many as compliance samples after publication in a month (domain.md §7)


async def draw(shelf: Shelf) -> Sampling:
    """A new sample of the imports that wait now. Raises NotFound where there are too few.

    The draw follows from the sample's own id, so that anybody can do it again.
    """
    rights.need(shelf, Action.RELEASE)
    cases = await shelf.reviews.waiting_imports()
    if len(cases) <= SIZE:
        raise NotFound
    marks = {case.id: review.mark(case) for case in cases}
    row = Sampling(company_id=shelf.scope.company_id, id=new_id(), member_id=shelf.scope.me)
    row.marks, row.made_at, row.read = marks, shelf.now, []
    row.picked = Random(row.id).sample(sorted(marks), SIZE)  # noqa: S311  # drawn, not secret
    shelf.reviews.add(row)
    await audit.record(shelf, "review.sample", f"{row.id} n={SIZE} of={len(marks)}")
    return row


async def mine(shelf: Shelf, sampling_id: str) -> Sampling:
    """A sample that is not done, for the reviewer who drew it. Raises NotFound."""
    rights.need(shelf, Action.RELEASE)
    row = await shelf.reviews.sampling(sampling_id)
    if row is None or row.member_id != shelf.scope.me or row.done_at is not None:
        raise NotFound
    return row


async def next_one(shelf: Shelf, row: Sampling) -> Case | None:
    """The first drawn case that is not read yet; None when all are."""
    left = [case_id for case_id in row.picked if case_id not in row.read]
    return await shelf.cases.any(left[0]) if left else None


async def has_read(shelf: Shelf, sampling_id: str, case_id: str) -> Sampling:
    """Notes that a drawn case was read and is fine."""
    row = await mine(shelf, sampling_id)
    if case_id in row.picked and case_id not in row.read:
        row.read = [*row.read, case_id]
        await audit.record(shelf, "review.read", case_id)
    return row


async def release_rest(shelf: Shelf, sampling_id: str) -> int:
    """All of the sample's imports become company-wide, in one act: how many.

    Raises NotFound before all drawn ones are read, and Changed where one of them was masked, given
    back or withdrawn meanwhile: then the sample says nothing of the rest, and another is drawn.
    A case of the rest that changed since is left waiting.
    """
    row = await mine(shelf, sampling_id)
    if set(row.read) != set(row.picked):
        raise NotFound
    fit = [case for case in await shelf.reviews.waiting_imports() if _same(row, case)]
    row.done_at = shelf.now
    if not set(row.picked) <= {case.id for case in fit}:
        raise Changed
    for case in fit:
        case.status = Status.COMPANY
        case.released_at, case.released_by = shelf.now, shelf.scope.me
        case.changed_at = shelf.now
    await audit.record(shelf, "review.bulk", f"{row.id} released={len(fit)}")
    await audit.record_all(shelf, "case.release", [case.id for case in fit])
    return len(fit)


def _same(row: Sampling, case: Case) -> bool:
    return row.marks.get(case.id) == review.mark(case)
