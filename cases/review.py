"""Review: one person approves before a case is seen company-wide, or returns it with a comment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cases import audit, fields, months
from cases.db import Shelf
from cases.errors import Changed, NotAllowed, NotFound
from cases.models.case import Case
from cases.vocabulary import Role, Status

REVIEWERS = (Role.HQ_ADMIN, Role.MODERATOR)


async def queue(shelf: Shelf) -> Sequence[Case]:
    """Cases that wait for approval, oldest first. Raises NotAllowed for anybody but reviewers."""
    shelf.scope.needs(*REVIEWERS)
    return await shelf.cases.waiting_for_release()


def days_waiting(case: Case, now: datetime) -> int:
    """JST days since approval was asked for; 0 on the same day."""
    asked = case.release_asked_at or now
    return (months.day_of(now) - months.day_of(asked)).days


def mark(case: Case) -> str:
    """A short hash of the text that a reviewer reads; it travels with the button."""
    return fields.text_hash(fields.values_of(case))[:12]


async def release(shelf: Shelf, case_id: str, seen: str = "") -> Case:
    """Makes a case company-wide. A second call changes nothing; nobody approves an own case.

    `seen` is the `mark` of the text that was read. Raises Changed when it is another one now.
    """
    case = await _reviewable(shelf, case_id)
    if case.status is Status.COMPANY:
        return case
    if seen and seen != mark(case):
        raise Changed
    if case.status is not Status.OFFICE or case.release_asked_at is None:
        raise NotFound
    case.status = Status.COMPANY
    case.released_at = shelf.now
    case.released_by = shelf.scope.me
    case.changed_at = shelf.now
    await audit.record(shelf, "case.release", case.id)
    return case


async def give_back(shelf: Shelf, case_id: str) -> Case:
    """Leaves a case in its office: it is not seen company-wide, and its author is told why."""
    case = await _reviewable(shelf, case_id)
    if case.status is not Status.OFFICE:
        raise NotFound
    case.release_asked_at = None
    case.changed_at = shelf.now
    await audit.record(shelf, "case.give_back", case.id)
    return case


async def _reviewable(shelf: Shelf, case_id: str) -> Case:
    shelf.scope.needs(*REVIEWERS)
    case = await shelf.cases.any(case_id)
    if case is None:
        raise NotFound
    if case.author_id == shelf.scope.member_id:
        raise NotAllowed("own case")
    return case
