"""Reviewers at work on both databases: before the office, side by side, samples, words, names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cases import (
    feedback,
    lexicon_changes,
    names,
    review,
    review_deeds,
    review_rules,
    review_sample,
    sharing,
)
from cases.errors import Changed, Missing, NotAllowed, NotFound, Reviewed, SamePerson
from cases.guard import Checked
from cases.guard.findings import Finding, Verdict
from cases.models.case import Draft
from cases.models.org import Member
from cases.review_deeds import Rewrite
from cases.scope import Scope
from cases.vocabulary import Decision, DraftState, Role, Status
from tests.conformance.conftest import Acts
from tests.fakes.cast import NOON, RING, case_of
from tests.fakes.clocked import ClockedDatabase

TEXT = {"action": "資材を送った", "result": "返信が来た", "show_author": "yes"}
PLAIN = Checked(Decision.PUBLISH, {}, {"action": "資材を送った", "result": "返信が来た"})


async def submitted(acts: Acts, checked: Checked = PLAIN) -> str:
    """Sato's post waits for a reviewer; gives the draft's id."""
    async with acts("sato") as shelf:
        draft = await sharing.keep_draft(shelf, RING, TEXT, checked)
        await review_rules.submit(
            shelf, draft, Decision.PUBLISH, sharing.DECLARATIONS, show_author=True
        )
        return draft.id


@pytest.mark.parametrize(
    ("office", "found", "waits"),
    [
        ("off", "ask", False),
        ("flagged", "ask", True),
        ("flagged", "overruled", True),
        ("flagged", "mask", False),
        ("flagged", "soft_review", False),
        ("all", "", True),
    ],
)
async def test_what_the_office_sees_first_is_the_companys_choice(
    acts: Acts, office: str, found: str, waits: bool
) -> None:
    async with acts("nakamura") as shelf:
        await review_rules.choose(shelf, office, compliance_sees=True)
    async with acts("sato") as shelf:
        draft = Draft(findings=[{"rule": "gift", "action": found}] if found else [])
        assert await review_rules.waits(shelf, draft) is waits


async def test_only_head_office_chooses_and_it_is_in_the_trail(acts: Acts) -> None:
    async with acts("mori") as shelf:
        with pytest.raises(NotAllowed):
            await review_rules.choose(shelf, "off", compliance_sees=False)
    async with acts("nakamura") as shelf:
        await review_rules.choose(shelf, "all", compliance_sees=False)
        await review_rules.choose(shelf, "all", compliance_sees=False)
        assert [(one.what, one.subject) for one in await shelf.audit.entries()] == [
            ("company.review", "office=all conduct=unseen")
        ]


async def test_nobody_sees_a_post_before_its_reviewer_and_its_author_stays_its_author(
    acts: Acts,
) -> None:
    draft_id = await submitted(acts)
    async with acts("ando") as shelf:
        assert {one.id for one in await shelf.cases.listed()} == set()
    async with acts("nakamura") as shelf:
        (one,) = await review.queue(shelf)
        assert (one.id, one.case.office_id, one.since) == (draft_id, "sendai", NOON)
        case = await review.release(shelf, draft_id, review.mark(one.case), review.OFFICE)
        assert (case.author_id, case.office_id, case.show_author) == ("sato", "sendai", True)
        assert (case.status, case.release_asked_at) == (Status.OFFICE, None)
        assert await review.queue(shelf) == []
    async with acts("ando") as shelf:
        assert {one.id for one in await shelf.cases.listed()} == {case.id}


async def test_one_word_can_let_a_post_into_the_whole_company(acts: Acts) -> None:
    draft_id = await submitted(acts)
    async with acts("nakamura") as shelf:
        case = await review.release(shelf, draft_id)
        assert (case.status, case.released_by) == (Status.COMPANY, "nakamura")
        assert [one.what for one in await shelf.audit.entries()] == [
            "review.submit", "case.publish", "review.office", "case.release",
        ]  # fmt: skip


async def test_a_post_goes_back_with_a_comment_and_nothing_of_it_is_lost(acts: Acts) -> None:
    draft_id = await submitted(acts)
    async with acts("nakamura") as shelf:
        with pytest.raises(Missing):
            await review_deeds.ask_for_changes(shelf, draft_id, "")
        await review_deeds.ask_for_changes(shelf, draft_id, "時期を外してください")
    async with acts("sato") as shelf:
        (draft,) = await shelf.cases.drafts()
        assert (draft.state, draft.review_note) == (DraftState.OPEN, "時期を外してください")
        assert sharing.original(RING, draft)["action"] == TEXT["action"]
        await sharing.keep_draft(shelf, RING, TEXT, PLAIN, draft=draft)
        await review_rules.submit(
            shelf, draft, Decision.PUBLISH, sharing.DECLARATIONS, show_author=False
        )
        assert (draft.state, draft.review_note) == (DraftState.WAITING, "")


async def test_a_case_that_goes_back_stays_in_its_office(acts: Acts) -> None:
    async with acts("nakamura") as shelf:
        shelf.cases.add(case_of("one", status=Status.OFFICE, release_asked_at=NOON))
        await shelf.cases.flush()
        await review_deeds.ask_for_changes(shelf, "one", "もう少し具体的に")
        case = await shelf.cases.any("one")
        assert case is not None
        assert (case.status, case.release_asked_at) == (Status.OFFICE, None)
        assert case.review_note == "もう少し具体的に"


@pytest.fixture
async def kita(acts: Acts, database: ClockedDatabase) -> Callable[[], Any]:
    """A second reviewer, of compliance."""
    async with acts() as shelf:
        shelf.people.add(Member(company_id="c1", id="kita", name="北", roles=["moderator"]))
    return lambda: database.transaction(Scope("c1", "kita", frozenset({Role.MODERATOR})))


async def test_the_second_of_two_reviewers_is_told_who_was_quicker(
    acts: Acts, kita: Callable[[], Any]
) -> None:
    async with acts() as shelf:
        shelf.cases.add(case_of("one", status=Status.OFFICE, release_asked_at=NOON))
    first, second = await submitted(acts), await submitted(acts)
    async with acts("nakamura") as shelf:
        await review.release(shelf, "one")
        await review_deeds.ask_for_changes(shelf, first, "短く")
        await review.release(shelf, second)
    for late in ("one", first, second):
        async with kita() as shelf:
            with pytest.raises(Reviewed, match="nakamura"):
                await review.release(shelf, late)
    async with acts("nakamura") as shelf:
        assert (await review.release(shelf, "one")).status is Status.COMPANY  # one's own press
        with pytest.raises(NotFound) as own:
            await review.release(shelf, first)
        assert own.type is NotFound


async def test_conduct_is_stopped_and_reaches_compliance_where_the_company_says_so(
    acts: Acts,
) -> None:
    async with acts("nakamura") as shelf:
        shelf.cases.add(case_of("one"), case_of("two"))
        await shelf.cases.flush()
        await review_deeds.stop(shelf, RING, "one", "手順と違います")
        case = await shelf.cases.any("one")
        hold = await shelf.holds.latest("one", "compliance")
        assert case is not None
        assert case.status is Status.WITHDRAWN
        assert hold is not None
        assert RING.open_json(hold.text or b"", "c1")["action"] == case.action
        await review_rules.choose(shelf, "flagged", compliance_sees=False)
        await review_deeds.stop(shelf, RING, "two", "手順と違います")
        assert await shelf.holds.latest("two", "compliance") is None
    draft_id = await submitted(acts)
    async with acts("nakamura") as shelf:
        await review_rules.choose(shelf, "flagged", compliance_sees=True)
        await review_deeds.stop(shelf, RING, draft_id, "手順と違います")
        assert (await shelf.holds.latest(draft_id, "compliance")) is not None
        assert await review.queue(shelf) == []


async def test_a_masked_span_is_gone_from_text_vectors_and_the_reading(acts: Acts) -> None:
    draft_id = await submitted(acts)
    async with acts("nakamura") as shelf:
        shelf.cases.add(case_of("one"))
        await shelf.cases.flush()
        for subject_id in ("one", draft_id):
            seen = review.mark((await review.look(shelf, subject_id)).case)
            texts = {"action": "〔伏せました〕を送った", "result": "返信が来た"}
            one = await review_deeds.rewrite(shelf, RING, subject_id, seen, Rewrite(texts))
            assert one.case.action == "〔伏せました〕を送った"
            with pytest.raises(Changed):
                await review_deeds.rewrite(shelf, RING, subject_id, seen, Rewrite(texts))
        case = await shelf.cases.any("one")
        assert case is not None
        assert case.recast_at == case.changed_at == NOON
        released = await review.release(shelf, draft_id)
        assert released.action == "〔伏せました〕を送った"


async def test_a_reviewer_takes_back_anybodys_case_but_not_their_own(acts: Acts) -> None:
    async with acts("nakamura") as shelf:
        shelf.cases.add(case_of("one"), case_of("own", "nakamura"))
        await shelf.cases.flush()
        await review_deeds.withdraw(shelf, "one", "資材が古くなりました")
        assert await shelf.reviews.withdrawn_since(NOON) == ["one"]
        for act in (review_deeds.withdraw, review_deeds.ask_for_changes):
            with pytest.raises(NotAllowed):
                await act(shelf, "own", "だめ")


# imports


async def test_imports_go_out_together_once_the_drawn_ones_are_read(acts: Acts) -> None:
    waits: dict[str, Any] = {"status": Status.OFFICE, "release_asked_at": NOON, "origin": "import"}
    async with acts("nakamura") as shelf:
        for number in range(30):
            shelf.cases.add(case_of(f"i{number}", "ono", **waits))
        await shelf.cases.flush()
        assert await review.queue(shelf) == []  # they are sampled, not listed
        row = await review_sample.draw(shelf)
        assert len(set(row.picked)) == review_sample.SIZE
        with pytest.raises(NotFound):
            await review_sample.release_rest(shelf, row.id)  # nothing was read
        for case_id in row.picked:
            assert (await review_sample.next_one(shelf, row)) is not None
            await review_sample.has_read(shelf, row.id, case_id)
        changed = next(key for key in row.marks if key not in row.picked)
        case = await shelf.cases.any(changed)
        assert case is not None
        case.tip = "あとから足したコツ"
        assert await review_sample.release_rest(shelf, row.id) == 29
        assert case.status is Status.OFFICE
        acts_ = [entry.what for entry in await shelf.audit.entries()]
        assert acts_.count("review.read") == review_sample.SIZE
        assert acts_.count("case.release") == 29
        assert "review.bulk" in acts_
        with pytest.raises(NotFound):
            await review_sample.release_rest(shelf, row.id)


async def test_a_flaw_in_the_sample_keeps_the_rest_back(acts: Acts) -> None:
    waits: dict[str, Any] = {"status": Status.OFFICE, "release_asked_at": NOON, "origin": "import"}
    async with acts("nakamura") as shelf:
        for number in range(25):
            shelf.cases.add(case_of(f"i{number}", "ono", **waits))
        await shelf.cases.flush()
        row = await review_sample.draw(shelf)
        for case_id in row.picked:
            await review_sample.has_read(shelf, row.id, case_id)
        await review_deeds.ask_for_changes(shelf, row.picked[3], "名前が残っています")
        with pytest.raises(Changed):
            await review_sample.release_rest(shelf, row.id)
        assert await shelf.cases.counts() == {"office": 25}
    async with acts("mori") as shelf:
        with pytest.raises(NotAllowed):
            await review_sample.draw(shelf)


# words and rules


async def test_a_word_holds_once_another_person_confirms_it(
    acts: Acts, kita: Callable[[], Any]
) -> None:
    async with acts("nakamura") as shelf:
        row = await lexicon_changes.propose(shelf, RING, "みどり会", "mask")
        with pytest.raises(SamePerson):
            await lexicon_changes.decide(shelf, row.id, confirm=True)
        assert await lexicon_changes.in_force(shelf, RING) == lexicon_changes.Words()
        assert "みどり会".encode() not in row.word
    async with kita() as shelf:
        await lexicon_changes.decide(shelf, row.id, confirm=True)
        words = await lexicon_changes.in_force(shelf, RING)
        assert (words.version, words.mask) == (1, {"みどり会"})
        with pytest.raises(NotFound):
            await lexicon_changes.decide(shelf, row.id, confirm=False)
        out = await lexicon_changes.propose(shelf, RING, "みどり会", "mask", adds=False)
    async with acts("nakamura") as shelf:
        await lexicon_changes.decide(shelf, out.id, confirm=True)
        words = await lexicon_changes.in_force(shelf, RING)
        assert (words.version, words.mask) == (2, frozenset())
        assert [entry.what for entry in await shelf.audit.entries()] == [
            "lexicon.propose", "lexicon.confirm", "lexicon.propose", "lexicon.confirm",
        ]  # fmt: skip
    async with acts("mori") as shelf:
        with pytest.raises(NotAllowed):
            await lexicon_changes.changes(shelf, RING)


async def test_a_rule_is_counted_once_a_draft_and_called_wrong_by_whom_it_concerns(
    acts: Acts,
) -> None:
    asked = Finding("gift", Decision.ASK, 0, 2)
    found = Checked(Decision.ASK, {"action": Verdict(Decision.ASK, (asked,), "")}, {})
    async with acts("sato") as shelf:
        draft = await sharing.keep_draft(shelf, RING, TEXT, found)
        for _ in range(2):
            await feedback.fired(shelf, draft.id, ["gift", "gift"])
        await feedback.fired(shelf, "another", ["gift"])
        await feedback.overruled(shelf, draft.id, ["gift", "meal"])
    async with acts("ito") as shelf:
        with pytest.raises(NotFound):
            await feedback.false_alarm(shelf, draft.id, "gift")
    async with acts("nakamura") as shelf:
        (rate,) = await feedback.rates(shelf)
        assert (rate.rule, rate.fired, rate.by_author, rate.false_rate) == ("gift", 2, 1, 0.5)
        await feedback.false_alarm(shelf, draft.id, "gift")
        (rate,) = await feedback.rates(shelf)
        assert (rate.by_author, rate.by_reviewer) == (0, 1)
    async with acts("mori") as shelf:
        with pytest.raises(NotAllowed):
            await feedback.rates(shelf)


# names


async def test_a_name_is_shown_or_hidden_on_one_case_or_on_all(acts: Acts) -> None:
    async with acts("sato") as shelf:
        shelf.cases.add(case_of("one", show_author=True), case_of("two", show_author=True))
        await shelf.cases.flush()
        case = await names.choose(shelf, "one", show=False)
        assert (case.show_author, case.recast_at) == (False, NOON)
        assert await names.choose_for_all(shelf, show=False) == 1
        assert await names.choose_for_all(shelf, show=False) == 0
        assert await shelf.reviews.recast_since(NOON) == {"one": NOON, "two": NOON}
    async with acts("ando") as shelf:
        with pytest.raises(NotFound):
            await names.choose(shelf, "one", show=True)
    async with acts() as shelf:
        assert await names.author_of(shelf, "one") == "sato"
        last = await shelf.audit.last()
        assert last is not None
        assert (last.what, last.subject) == ("author.resolve", "one")
