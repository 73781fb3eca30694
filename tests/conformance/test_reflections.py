"""振り返り: one question a day, an answer that is its writer's until it is shared."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases import burying, reflections, tombstones
from cases.db import Shelf
from cases.errors import NotFound
from cases.models.org import Member
from cases.models.talk import Reflection
from cases.vocabulary import TrialState
from tests.conformance.conftest import Acts
from tests.fakes.cast import NOON, RING, case_of, crowd, trial_of
from tests.fakes.clocked import ClockedDatabase


async def person(shelf: Shelf, member_id: str = "sato") -> Member:
    found = await shelf.people.member(member_id)
    assert found is not None
    return found


async def test_a_day_has_one_question_and_the_next_day_another(
    acts: Acts, database: ClockedDatabase
) -> None:
    asked = []
    for _ in range(2):
        async with acts("sato") as shelf:
            asked.append((await reflections.ask(shelf, await person(shelf))).id)
    assert asked[0] == asked[1]
    database.turn(days=1)
    async with acts("sato") as shelf:
        row = await reflections.ask(shelf, await person(shelf))
        assert row.id != asked[0]
        assert len({one.prompt for one in await shelf.talks.reflections_of("sato")}) == 2


async def test_questions_start_at_stage_two_and_what_the_member_named(acts: Acts) -> None:
    async with acts("kato") as shelf:
        shelf.cases.add(case_of("one", barrier=["benefit.no_time"]))
        await shelf.cases.flush()
        assert (await reflections.ask(shelf, await person(shelf))).prompt == "S2-BEN-Q1"
        assert (await reflections.ask(shelf, await person(shelf, "kato"))).prompt == "S2-WAY-Q1"


async def test_no_question_comes_back_within_six_months_and_none_is_skipped(
    acts: Acts, database: ClockedDatabase
) -> None:
    seen: list[str] = []
    for _ in range(len(reflections.bank()) + 1):
        async with acts("sato") as shelf:
            seen.append((await reflections.ask(shelf, await person(shelf))).prompt)
        database.turn(days=1)
    assert sorted(seen[:-1]) == sorted(reflections.bank())
    assert seen[-1] == seen[0]  # all are used up: it begins again
    database.turn(days=184)
    async with acts("sato") as shelf:
        assert (await reflections.ask(shelf, await person(shelf))).prompt == seen[0]


async def test_an_open_trial_comes_first_and_once(acts: Acts, database: ClockedDatabase) -> None:
    async with acts("kato") as shelf:
        shelf.loop.add(trial_of("one", "kato"), trial_of("two", "kato", TrialState.LATER, id="t"))
        row = await reflections.ask(shelf, await person(shelf, "kato"))
        assert (row.prompt, row.trial_id) == ("trial:t", "t")
    database.turn(days=1)
    async with acts("kato") as shelf:
        row = await reflections.ask(shelf, await person(shelf, "kato"))
        assert (row.prompt, row.trial_id) == ("S2-WAY-Q1", None)


@pytest.mark.attack(55)
async def test_an_answer_is_sealed_and_its_members_alone(acts: Acts) -> None:
    async with acts("sato") as shelf:
        row = await reflections.ask(shelf, await person(shelf))
        await reflections.answer(shelf, RING, row.id, "先生がほっとされた")
        assert row.answer is not None
        assert "ほっと".encode() not in row.answer
        assert RING.open(row.answer, "c1") == "先生がほっとされた"
        assert (row.state, row.answered_at, row.shared) == ("answered", NOON, None)
    async with acts("ando") as shelf:
        for act in (
            reflections.answer(shelf, RING, row.id, "x"),
            reflections.skip(shelf, row.id, "passed"),
            reflections.share(shelf, row.id, "x"),
        ):
            with pytest.raises(NotFound):
                await act


@pytest.mark.parametrize(
    ("said", "kept"), [("later", "later"), ("passed", "passed"), ("", "passed")]
)
async def test_passing_is_a_state_like_any_other(acts: Acts, said: str, kept: str) -> None:
    async with acts("sato") as shelf:
        row = await reflections.ask(shelf, await person(shelf))
        assert (await reflections.skip(shelf, row.id, said)).state == kept


def answered(reflection_id: str, member_id: str, prompt: str, shared: str | None) -> Reflection:
    return Reflection(
        company_id="c1", id=reflection_id, member_id=member_id, prompt=prompt, shared=shared,
        asked_on=f"{NOON - timedelta(days=30 + len(reflection_id)):%Y-%m-%d}", state="answered",
    )  # fmt: skip


@pytest.mark.attack(28)
async def test_the_office_of_an_answer_is_named_from_five_people_on(acts: Acts) -> None:
    async with acts("sato") as shelf:
        shelf.talks.add(answered("bb", "kato", "q", "別の問い"))
        row = await reflections.ask(shelf, await person(shelf))
        assert await reflections.others(shelf, row) == [("別の問い", "")]
        crowd(shelf, "kobe")
        await shelf.people.flush()
        assert await reflections.others(shelf, row) == [("別の問い", "kobe")]


async def test_what_is_not_shown_any_more_is_private_again_and_a_restore_knows(acts: Acts) -> None:
    async with acts("ito") as shelf:
        row = await reflections.ask(shelf, await person(shelf, "ito"))
        await reflections.answer(shelf, RING, row.id, "朝の電話")
        await reflections.share(shelf, row.id, "朝の電話")
        row.answer = None  # as after its period
        shelf.talks.add(answered("kept", "ito", "q", None))
    async with acts("kato") as shelf:
        with pytest.raises(NotFound):
            await reflections.unshare(shelf, RING, row.id)
    for _ in range(2):  # the second time there is nothing to do
        async with acts("ito") as shelf:
            await reflections.unshare(shelf, RING, row.id)
            found = await shelf.talks.reflection(row.id)
            assert found is not None
            assert found.shared is None
            assert found.answer is not None
            assert RING.open(found.answer, "c1") == "朝の電話"
    async with acts("ito") as shelf:
        stones = await tombstones.tombstones(shelf, RING)
        assert [(one.what, one.id) for one in stones if one.what == "unshared"] == [
            ("unshared", row.id)
        ]
        await reflections.share(shelf, row.id, "朝の電話")  # the older copy
        done = [await burying.bury(shelf, RING, one) for one in stones * 2]
        assert done.count(True) == 1
        assert await shelf.talks.all_shared() == []


async def test_others_answers_come_from_other_offices_and_the_same_question_first(
    acts: Acts,
) -> None:
    async with acts("sato") as shelf:
        shelf.talks.add(
            answered("a", "ando", "p", "同じ営業所"),
            answered("bb", "kato", "q", "別の問い"),
            answered("ccc", "ito", "p", "同じ問い"),
            answered("dddd", "nakamura", "p", "営業所なし"),
            answered("eeeee", "mori", "p", None),
        )
        crowd(shelf, "sendai", "kobe", "osaka")
        await shelf.people.flush()
        row = await reflections.ask(shelf, await person(shelf))
        row.prompt = "p"
        assert await reflections.others(shelf, row) == [("同じ問い", "osaka"), ("別の問い", "kobe")]
        await reflections.share(shelf, row.id, "分かち合う")
    async with acts("kato") as shelf:
        other = await reflections.ask(shelf, await person(shelf, "kato"))
        other.prompt = "p"
        found = await reflections.others(shelf, other)
        assert len(found) == reflections.OTHERS
        assert ("分かち合う", "sendai") in found
