"""What administrators see and do, the alarm for silence, the shared buckets, and the clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cases.errors import NotAllowed, NotFound
from cases.models.org import Account, Workspace
from cases.scope import Scope
from cases.vocabulary import Role
from scheduler import board, buckets
from scheduler.clock import Clock
from scheduler.dispatch import Worker, drain
from scheduler.job import DIGEST, REPLY, Job
from scheduler.ledger import Owed, Pace, owe
from scheduler.models import Delivery, DeliveryState, RateBucket
from scheduler.planner import Planner, know, plan
from scheduler.ports import DeliveryFailed
from scheduler.reconcile import reconcile
from scheduler.store.ledger import Ledger
from scheduler.watchdog import watch
from tests.fakes.clocked import ClockedDatabase
from tests.fakes.platform import TIMEOUT, FakeComposer, FakePlatform

SCOPE = Scope("c1")
ADMIN = Scope("c1", "suzuki", frozenset({Role.HQ_ADMIN}))
THANKS = Owed("k", "thanks", b"!", workspace_id="w1", user="sato", member_id="sato")


async def needs_human(database: ClockedDatabase, worker: Worker, platform: FakePlatform) -> str:
    platform.readable, platform.script = False, [TIMEOUT]
    async with database.transaction(SCOPE) as shelf:
        await owe(shelf, THANKS)
    await drain(worker, ["c1"])
    database.turn(seconds=95)
    await reconcile(worker, "c1")
    async with database.transaction(SCOPE) as shelf:
        (row,) = (await board.board(shelf, worker.jobs)).stuck
    assert row.state is DeliveryState.NEEDS_HUMAN
    return row.id


async def state_of(database: ClockedDatabase, delivery_id: str) -> DeliveryState:
    async with database.transaction(SCOPE) as shelf:
        row = await Ledger(shelf).delivery(delivery_id)
    assert row is not None
    return row.state


@pytest.mark.usefixtures("company")
async def test_a_person_says_that_it_arrived(
    database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    stuck = await needs_human(database, worker, platform)
    with pytest.raises(NotAllowed):
        async with database.transaction(SCOPE) as shelf:
            await board.mark_sent(shelf, stuck)
    async with database.transaction(ADMIN) as shelf:
        await board.mark_sent(shelf, stuck)
    assert await state_of(database, stuck) is DeliveryState.SENT
    async with database.transaction(SCOPE) as shelf:
        assert [row.payload for row in await board.mailbox(shelf, "sato")] == [b"!"]


@pytest.mark.usefixtures("company")
async def test_a_person_has_it_sent_again_or_takes_it_back(
    database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    stuck = await needs_human(database, worker, platform)
    async with database.transaction(ADMIN) as shelf:
        await board.send_again(shelf, stuck)
    await drain(worker, ["c1"])
    assert await state_of(database, stuck) is DeliveryState.SENT
    for action in (board.send_again, board.cancel, board.mark_sent):
        with pytest.raises(NotFound):
            async with database.transaction(ADMIN) as shelf:
                await action(shelf, stuck)


@pytest.mark.usefixtures("company")
async def test_a_message_taken_back_is_not_sent(
    database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    async with database.transaction(ADMIN) as shelf:
        await owe(shelf, THANKS)
        (row,) = await Ledger(shelf).deliveries(Delivery.id.is_not(None), 2)
        await board.cancel(shelf, row.id)
    await drain(worker, ["c1"])
    assert platform.posts == []
    assert await state_of(database, row.id) is DeliveryState.CANCELLED


@pytest.mark.usefixtures("company")
async def test_the_board_shows_the_next_turn_of_every_job(
    database: ClockedDatabase, jobs: dict[str, Job]
) -> None:
    async with database.transaction(SCOPE) as shelf:
        shown = await board.board(shelf, jobs, turns=2)
    coming = {one.kind: one.next for one in shown.coming}
    assert set(coming) == set(jobs)
    assert [turn.key for turn in coming["monthly_digest"]] == ["2026-11", "2026-12"]
    assert [turn.key for turn in coming["reflection"]] == ["2026-11-1", "2026-11-2"]
    assert coming["monthly_digest"][0].due_at == datetime(2026, 12, 3, 1, 0, tzinfo=UTC)


@pytest.mark.usefixtures("company")
async def test_silence_for_a_day_is_an_alarm(
    database: ClockedDatabase, worker: Worker, jobs: dict[str, Job], composer: FakeComposer
) -> None:
    async with database.transaction(SCOPE) as shelf:
        await know(shelf, jobs, database.moment - timedelta(minutes=1))
    database.turn(hours=23)
    assert await watch(database, jobs) == []
    database.turn(hours=2)
    missing = {(one.kind, one.state) for one in await watch(database, jobs)}
    assert ("monthly_digest", "missing") in missing
    await plan(Planner(database, composer, jobs), "c1")
    open_ones = [one for one in await watch(database, jobs) if one.kind == "monthly_digest"]
    assert [one.state for one in open_ones] == ["fanned_out"]
    await drain(worker, ["c1"])
    await drain(worker, ["c1"])
    assert "monthly_digest" not in {one.kind for one in await watch(database, jobs)}


@pytest.mark.usefixtures("company")
async def test_a_bucket_gives_ten_seconds_worth_and_keeps_a_fifth_for_replies(
    database: ClockedDatabase,
) -> None:
    async with database.transaction(SCOPE) as shelf:
        bucket = await buckets.opened(shelf, "slack", "w1")
        assert bucket is not None
        assert (bucket.allows(DIGEST), bucket.allows(REPLY)) == (40, 50)
        for _ in range(40):
            bucket.take()
        assert (bucket.allows(DIGEST), bucket.allows(REPLY)) == (0, 10)
        assert bucket.wait(DIGEST) > timedelta(0)
        for _ in range(10):
            bucket.take()
        assert bucket.wait(REPLY) == timedelta(seconds=0.2)
        assert await buckets.opened(shelf, "web", "w1") is None
    database.turn(seconds=1)
    async with database.transaction(SCOPE) as shelf:
        bucket = await buckets.opened(shelf, "slack", "w1")
        assert bucket is not None
        assert (bucket.allows(DIGEST), bucket.allows(REPLY)) == (0, 5)


@pytest.mark.fault(12)
@pytest.mark.usefixtures("company")
async def test_a_429_stops_every_replica_and_halves_the_rate(
    database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    async with database.transaction(SCOPE) as shelf:
        shelf.people.add(
            Workspace(company_id="c1", id="w2", platform="slack", external_id="T1"),
            Account(company_id="c1", workspace_id="w2", user="U1", member_id="sato"),
        )
        for number in range(3):
            owed = Owed(f"k{number}", "thanks", b"!", workspace_id="w2", user="U1")
            await owe(shelf, owed)
    platform.script = [DeliveryFailed("ratelimited", retry_after=30, http_status=429)]
    replicas = [replace(worker, name=name, pace=Pace(batch=1)) for name in ("a", "b", "c")]
    for replica in replicas:
        await drain(replica, ["c1"])
    database.turn(seconds=29)
    for replica in replicas:
        await drain(replica, ["c1"])
    assert len(platform.posts) == 1
    async with database.transaction(SCOPE) as shelf:
        bucket = await shelf.session.get(RateBucket, ("c1", "w2", buckets.POST, ""))
        assert bucket is not None
        assert bucket.per_minute <= 160
    database.turn(seconds=10)
    await drain(worker, ["c1"])
    assert platform.copies() == [1, 1, 1]


async def test_the_clock_wakes_every_tick_in_order_and_survives_a_failure() -> None:
    rung: list[str] = []

    async def planner() -> None:
        rung.append("planner")
        raise ValueError("broken")

    async def dispatch() -> None:
        rung.append("dispatch")

    clock = Clock({"planner": planner, "dispatch": dispatch})
    assert clock.next_runs() == {"planner": None, "dispatch": None}
    clock.start()
    await clock.wake()
    assert rung == ["planner", "dispatch"]
    assert set(clock.last) == {"dispatch"}
    runs = clock.next_runs()
    assert all(run is not None and run.tzinfo for run in runs.values())
    await clock.stop()
