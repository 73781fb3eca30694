"""Review: one person approves before a case is seen company-wide, masks it, or gives it back.

What waits is a `Waiting`: a case in its office that asks for the company, or a draft that its
office may not see yet. Both are named by their own id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cases import audit, fields, members, months, rights, sharing, wishes
from cases.db import Shelf
from cases.errors import Changed, NotFound, Reviewed
from cases.models.case import Case, Draft
from cases.rights import Action
from cases.vocabulary import GONE, Status

NOTE_LIMIT = 300  # characters of a comment
FEW_IMPORTS = 20  # more imports than these are not listed one by one: they are sampled
COMPANY, OFFICE = "company", "office"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One text for a reviewer. `case` shows it, `draft` is set while its office sees nothing.

    `rules`: what the guard found and how it went on, as {rule, action, field}; never a text.
    """

    case: Case
    draft: Draft | None
    rules: Sequence[Mapping[str, Any]]

    @property
    def id(self) -> str:
        """Of the draft, else of the case."""
        return self.draft.id if self.draft else self.case.id

    @property
    def since(self) -> datetime | None:
        """When approval was asked for; None where it is not (any more)."""
        return self.draft.submitted_at if self.draft else self.case.release_asked_at


async def queue(shelf: Shelf) -> list[Waiting]:
    """What waits for approval, oldest first. Raises NotAllowed for anybody but reviewers.

    Imports are left out where they are so many that they are sampled (`review_sample`).
    """
    rights.need(shelf, Action.REVIEW)
    imports = {case.id for case in await shelf.reviews.waiting_imports()}
    left = imports if len(imports) > FEW_IMPORTS else set()
    cases = [case for case in await shelf.cases.waiting_for_release() if case.id not in left]
    found = [
        of_draft(draft, await _office(shelf, draft)) for draft in await shelf.reviews.submitted()
    ]
    found += await of_cases(shelf, cases)
    return sorted(found, key=lambda one: (one.since or shelf.now, one.id))


async def look(shelf: Shelf, subject_id: str) -> Waiting:
    """One text, whether it waits or is published. NotFound for one that is neither."""
    rights.need(shelf, Action.REVIEW, subject_id)
    draft = await shelf.reviews.draft(subject_id)
    if draft is not None:
        return of_draft(draft, await _office(shelf, draft))
    case = await shelf.cases.alone(subject_id)
    if case is None or case.status in GONE:
        raise await gone(shelf, subject_id)
    return (await of_cases(shelf, [case]))[0]


async def of_cases(shelf: Shelf, cases: Sequence[Case]) -> list[Waiting]:
    """The cases with what the guard found in their drafts."""
    drafts = await shelf.reviews.drafts_of([case.id for case in cases])
    rules = {str(draft.case_id): draft.findings for draft in drafts}
    return [Waiting(case, None, rules.get(case.id, [])) for case in cases]


def of_draft(draft: Draft, office_id: str | None) -> Waiting:
    """The draft as the case that it would be; the row is never written."""
    case = Case(id=draft.id, status=Status.OFFICE, sample=False, author_id=draft.author_id)
    case.office_id, case.release_asked_at = office_id, draft.submitted_at
    case.show_author, case.origin = bool(draft.values.get("shows_name")), draft.origin
    fields.fill(case, draft.values)
    return Waiting(case, draft, draft.findings)


async def _office(shelf: Shelf, draft: Draft) -> str | None:
    author = await shelf.people.member(draft.author_id)
    return author.office_id if author else None


def days_waiting(one: Waiting | Case, now: datetime) -> int:
    """JST days since approval was asked for; 0 on the same day."""
    since = one.since if isinstance(one, Waiting) else one.release_asked_at
    return (months.day_of(now) - months.day_of(since or now)).days


def mark(case: Case) -> str:
    """A short hash of the text that a reviewer reads; it travels with the button."""
    return fields.text_hash(fields.values_of(case))[:12]


async def release(shelf: Shelf, subject_id: str, seen: str = "", reach: str = COMPANY) -> Case:
    """Makes it company-wide, or lets a draft into its office. A second call changes nothing.

    `seen` is the `mark` of the text that was read. Raises Changed when it is another one now,
    Reviewed where somebody else was quicker, NotAllowed for one's own.
    """
    draft = await shelf.reviews.draft(subject_id)
    if draft is not None:
        return await _let_in(shelf, draft, seen, reach)
    case = await reviewable(shelf, subject_id, Action.RELEASE)
    if case.status is Status.COMPANY and case.released_by == shelf.scope.me:
        return case
    if case.status is Status.OFFICE and case.release_asked_at is not None:
        if seen and seen != mark(case):
            raise Changed
        return await _widen(shelf, case)
    raise await gone(shelf, subject_id)


async def _let_in(shelf: Shelf, draft: Draft, seen: str, reach: str) -> Case:
    """A draft becomes a case by a reviewer's word; `office`: it goes no further."""
    rights.need(shelf, Action.RELEASE, draft.id, owner=draft.author_id)
    if seen and seen != mark(of_draft(draft, None).case):
        raise Changed
    values = dict(draft.values)
    case = await sharing.put_out(shelf, draft, show_author=bool(values.get("shows_name")))
    await audit.record(shelf, "review.office", case.id)
    if reach == OFFICE:
        case.release_asked_at = None
        return case
    await _widen(shelf, case)
    if values.get("wish"):
        await shelf.cases.flush()
        await wishes.answer(shelf, values["wish"], case.id)
    return case


async def _widen(shelf: Shelf, case: Case) -> Case:
    case.status, case.review_note = Status.COMPANY, ""
    case.released_at, case.released_by = shelf.now, shelf.scope.me
    case.changed_at = shelf.now
    await audit.record(shelf, "case.release", case.id)
    return case


async def give_back(shelf: Shelf, case_id: str, note: str = "") -> Case:
    """Leaves a case in its office: it is not seen company-wide, and its author is told why."""
    case = await reviewable(shelf, case_id)
    if case.status is not Status.OFFICE or case.release_asked_at is None:
        raise await gone(shelf, case_id)
    case.release_asked_at, case.review_note = None, note[:NOTE_LIMIT]
    case.changed_at = shelf.now
    await audit.record(shelf, "case.give_back", case.id)
    return case


async def reviewable(shelf: Shelf, case_id: str, action: Action = Action.CHANGE) -> Case:
    """A case that somebody else wrote, for a reviewer. Raises NotFound, NotAllowed."""
    rights.need(shelf, action, case_id)
    case = await shelf.cases.alone(case_id)
    if case is None:
        raise await gone(shelf, case_id)
    rights.need(shelf, action, case_id, owner=case.author_id)
    return case


async def gone(shelf: Shelf, subject_id: str) -> NotFound:
    """What to raise for a text that waits no more: who was quicker, where somebody was."""
    draft = await shelf.reviews.draft_of(subject_id)
    case_id = draft.case_id if draft else None
    case = await shelf.cases.any(case_id or subject_id)
    authors = {one.author_id for one in (draft, case) if one is not None}
    entry = await shelf.audit.latest(case_id or subject_id)
    if entry is None or entry.actor in (shelf.scope.member_id, *authors):
        return NotFound()
    who, me = [await shelf.people.member(one) for one in (entry.actor, shelf.scope.me)]
    return Reviewed(members.shown_name(who, me.locale if me else "ja"))
