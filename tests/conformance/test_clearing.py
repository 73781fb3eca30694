"""What a reviewer's word does to a draft that went on, and to a text that lies in both queues."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cases import clearing, holds, review_rules, safety, sharing, verdicts
from cases.guard import Checked
from cases.guard.findings import Finding, Verdict
from cases.models.case import Draft
from cases.vocabulary import Decision, DraftState, Role, strictest
from tests.conformance.conftest import Acts
from tests.fakes.cast import RING

HELD = {"action": "適応外の論文を紹介した", "result": "発疹が出たと伺った"}
REWRITTEN = {"action": "資材を送った", "result": "返信が来た"}
CLEAN = Checked(Decision.PUBLISH, {}, REWRITTEN)
CONDUCT = Finding("off_label", Decision.HOLD, 0, 3, "")
EVENT = Finding("adverse_event", Decision.ROUTE_TO_SAFETY, 0, 2, "")


def found(*findings: Finding) -> Checked:
    """All of them in the first text."""
    decision = strictest([one.action for one in findings])
    return Checked(decision, {"action": Verdict(decision, findings, "")}, {})


async def stopped(acts: Acts, checked: Checked) -> str:
    """Sato's text is stopped and routed; gives the draft's id."""
    async with acts("sato") as shelf:
        draft = await sharing.keep_draft(shelf, RING, HELD, checked)
        await clearing.route(shelf, RING, draft, checked, HELD)
        return draft.id


async def released(acts: Acts, draft_id: str) -> bool:
    """Compliance lets it go on: whether its author can."""
    async with acts("mori") as shelf:
        object.__setattr__(shelf.scope, "roles", frozenset({Role.MODERATOR}))
        hold = await shelf.holds.latest(draft_id, holds.COMPLIANCE)
        assert hold is not None
        return (await clearing.decide(shelf, RING, hold.id, holds.RELEASED))[1]


def handed_over(draft: Draft) -> None:
    draft.author_id, draft.written_by = "ito", "sato"


def emptied(draft: Draft) -> None:
    draft.original = None


async def test_a_release_leaves_a_newer_post_in_the_reviewers_queue(acts: Acts) -> None:
    draft_id = await stopped(acts, found(CONDUCT))
    async with acts("sato") as shelf:
        draft = await shelf.cases.draft(draft_id)
        assert draft is not None
        await sharing.keep_draft(shelf, RING, REWRITTEN, CLEAN, draft=draft)
        ticks = sharing.DECLARATIONS
        await review_rules.submit(shelf, draft, Decision.PUBLISH, ticks, show_author=False)
    assert not await released(acts, draft_id)
    async with acts("sato") as shelf:
        draft = await shelf.cases.draft(draft_id)
        assert draft is not None
        assert (draft.state, draft.original) == (DraftState.WAITING, None)
        assert draft.values["action"] == REWRITTEN["action"]


@pytest.mark.parametrize(("change", "goes_on"), [(handed_over, False), (emptied, True)])
async def test_only_its_author_gets_a_held_wording_back(
    acts: Acts, change: Callable[[Draft], None], goes_on: bool
) -> None:
    draft_id = await stopped(acts, found(CONDUCT))
    async with acts() as shelf:
        draft = await shelf.holds.draft(draft_id)
        assert draft is not None
        change(draft)
    assert await released(acts, draft_id) is goes_on
    async with acts() as shelf:
        draft = await shelf.holds.draft(draft_id)
        assert draft is not None
        kept: dict[str, Any] = sharing.original(RING, draft)
        assert ("cleared" in kept) is goes_on


@pytest.mark.parametrize("first", [holds.SAFETY, holds.COMPLIANCE])
async def test_a_text_in_both_queues_goes_on_after_both_words(acts: Acts, first: str) -> None:
    both = found(CONDUCT, EVENT)
    draft_id = await stopped(acts, both)

    async def safetys_word() -> None:
        async with acts("sato") as shelf:
            await safety.answer(shelf, RING, draft_id, holds.NOT_APPLICABLE, reason="別の話")
        async with acts("mori") as shelf:
            object.__setattr__(shelf.scope, "roles", frozenset({Role.SAFETY}))
            hold = await shelf.holds.latest(draft_id, holds.SAFETY)
            assert hold is not None
            assert (await safety.receive(shelf, RING, hold.id))[1]

    if first == holds.SAFETY:
        await safetys_word()
    assert await released(acts, draft_id)
    if first == holds.COMPLIANCE:
        async with acts("sato") as shelf:  # the author looks in between: no new item for compliance
            draft = await shelf.cases.draft(draft_id)
            assert draft is not None
            raw = sharing.original(RING, draft)
            assert await clearing.route(shelf, RING, draft, both, raw) == "adverse_event"
            assert not await shelf.holds.waiting(holds.COMPLIANCE)
        await safetys_word()
    async with acts("sato") as shelf:
        draft = await shelf.cases.draft(draft_id)
        assert draft is not None
        raw = sharing.original(RING, draft)
        assert verdicts.decision_of(both, raw) in verdicts.PASSES
        assert await clearing.route(shelf, RING, draft, both, raw) is None


async def test_compliance_does_not_see_what_its_author_answered_no_to(acts: Acts) -> None:
    asked = Finding("off_label", Decision.ASK, 0, 3, "")
    blocked = Finding("patient_info", Decision.BLOCK, 0, 2, "")
    answered = verdicts.answered(HELD, "off_label", contains=False)
    async with acts("sato") as shelf:
        checked = found(asked, blocked)
        draft = await sharing.keep_draft(shelf, RING, answered, checked)
        assert await clearing.route(shelf, RING, draft, checked, answered) == "patient_info"
        assert await shelf.holds.latest(draft.id, holds.COMPLIANCE) is None
        assert await clearing.for_compliance(shelf, checked, HELD) == ["off_label"]
