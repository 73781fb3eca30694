"""Sharing a win: nothing stopped is kept in clear, nothing undeclared is seen, nothing twice."""

from __future__ import annotations

from typing import Any

import pytest

from cases import audit, keeping, names, review, sharing
from cases.errors import Missing, NotAllowed, NotDeclared, NotFound, Stopped, TooLong
from cases.guard import Checked
from cases.guard.findings import Finding, Verdict
from cases.models.case import Case, Draft, Embedding
from cases.vocabulary import Decision, DraftState, Status
from tests.conformance.conftest import Acts
from tests.fakes.cast import NOON, RING

TYPED = {"action": "山田先生に資材を送った", "result": "返信が来た", "typed": "山田先生に…"}
ALL_TICKS = sharing.DECLARATIONS


def checked(decision: Decision = Decision.PUBLISH, **masked: str) -> Checked:
    """The guard's word for a text in which 山田先生 stands first in `action`."""
    texts = {"action": "A先生に資材を送った", "result": "返信が来た"} | masked
    if decision is Decision.PUBLISH:
        return Checked(decision, {}, texts)
    finding = Finding("doctor_name", decision, 0, 4, "")
    return Checked(decision, {"action": Verdict(decision, (finding,), "")}, texts)


async def publish(acts: Acts, **options: Any) -> str:
    """Sato publishes a win; gives the case id."""
    async with acts("sato") as shelf:
        draft = await sharing.keep_draft(shelf, RING, TYPED | options, checked(Decision.MASK))
        case = await sharing.publish(shelf, draft, Decision.MASK, ALL_TICKS, show_author=True)
        return case.id


@pytest.mark.attack(55)
async def test_a_draft_keeps_the_masked_text_in_clear_and_the_wording_sealed(acts: Acts) -> None:
    async with acts("sato") as shelf:
        draft = await sharing.keep_draft(shelf, RING, TYPED, checked(Decision.MASK), source="e1")
        assert draft.values["action"] == "A先生に資材を送った"
        assert "typed" not in draft.values
        assert draft.original is not None
        assert "山田".encode() not in draft.original
        assert sharing.original(RING, draft)["action"] == "山田先生に資材を送った"
        assert draft.findings == [{"rule": "doctor_name", "action": "mask", "field": "action"}]
        assert (draft.source, draft.state) == ("e1", DraftState.OPEN)


@pytest.mark.parametrize("decision", [Decision.HOLD, Decision.BLOCK, Decision.ROUTE_TO_SAFETY])
@pytest.mark.attack(55)
async def test_of_stopped_text_nothing_is_kept_in_clear(acts: Acts, decision: Decision) -> None:
    async with acts("sato") as shelf:
        draft = await sharing.keep_draft(shelf, RING, TYPED, checked(decision))
        assert draft.values == {}
        with pytest.raises(Stopped):
            await sharing.publish(shelf, draft, decision, ALL_TICKS, show_author=False)


async def test_an_edited_draft_stays_one_row(acts: Acts) -> None:
    async with acts("sato") as shelf:
        first = await sharing.keep_draft(shelf, RING, TYPED, checked())
        again = await sharing.keep_draft(shelf, RING, TYPED, checked(action="別の話"), draft=first)
        assert again is first
        assert [row.values["action"] for row in await shelf.cases.drafts()] == ["別の話"]


@pytest.mark.attack(55)
async def test_a_hold_is_sealed_and_made_once_per_queue(acts: Acts) -> None:
    async with acts("sato") as shelf:
        draft = await sharing.keep_draft(shelf, RING, TYPED, checked(Decision.HOLD))
        hold = await sharing.hold(shelf, RING, draft, ["off_label"], "compliance")
        await shelf.cases.flush()
        again = await sharing.hold(shelf, RING, draft, ["off_label"], "compliance")
        assert again is hold
        assert hold.text is not None
        assert RING.open_json(hold.text, "c1")["action"] == TYPED["action"]
        assert draft.state is DraftState.HELD
        await sharing.keep_draft(shelf, RING, TYPED | {"tip": "別の文"}, checked(), draft=draft)
        newer = await sharing.hold(shelf, RING, draft, ["off_label"], "compliance")
        assert newer is not hold  # another text is another item
        newer.text = None  # erased by retention
        await shelf.cases.flush()
        other = await sharing.hold(shelf, RING, draft, ["event"], "safety")
        assert other is not hold
        with pytest.raises(NotFound):
            await sharing.drop(shelf, draft.id)  # others must look at it


async def test_publishing_reaches_the_office_and_asks_for_the_company(acts: Acts) -> None:
    case_id = await publish(acts)
    async with acts("ando") as shelf:
        case = await shelf.cases.get(case_id)
        assert case is not None
        assert (case.status, case.office_id, case.show_author) == (Status.OFFICE, "sendai", True)
        assert (case.release_asked_at, case.shared_at) == (NOON, NOON)
        draft = await shelf.session.get_one(Draft, ("c1", str(case.source).split(":")[1]))
        assert (draft.original, draft.state) == (None, DraftState.PUBLISHED)
        assert draft.declared_hash is not None
        assert sharing.original(RING, draft) == draft.values
        assert [entry.what for entry in await shelf.audit.entries()] == ["case.publish"]
    async with acts("kato") as shelf:
        assert await shelf.cases.get(case_id) is None


async def test_a_second_press_publishes_nothing_twice(acts: Acts) -> None:
    async with acts("sato") as shelf:
        draft = await sharing.keep_draft(shelf, RING, TYPED, checked())
        first = await sharing.publish(shelf, draft, Decision.PUBLISH, ALL_TICKS, show_author=False)
        again = await sharing.publish(shelf, draft, Decision.PUBLISH, (), show_author=False)
        assert again is first
        assert await shelf.cases.counts() == {"office": 1}
        assert await audit.first_broken(shelf) is None


@pytest.mark.parametrize(
    ("change", "declared", "error"),
    [
        ({"action": ""}, ALL_TICKS, Missing),
        ({"result": "\u202e \n"}, ALL_TICKS, Missing),
        ({"tip": "あ" * 201}, ALL_TICKS, TooLong),
        ({}, ALL_TICKS[:2], NotDeclared),
    ],
)
async def test_what_is_open_keeps_a_draft_from_being_published(
    acts: Acts, change: dict[str, str], declared: tuple[str, ...], error: type[Exception]
) -> None:
    async with acts("sato") as shelf:
        draft = await sharing.keep_draft(shelf, RING, TYPED | change, checked(**change))
        with pytest.raises(error):
            await sharing.publish(shelf, draft, Decision.PUBLISH, declared, show_author=False)


@pytest.mark.parametrize("status", [Status.OFFICE, Status.COMPANY, Status.STALE])
async def test_an_edited_text_is_approved_anew_before_the_company_sees_it(
    acts: Acts, status: Status
) -> None:
    case_id = await publish(acts)
    async with acts("sato") as shelf:
        case = await shelf.session.get_one(Case, ("c1", case_id))
        case.status, case.release_asked_at = status, None
        shelf.cases.add(
            Embedding(
                company_id="c1", case_id=case_id, model="m", part="whole", content_hash="h",
                vector=b"", written_at=NOON,
            )
        )  # fmt: skip
    async with acts("sato") as shelf:
        draft = await sharing.edit(shelf, RING, case_id)
        assert sharing.original(RING, draft)["action"] == "A先生に資材を送った"
        raw = sharing.original(RING, draft)
        draft = await sharing.keep_draft(shelf, RING, raw, checked(action="新しい話"), draft=draft)
        await sharing.publish(shelf, draft, Decision.PUBLISH, ALL_TICKS, show_author=False)
    async with acts("sato") as shelf:
        found = await shelf.cases.get(case_id)
        assert found is not None
        assert (found.action, found.status) == ("新しい話", Status.OFFICE)
        assert found.release_asked_at == NOON
        assert await shelf.cases.hashes("m") == {}


async def test_only_its_author_edits_or_withdraws(acts: Acts) -> None:
    case_id = await publish(acts)
    async with acts("ando") as shelf:
        with pytest.raises(NotFound):
            await sharing.edit(shelf, RING, case_id)
        with pytest.raises(NotAllowed):
            await sharing.withdraw(shelf, case_id)
        with pytest.raises(NotFound):
            await sharing.withdraw(shelf, "nothing")


async def test_an_archived_case_is_never_published_anew(acts: Acts) -> None:
    case_id = await publish(acts)
    async with acts("sato") as shelf:
        left_open = await sharing.edit(shelf, RING, case_id)
        left_open.state = DraftState.PUBLISHED  # so that the archive does not drop it
        case = await shelf.cases.any(case_id)
        assert case is not None
        await keeping.erase(shelf, case, Status.ARCHIVED)
        left_open.state = DraftState.OPEN
    async with acts("sato") as shelf:
        with pytest.raises(NotFound):
            await sharing.edit(shelf, RING, case_id)  # 「編集する」 on an old card
        with pytest.raises(NotFound):
            await names.choose(shelf, case_id, show=False)
        (again,) = [one for one in await shelf.cases.drafts() if one.case_id == case_id]
        with pytest.raises(NotFound):
            await sharing.publish(shelf, again, Decision.MASK, ALL_TICKS, show_author=True)
    async with acts("nakamura") as shelf:
        with pytest.raises(NotFound):
            await review.look(shelf, case_id)


async def test_a_withdrawn_case_is_gone_at_once_and_no_edit_brings_it_back(acts: Acts) -> None:
    case_id = await publish(acts)
    async with acts("sato") as shelf:
        draft = await sharing.edit(shelf, RING, case_id)
        case = await sharing.withdraw(shelf, case_id)
        assert (case.status, case.release_asked_at) == (Status.WITHDRAWN, None)
        assert {one.id for one in await shelf.cases.listed()} == set()
        with pytest.raises(NotFound):
            await sharing.publish(shelf, draft, Decision.PUBLISH, ALL_TICKS, show_author=False)
        with pytest.raises(NotFound):
            await sharing.edit(shelf, RING, case_id)


async def test_a_draft_of_a_case_that_is_gone_cannot_be_published(acts: Acts) -> None:
    async with acts("sato") as shelf:
        draft = await sharing.keep_draft(shelf, RING, TYPED, checked())
        draft.case_id, draft.state = "nothing", DraftState.PUBLISHED
        with pytest.raises(NotFound):
            await sharing.publish(shelf, draft, Decision.PUBLISH, ALL_TICKS, show_author=False)


async def test_a_dropped_draft_leaves_nothing(acts: Acts) -> None:
    async with acts("sato") as shelf:
        draft = await sharing.keep_draft(shelf, RING, TYPED, checked())
    async with acts("kato") as shelf:
        with pytest.raises(NotFound):
            await sharing.drop(shelf, draft.id)
    async with acts("sato") as shelf:
        await sharing.drop(shelf, draft.id)
    async with acts("sato") as shelf:
        assert await shelf.cases.draft(draft.id) is None


async def test_a_case_without_title_is_called_by_what_was_done(acts: Acts) -> None:
    case_id = await publish(acts)
    async with acts("sato") as shelf:
        case = await shelf.cases.any(case_id)
        assert case is not None
        assert case.title == "A先生に資材を送った"


async def test_a_draft_that_is_locked_for_publishing_is_its_authors_alone(acts: Acts) -> None:
    async with acts("sato") as shelf:
        draft = await sharing.keep_draft(shelf, RING, TYPED, checked())
        assert await shelf.cases.draft_alone(draft.id) is draft
    async with acts("ito") as shelf:
        assert await shelf.cases.draft_alone(draft.id) is None
