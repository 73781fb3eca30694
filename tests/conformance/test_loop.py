"""What colleagues do with a case: release it, try it, react to it, ask for one."""

from __future__ import annotations

import pytest

from cases import members, reactions, review, rights, safety, trials, wishes
from cases.errors import Changed, Missing, NotAllowed, NotFound
from cases.models.case import Hold
from cases.rights import Action
from cases.scope import Scope
from cases.vocabulary import Status, TrialState
from tests.conformance.conftest import Acts
from tests.fakes.cast import NOON, RING, case_of, scope_of, trial_of


@pytest.fixture
async def waiting(acts: Acts) -> Acts:
    """Sato's case waits for release; so does one of 事務局's own."""
    async with acts() as shelf:
        asked = {"status": Status.OFFICE, "release_asked_at": NOON}
        shelf.cases.add(case_of("one", **asked), case_of("own", "nakamura", **asked))
        shelf.cases.add(case_of("wide", "kato"))
    return acts


# review


async def test_one_approval_makes_a_case_company_wide(waiting: Acts) -> None:
    async with waiting("nakamura") as shelf:
        assert {case.id for case in await review.queue(shelf)} == {"one", "own"}
        case = await review.release(shelf, "one")
        assert (case.status, case.released_by, case.released_at) == ("company", "nakamura", NOON)
        assert await review.release(shelf, "one") is case
        with pytest.raises(NotFound):
            await review.give_back(shelf, "one")  # it is out already
        assert [entry.what for entry in await shelf.audit.entries()] == ["case.release"]
    async with waiting("ito") as shelf:
        assert await shelf.cases.get("one") is not None


async def test_a_case_given_back_stays_in_its_office(waiting: Acts) -> None:
    async with waiting("nakamura") as shelf:
        case = await review.give_back(shelf, "one")
        assert (case.status, case.release_asked_at) == (Status.OFFICE, None)
        assert {row.id for row in await review.queue(shelf)} == {"own"}
        with pytest.raises(NotFound):
            await review.release(shelf, "one")  # an old button


async def test_a_text_that_was_changed_is_read_again_before_release(waiting: Acts) -> None:
    async with waiting("nakamura") as shelf:
        case = await shelf.cases.any("one")
        assert case is not None
        read = review.mark(case)
        case.tip = "あとから足したコツ"
        with pytest.raises(Changed):
            await review.release(shelf, "one", read)
        assert (await review.release(shelf, "one", review.mark(case))).status is Status.COMPANY


@pytest.mark.parametrize("act", [review.release, review.give_back])
async def test_only_reviewers_decide_and_never_over_an_own_case(waiting: Acts, act: object) -> None:
    assert callable(act)
    for member in ("sato", "ando", "mori"):
        async with waiting(member) as shelf:
            with pytest.raises(NotAllowed):
                await act(shelf, "one")
            with pytest.raises(NotAllowed):
                await review.queue(shelf)
    async with waiting("nakamura") as shelf:
        with pytest.raises(NotAllowed):
            await act(shelf, "own")
        with pytest.raises(NotFound):
            await act(shelf, "nothing")


# trials


async def test_a_trial_is_opened_once_and_remembers_the_office(waiting: Acts) -> None:
    async with waiting("ito") as shelf:
        trial = await trials.start(shelf, "wide")
        assert (trial.office_id, trial.state, trial.opened_at) == ("osaka", TrialState.OPEN, NOON)
        assert await trials.start(shelf, "wide") is trial
        assert [entry.what for entry in await shelf.audit.entries()] == ["trial.start"]


async def test_neither_an_own_case_nor_one_out_of_reach_is_tried(waiting: Acts) -> None:
    async with waiting("kato") as shelf:
        with pytest.raises(NotAllowed):
            await trials.start(shelf, "wide")
        with pytest.raises(NotFound):
            await trials.start(shelf, "one")


async def test_an_answer_may_be_changed_until_the_author_was_told(waiting: Acts) -> None:
    async with waiting("ito") as shelf:
        trial = await trials.start(shelf, "wide")
        await trials.answer(shelf, trial.id, TrialState.WORKED)
        await trials.answer(shelf, trial.id, TrialState.DID_NOT, "曜日が合わなかった")
        assert (trial.state, trial.note) == (TrialState.DID_NOT, "曜日が合わなかった")
        trial.told_at = NOON
        await trials.answer(shelf, trial.id, TrialState.WORKED)
        assert trial.state is TrialState.DID_NOT
        result = await trials.reproductions(shelf, {"wide": "kato", "one": "sato"})
        assert result["wide"] == trials.Reproduction(0, 0, 1)
        assert result["one"] == trials.Reproduction()


async def test_a_second_not_yet_closes_a_trial_for_good(waiting: Acts) -> None:
    async with waiting("ito") as shelf:
        trial = await trials.start(shelf, "wide")
        trial.asked = 1
        for _ in range(2):  # two taps on one card
            await trials.answer(shelf, trial.id, TrialState.LATER)
            assert trial.state is TrialState.LATER
        trial.asked = 2
        for _ in range(2):
            await trials.answer(shelf, trial.id, TrialState.LATER)
            assert trial.state is TrialState.CLOSED
        assert await shelf.loop.open_trials() == []


async def test_nobody_answers_for_another_or_with_another_word(waiting: Acts) -> None:
    async with waiting() as shelf:
        shelf.loop.add(trial_of("wide", "ito", TrialState.OPEN, id="t"))
    async with waiting("ito") as shelf:
        with pytest.raises(NotFound):
            await trials.answer(shelf, "t", TrialState.OPEN)
        with pytest.raises(NotFound):
            await trials.answer(shelf, "nothing", TrialState.WORKED)
    async with waiting("sato") as shelf:
        with pytest.raises(NotFound):
            await trials.answer(shelf, "t", TrialState.WORKED)


# reactions and wishes


async def test_a_reaction_counts_once_and_needs_a_case_in_reach(waiting: Acts) -> None:
    async with waiting("ito") as shelf:
        for _ in range(2):
            await reactions.react(shelf, "wide", reactions.HELPFUL)
        assert len(await shelf.loop.reactions_of(["wide"])) == 1
        with pytest.raises(NotFound):
            await reactions.react(shelf, "one", reactions.HELPFUL)


async def test_a_wish_is_kept_short_and_once(waiting: Acts) -> None:
    async with waiting("ito") as shelf:
        first = await wishes.wish(shelf, "会えない先生に\nメールで" + "あ" * 60, {"access": "x"})
        assert "\n" not in first.theme
        assert len(first.theme) == wishes.THEME_LIMIT
        assert first.office_id == "osaka"
        assert await wishes.wish(shelf, first.theme, {}) is first
        other = await wishes.wish(shelf, "別の題", {})
        assert other is not first
    async with waiting("kato") as shelf:
        mine = await wishes.wish(shelf, "別の題", {})
        assert mine.id != other.id


async def test_a_wish_is_answered_by_the_first_case_and_stays_so(waiting: Acts) -> None:
    async with waiting("ito") as shelf:
        wish = await wishes.wish(shelf, "会えない先生", {})
    async with waiting("kato") as shelf:
        for missing in (("nothing", "wide"), (wish.id, "one")):
            with pytest.raises(NotFound):
                await wishes.answer(shelf, *missing)
        answered = await wishes.answer(shelf, wish.id, "wide")
        assert (answered.state, answered.answered_by) == ("answered", "wide")
        shelf.cases.add(case_of("later", "kato"))
        await shelf.cases.flush()
        assert (await wishes.answer(shelf, wish.id, "later")).answered_by == "wide"
        assert await shelf.loop.wishes() == []


# members


async def test_an_account_is_found_or_linked_by_email(acts: Acts) -> None:
    async with acts() as shelf:
        known = await members.connect(shelf, "w1", "sato", {"channel": "D1"})
        assert known is not None
        again = await members.connect(shelf, "w1", "sato", {"thread": "1"})
        assert again is known
        account = await shelf.people.account("w1", "sato")
        assert account is not None
        assert account.address == {"channel": "D1", "thread": "1"}
        assert account.seen_at == NOON
        linked = await members.connect(shelf, "w1", "U9", {}, "KATO@c1.example")
        assert linked is not None
        assert linked.id == "kato"
        assert await shelf.people.account("w1", "U9") is not None


async def test_strangers_and_people_who_left_get_no_account(acts: Acts) -> None:
    async with acts() as shelf:
        assert await members.connect(shelf, "w1", "U1", {}) is None
        assert await members.connect(shelf, "w1", "U1", {}, "who@else.example") is None
        assert await members.connect(shelf, "w1", "U1", {}, "ono@c1.example") is None
        assert await shelf.people.account("w1", "U1") is None
        assert await members.connect(shelf, "w1", "ono", {}) is None


async def test_pause_and_language_are_ones_own(acts: Acts) -> None:
    async with acts("sato") as shelf:
        assert (await members.pause(shelf, NOON.date())).paused_until == NOON.date()
        assert (await members.pause(shelf, None)).paused_until is None
        assert (await members.speak(shelf, "en")).locale == "en"
        assert (await members.speak(shelf, "fr")).locale == "ja"
    async with acts() as shelf:
        shelf.scope = Scope("c1", "nobody")
        shelf.people.scope = shelf.scope
        with pytest.raises(NotFound):
            await members.pause(shelf, None)


async def test_a_members_scope_follows_the_roster(acts: Acts) -> None:
    async with acts() as shelf:
        for key in ("sato", "kato", "nakamura"):
            member = await shelf.people.member(key)
            assert member is not None
            assert members.scope_of(member) == scope_of(key)
            assert members.is_mr(member) is (key != "nakamura")
            assert members.shown_name(member, "en") == key.title()
            assert members.shown_name(member) == key
        gone = await shelf.people.member("ono")
        assert [members.shown_name(gone, "ja"), members.shown_name(None, "en")] == [
            "退職者",
            "former colleague",
        ]


# safety


@pytest.fixture
async def held(acts: Acts) -> Acts:
    async with acts() as shelf:
        for queue in ("safety", "compliance"):
            shelf.cases.add(
                Hold(
                    company_id="c1", draft_id=queue, author_id="sato", queue=queue, created_at=NOON
                )
            )  # fmt: skip
    return acts


async def test_the_author_says_what_became_of_a_safety_item(held: Acts) -> None:
    async with held("sato") as shelf:
        hold = await safety.answer(
            shelf, RING, "safety", "reported", receipt="R-1", heard_on=NOON.date()
        )
        assert (hold.state, hold.receipt, hold.heard_on) == ("reported", "R-1", NOON.date())
        hold = await safety.answer(shelf, RING, hold.id, "not_applicable", reason="症状ではない")
        assert hold.answer is not None
        assert (hold.state, hold.receipt) == ("not_applicable", "")
        assert RING.open(hold.answer, "c1") == "症状ではない"
        whats = [entry.what for entry in await shelf.audit.entries()]
        assert whats == ["safety.reported", "safety.not_applicable"]


async def test_a_safety_answer_needs_its_author_and_its_proof(held: Acts) -> None:
    async with held("sato") as shelf:
        for state in ("reported", "not_applicable"):
            with pytest.raises(Missing):
                await safety.answer(shelf, RING, "safety", state)
        for draft in ("compliance", "nothing"):
            with pytest.raises(NotFound):
                await safety.answer(shelf, RING, draft, "reported", receipt="R1")
    async with held("kato") as shelf:
        with pytest.raises(NotFound):
            await safety.answer(shelf, RING, "safety", "reported", receipt="R1")


# scope


def test_the_system_is_nobody_and_rights_add_up() -> None:
    with pytest.raises(NotAllowed):
        _ = Scope("c1").me
    assert rights.may(scope_of("nakamura"), Action.RELEASE)
    assert not rights.may(scope_of("sato"), Action.RELEASE)
