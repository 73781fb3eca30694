"""What a reviewer does with a text beside approving it: mask, give back, stop, withdraw."""

from __future__ import annotations

from collections.abc import Mapping

from cases import audit, fields, review, review_rules, sharing
from cases.db import Shelf
from cases.errors import Changed, Missing
from cases.models.case import Case, Hold
from cases.seal import KeyRing
from cases.vocabulary import DraftState, Status


async def ask_for_changes(shelf: Shelf, subject_id: str, note: str) -> review.Waiting:
    """Back to its author with a comment (wording): a draft stays a draft, a case in its office.

    `note` has passed the guard. Raises Missing without one.
    """
    if not note:
        raise Missing("comment")
    draft = await shelf.reviews.draft(subject_id)
    if draft is None:
        case = await review.give_back(shelf, subject_id, note)
        return (await review.of_cases(shelf, [case]))[0]
    review.not_own(shelf, draft.author_id)
    shown = review.of_draft(draft, None)
    draft.state, draft.submitted_at = DraftState.OPEN, None
    draft.review_note, draft.updated_at = note[: review.NOTE_LIMIT], shelf.now
    await audit.record(shelf, "review.return", draft.id)
    return shown


async def stop(shelf: Shelf, ring: KeyRing, subject_id: str, note: str) -> review.Waiting:
    """Not how it is written but what was done: nobody sees it, and compliance does (setting)."""
    one = await review.look(shelf, subject_id)
    review.not_own(shelf, one.case.author_id)
    if one.draft is None:
        await sharing.take_out(shelf, one.case)
        one.case.review_note = note[: review.NOTE_LIMIT]
        await audit.record(shelf, "case.withdraw", one.case.id)
    else:
        one.draft.state, one.draft.submitted_at = DraftState.OPEN, None
        one.draft.review_note = note[: review.NOTE_LIMIT]
    await audit.record(shelf, "review.conduct", one.id)
    if review_rules.of((await shelf.people.company()).settings).compliance_sees:
        await _to_compliance(shelf, ring, one)
    return one


async def _to_compliance(shelf: Shelf, ring: KeyRing, one: review.Waiting) -> None:
    if one.draft is not None:
        await sharing.hold(shelf, ring, one.draft, ["conduct"], "compliance")
        return
    row = Hold(company_id=shelf.scope.company_id, draft_id=one.id, author_id=one.case.author_id)
    values = fields.values_of(one.case)
    row.text = ring.seal_json(values, shelf.scope.company_id)
    row.text_hash = fields.text_hash(values)
    row.rules, row.queue, row.created_at = ["conduct"], "compliance", shelf.now
    shelf.cases.add(row)
    await audit.record(shelf, "hold.compliance", one.id)


async def withdraw(shelf: Shelf, case_id: str, note: str = "") -> Case:
    """Takes anybody's published case out of search, digests and pages; its author is told why."""
    case = await review.reviewable(shelf, case_id)
    if case.status is Status.WITHDRAWN:
        raise await review.gone(shelf, case_id)
    await sharing.take_out(shelf, case)
    case.review_note = note[: review.NOTE_LIMIT]
    await audit.record(shelf, "case.withdraw", case.id)
    return case


async def rewrite(
    shelf: Shelf, subject_id: str, seen: str, texts: Mapping[str, str]
) -> review.Waiting:
    """The same text with spans masked: `texts` by field as in `fields.texts`. Raises Changed."""
    one = await review.look(shelf, subject_id)
    review.not_own(shelf, one.case.author_id)
    if seen and seen != review.mark(one.case):
        raise Changed
    values = fields.with_texts(one.draft.values if one.draft else fields.values_of(one.case), texts)
    fields.fill(one.case, values)
    if one.draft is not None:
        one.draft.values = values
        one.draft.declared_hash = fields.text_hash(values)
    else:
        one.case.changed_at = one.case.recast_at = shelf.now  # cards sent before still show it
        await shelf.cases.drop_vectors(one.case.id)
        await shelf.talks.forget_digests(one.case.id)
    await audit.record(shelf, "review.mask", one.id)
    return one
