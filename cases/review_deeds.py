"""What a reviewer does with a text beside approving it: mask, give back, stop, withdraw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cases import audit, fields, review, review_rules, rights, sharing
from cases.db import Shelf
from cases.errors import Changed, Missing, NotAllowed, NotFound
from cases.models.case import Case, Draft, Hold
from cases.rights import Action
from cases.seal import KeyRing
from cases.vocabulary import GONE, DraftState, Status


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
    rights.need(shelf, Action.CHANGE, draft.id, owner=draft.author_id)
    shown = review.of_draft(draft, None)
    draft.state, draft.submitted_at = DraftState.OPEN, None
    draft.review_note, draft.updated_at = note[: review.NOTE_LIMIT], shelf.now
    await audit.record(shelf, "review.return", draft.id)
    return shown


async def stop(shelf: Shelf, ring: KeyRing, subject_id: str, note: str) -> review.Waiting:
    """Not how it is written but what was done: nobody sees it, and compliance does (setting)."""
    one = await review.look(shelf, subject_id)
    rights.need(shelf, Action.CHANGE, one.id, owner=one.case.author_id)
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
    if case.status in GONE:
        raise await review.gone(shelf, case_id)
    await sharing.take_out(shelf, case)
    case.review_note = note[: review.NOTE_LIMIT]
    await audit.record(shelf, "case.withdraw", case.id)
    return case


async def to_pull_back(shelf: Shelf, case_id: str) -> Case:
    """A colleague's case that only its office sees yet, for its 推進メンバー or a reviewer.

    Raises NotAllowed, or NotFound for one that has gone further: there reviewers alone decide.
    """
    if not rights.has(shelf.scope.roles, Action.PULL_BACK):
        raise NotAllowed(Action.PULL_BACK, case_id)
    case = await shelf.cases.alone(case_id)
    if case is None:
        raise NotFound
    rights.need(shelf, Action.PULL_BACK, case_id, owner=case.author_id, office=case.office_id)
    if case.status is not Status.OFFICE:
        raise NotFound
    return case


async def pull_back(shelf: Shelf, case_id: str, note: str) -> Case:
    """Takes it out of the office's sight; its author is told why. `note` has passed the guard.

    Raises NotFound, NotAllowed; Missing without a note.
    """
    case = await to_pull_back(shelf, case_id)
    if not note:
        raise Missing("comment")
    await sharing.take_out(shelf, case)
    case.review_note = note[: review.NOTE_LIMIT]
    await audit.record(shelf, "case.pull_back", case.id)
    return case


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A text with spans masked: `texts` by field as in `fields.texts`. `words` became `instead`;
    or a masked facility got its type and size, `facility`."""

    texts: Mapping[str, str]
    words: str = ""
    instead: str = ""
    facility: str = ""


async def rewrite(
    shelf: Shelf, ring: KeyRing, subject_id: str, seen: str, new: Rewrite
) -> review.Waiting:
    """The same text, masked; its author's open edits follow. Raises Changed."""
    one = await review.look(shelf, subject_id)
    rights.need(shelf, Action.CHANGE, one.id, owner=one.case.author_id)
    if seen and seen != review.mark(one.case):
        raise Changed
    values = one.draft.values if one.draft else fields.values_of(one.case)
    values = fields.with_texts(values, new.texts)
    values["facility"] = new.facility or values.get("facility", "")
    fields.fill(one.case, values)
    if one.draft is not None:
        one.draft.values = values
        one.draft.declared_hash = fields.text_hash(values)
        _hide_in(ring, one.draft, new)
    else:
        one.case.changed_at = one.case.recast_at = shelf.now  # cards sent before still show it
        await shelf.cases.drop_vectors(one.case.id)
        await shelf.talks.forget_digests(one.case.id)
        for edit in await shelf.reviews.edits_of(one.case.id):
            _hide_in(ring, edit, new)
    await audit.record(shelf, "review.mask", one.id)
    return one


def _hide_in(ring: KeyRing, draft: Draft, new: Rewrite) -> None:
    """What the author has open of the text loses the words, and so does the form on their screen
    when it comes back (`fields.without`)."""
    if not new.words:
        return
    raw = sharing.original(ring, draft)
    hidden = [*raw.get("hidden", ()), [new.words, new.instead]]
    raw = fields.without({**raw, "hidden": hidden, "typed": ""})
    if draft.values:  # of a stopped edit nothing is kept in clear
        shown = fields.without({**draft.values, "hidden": hidden})
        draft.values = {key: value for key, value in shown.items() if key not in sharing.SEALED}
    draft.original = ring.seal_json(raw, draft.company_id)
