"""Sharing a win: a checked draft, its declaration, publication in the office, edit and withdrawal.

The guard runs before these functions, outside any transaction; they take what it found.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from cases import audit, fields, rights, verdicts
from cases.db import Shelf
from cases.errors import NotAllowed, NotDeclared, NotFound, Stopped
from cases.models.case import Case, Draft, Hold
from cases.rights import Action
from cases.seal import KeyRing
from cases.vocabulary import GONE, Decision, DraftState, Status

if TYPE_CHECKING:  # as in verdicts.py
    from cases.guard import Checked

DECLARATIONS = ("no_events", "not_identifiable", "reviewed_material")
NAMED = {True: "case.name_shown", False: "case.name_hidden"}  # a restore does so again
# Of a draft's wording these stay sealed: what was typed, and what the author says of its names.
SEALED = ("typed", "not_names", "places", "hidden", "answers", "cleared")


async def keep_draft(
    shelf: Shelf,
    ring: KeyRing,
    raw: Mapping[str, Any],
    checked: Checked,
    *,
    draft: Draft | None = None,
    source: str | None = None,
) -> Draft:
    """Saves a draft, new or edited. Only masked text is kept in clear, and nothing stopped."""
    if draft is None:
        rights.need(shelf, Action.POST, owner=shelf.scope.me)
        draft = Draft(author_id=shelf.scope.me, created_at=shelf.now, source=source)
        draft.company_id = shelf.scope.company_id
        draft.origin = str(raw.get("origin") or "self")
        shelf.cases.add(draft)
    shown = {key: value for key, value in raw.items() if key not in SEALED}
    passes = verdicts.decision_of(checked, raw) in verdicts.PASSES
    draft.values = fields.with_texts(shown, checked.masked) if passes else {}
    draft.findings = [
        {"rule": finding.rule, "action": str(finding.action), "field": key}
        for key, verdict in checked.verdicts.items()
        for finding in verdict.findings
    ]
    draft.findings += verdicts.overruled(raw)
    draft.original = ring.seal_json(dict(raw), shelf.scope.company_id)
    draft.state, draft.submitted_at = DraftState.OPEN, None  # changed text is not what waited
    draft.declared_hash = None
    down = verdicts.is_down(checked)
    draft.unchecked_since = (draft.unchecked_since or shelf.now) if down else None
    draft.updated_at = shelf.now
    await shelf.cases.flush()
    return draft


def original(ring: KeyRing, draft: Draft) -> dict[str, Any]:
    """What the author typed, for the author alone; the masked values once it is erased."""
    if draft.original is None:
        return dict(draft.values)
    values: dict[str, Any] = ring.open_json(draft.original, draft.company_id)
    return values


async def hold(shelf: Shelf, ring: KeyRing, draft: Draft, rules: list[str], queue: str) -> Hold:
    """Puts a stopped text, sealed, into the queue of safety or compliance: each text once, with
    every rule that was found in it so far."""
    text = original(ring, draft)
    draft.state = DraftState.HELD
    found = await shelf.holds.latest(draft.id, queue)
    if found is not None and found.text is not None and found.decided_at is None:
        known = ring.open_json(found.text, draft.company_id)
        if fields.text_hash(known) == fields.text_hash(text):
            found.rules = list(dict.fromkeys([*found.rules, *rules]))
            return found
    row = Hold(
        company_id=shelf.scope.company_id,
        draft_id=draft.id,
        author_id=draft.author_id,
        text=ring.seal_json(text, shelf.scope.company_id),
        text_hash=fields.text_hash(text),
        rules=rules,
        queue=queue,
        created_at=shelf.now,
    )
    shelf.cases.add(row)
    await audit.record(shelf, f"hold.{queue}", draft.id)
    return row


async def publish(
    shelf: Shelf,
    draft: Draft,
    decision: Decision,
    declared: Collection[str],
    *,
    show_author: bool,
) -> Case:
    """Publishes in the author's office and asks for company-wide release. A second call gives
    the same case.

    Raises Missing, TooLong, NotDeclared (a tick is open) or Stopped (the guard says no).
    """
    if draft.state is DraftState.PUBLISHED and draft.case_id:
        case = await shelf.cases.any(draft.case_id)
        if case is not None:
            return case
    check_ready(draft, decision, declared)
    return await put_out(shelf, draft, show_author=show_author)


def check_ready(draft: Draft, decision: Decision, declared: Collection[str]) -> None:
    """Raises what keeps a draft from being published; see `publish`."""
    if decision not in verdicts.PASSES:
        raise Stopped(str(decision))
    if draft.values.get("on_behalf_of"):  # 聞き書き: the person it is about publishes, nobody else
        raise NotAllowed(Action.POST, draft.id)
    fields.check_lengths(draft.values)
    if not set(DECLARATIONS) <= set(declared):
        raise NotDeclared


async def put_out(shelf: Shelf, draft: Draft, *, show_author: bool) -> Case:
    """The case of a draft that may be published, in its author's office."""
    case = await _case_of(shelf, draft)
    if draft.case_id is not None and case.show_author != show_author:  # as in names.choose
        await audit.record(shelf, NAMED[show_author], case.id)
    fields.fill(case, draft.values)
    case.show_author = show_author
    case.review_note = ""
    # New text is as good as confirmed.
    case.confirmed_at = case.doubted_at = case.revision_id = None
    case.changed_at = shelf.now
    _close(draft, case)
    if draft.written_by:
        await audit.record(shelf, "on_behalf.approve", draft.id)
    await audit.record(shelf, "case.publish", case.id)
    return case


async def _case_of(shelf: Shelf, draft: Draft) -> Case:
    """The case that the draft edits, or a new one in the author's office."""
    if draft.case_id is not None:
        case = await _own(shelf, draft.case_id, draft.author_id)
        await shelf.cases.drop_vectors(case.id)
        await shelf.talks.forget_digests(case.id)
        case.status = Status.OFFICE  # new text is approved anew before the company sees it
        case.release_asked_at = shelf.now
        return case
    author = await shelf.people.member(draft.author_id)
    case = Case(
        company_id=shelf.scope.company_id,
        author_id=draft.author_id,
        office_id=author.office_id if author else None,
        source=draft.source or f"draft:{draft.id}",
        origin=draft.origin,
        status=Status.OFFICE,
        shared_at=shelf.now,
        changed_at=shelf.now,
        release_asked_at=shelf.now,
        title="",
        action="",
        result="",
    )
    shelf.cases.add(case)
    fields.fill(case, draft.values)
    await shelf.cases.flush()
    return case


def _close(draft: Draft, case: Case) -> None:
    """The draft is done: its text is the case's, so that what is masked there is nowhere in clear.

    The wording as typed is erased, the declaration stays as a hash.
    """
    draft.case_id = case.id
    draft.declared_hash = fields.text_hash(draft.values)
    draft.values = {}
    draft.state = DraftState.PUBLISHED
    draft.original, draft.submitted_at, draft.review_note = None, None, ""


def shut(ring: KeyRing, draft: Draft) -> None:
    """Nobody goes on with the draft, and nothing of it lies in clear; the wording stays sealed."""
    draft.original = draft.original or ring.seal_json(draft.values, draft.company_id)
    draft.values, draft.state = {}, DraftState.PUBLISHED
    draft.declared_hash = draft.submitted_at = None


async def edit(shelf: Shelf, ring: KeyRing, case_id: str) -> Draft:
    """A draft that holds a published case's values, for its author to change."""
    case = await _own(shelf, case_id, shelf.scope.me)
    values = fields.values_of(case)
    draft = Draft(
        company_id=shelf.scope.company_id,
        author_id=shelf.scope.me,
        values=values,
        original=ring.seal_json(values, shelf.scope.company_id),
        case_id=case.id,
        created_at=shelf.now,
        updated_at=shelf.now,
    )
    shelf.cases.add(draft)
    await shelf.cases.flush()
    return draft


async def _own(shelf: Shelf, case_id: str, author_id: str) -> Case:
    """A case of this author whose text is still there: neither withdrawn nor archived."""
    case = await shelf.cases.alone(case_id)
    if case is None or case.author_id != author_id or case.status in GONE:
        raise NotFound
    return case


async def withdraw(shelf: Shelf, case_id: str) -> Case:
    """Takes a case out of search, digests and pages at once; its vectors go with it."""
    case = await shelf.cases.alone(case_id)
    if case is None:
        raise NotFound
    rights.need(shelf, Action.POST, case.id, owner=case.author_id)
    await take_out(shelf, case)
    await audit.record(shelf, "case.withdraw", case.id)
    return case


async def take_out(shelf: Shelf, case: Case) -> None:
    """Nobody finds or sees the case any more."""
    case.status = Status.WITHDRAWN
    case.changed_at = shelf.now
    case.release_asked_at = None
    await shelf.cases.drop_vectors(case.id)


async def drop(shelf: Shelf, draft_id: str) -> None:
    """Throws a draft away for good; a held one stays, because others must look at it."""
    draft = await shelf.cases.draft_alone(draft_id)  # a reviewer may let it in just now
    if draft is None or draft.state not in (DraftState.OPEN, DraftState.WAITING):
        raise NotFound
    await shelf.cases.drop(draft)
