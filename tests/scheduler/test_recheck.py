"""What is asked once more before sending: the person, the cases shown, the hour."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from cases.models.org import Member
from cases.vocabulary import Status
from scheduler.dispatch import Worker, drain
from scheduler.ledger import Owed, owe
from scheduler.models import DeliveryState, OccurrenceState
from scheduler.planner import Planner, plan
from tests.fakes.clocked import ClockedDatabase
from tests.fakes.planning import (
    DIGEST_DAY,
    SCOPE,
    add_case,
    deliveries,
    occurrences,
    promised,
)
from tests.fakes.platform import FakeComposer, FakePlatform


@pytest.mark.parametrize("change", ["left", "no_digest", "role_lost", "paused"])
async def test_who_changes_their_mind_after_planning_gets_nothing(
    planner: Planner,
    database: ClockedDatabase,
    worker: Worker,
    platform: FakePlatform,
    change: str,
) -> None:
    await promised(planner, DIGEST_DAY - timedelta(hours=1))
    await plan(planner, "c1")
    async with database.transaction(SCOPE) as shelf:
        member = await shelf.people.member("kato")
        promoter = await shelf.people.promoter("kobe")
        assert member is not None
        assert promoter is not None
        _change(change, member, promoter)
    await drain(worker, ["c1"])
    outcomes = {row.member_id: row.outcome for row in await deliveries(database)}
    assert outcomes == {"kato": change, "mori": ""}
    assert len(platform.posts) == 1


def _change(change: str, member: Member, promoter: object) -> None:
    match change:
        case "left":
            member.active = False
        case "no_digest":
            member.wants_digest = False
        case "paused":
            member.paused_until = date(2026, 12, 1)
        case _:
            promoter.member_id = "ito"  # type: ignore[attr-defined]  # a Promoter


async def withdraw(database: ClockedDatabase, case_id: str) -> None:
    async with database.transaction(SCOPE) as shelf:
        case = await shelf.cases.any(case_id)
        assert case is not None
        case.status = Status.WITHDRAWN


async def test_a_digest_that_waits_is_made_anew_without_a_withdrawn_case(
    planner: Planner, database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    async with database.transaction(SCOPE) as shelf:
        for number in range(4):
            await add_case(shelf, f"case{number}", "sato")
    await promised(planner, DIGEST_DAY - timedelta(hours=1))
    await plan(planner, "c1")
    await withdraw(database, "case1")
    await drain(worker, ["c1"])
    rows = {row.member_id: row for row in await deliveries(database)}
    assert {row.state for row in rows.values()} == {DeliveryState.SENT}
    assert rows["kato"].case_ids == ["case0", "case2", "case3"]
    payload = platform.visible[rows["kato"].id][0][1]
    assert hashlib.sha256(payload).hexdigest() == rows["kato"].payload_sha256
    async with database.transaction(SCOPE) as shelf:
        kept = await shelf.talks.digest("kobe", "2026-10")
        assert kept is not None
        assert [item["case_id"] for item in kept.items] == ["case0", "case2", "case3"]


async def test_a_late_digest_is_late_when_it_is_made_anew(
    planner: Planner, database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    async with database.transaction(SCOPE) as shelf:
        for number in range(4):
            await add_case(shelf, f"case{number}", "sato")
    await promised(planner, DIGEST_DAY - timedelta(hours=1))
    database.moment = DIGEST_DAY + timedelta(hours=3)
    await plan(planner, "c1")
    await withdraw(database, "case1")
    await drain(worker, ["c1"])
    (row, *_) = await deliveries(database)
    assert b"('late', True)" in platform.visible[row.id][0][1]


async def test_a_digest_that_cannot_be_made_anew_is_dead_and_takes_no_other_with_it(
    planner: Planner, database: ClockedDatabase, worker: Worker, composer: FakeComposer
) -> None:
    async with database.transaction(SCOPE) as shelf:
        await add_case(shelf, "case1", "sato")
    await promised(planner, DIGEST_DAY - timedelta(hours=1))
    await plan(planner, "c1")
    await withdraw(database, "case1")
    composer.breaks_for = "kato"
    await drain(worker, ["c1"])
    outcomes = {row.member_id: row.outcome for row in await deliveries(database)}
    assert outcomes == {"kato": "not_rendered:ValueError", "mori": ""}


async def test_a_question_about_a_withdrawn_case_is_not_sent(
    planner: Planner, database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    async with database.transaction(SCOPE) as shelf:
        await add_case(shelf, "case1", "sato")
        row = Owed("trial_follow_up:x", "trial_follow_up", b"card", case_ids=("case1",))
        await owe(shelf, replace(row, member_id="kato", workspace_id="w1", user="kato"))
    await withdraw(database, "case1")
    await drain(worker, ["c1"])
    assert [row.outcome for row in await deliveries(database)] == ["case_withdrawn"]
    assert platform.posts == []


async def test_a_message_that_waited_into_the_evening_goes_out_in_the_morning(
    planner: Planner, database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    await promised(planner, DIGEST_DAY - timedelta(hours=1))
    await plan(planner, "c1")
    database.turn(hours=9)
    await drain(worker, ["c1"])
    assert platform.posts == []
    database.moment = datetime(2026, 11, 5, 23, 30, tzinfo=UTC)
    await drain(worker, ["c1"])
    assert platform.copies() == [1, 1]
    assert {row.state for row in (await occurrences(database, "monthly_digest")).values()} == {
        OccurrenceState.CLOSED
    }
