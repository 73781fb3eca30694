"""Never lost, never twice: the ledger on both databases against a platform that misbehaves."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from itertools import chain, repeat

import pytest

from cases.scope import Scope
from scheduler import ledger
from scheduler.claiming import claim
from scheduler.dispatch import Worker, dispatch, drain, finish
from scheduler.job import DIGEST, REPLY
from scheduler.ledger import Owed, Pace, owe, pause_after
from scheduler.models import Delivery, DeliveryAttempt, DeliveryState
from scheduler.ports import DeliveryFailed, DeliveryUnknown, Receipt
from scheduler.reconcile import reconcile, sweep
from scheduler.store.ledger import Ledger
from tests.fakes.clocked import ClockedDatabase, dice
from tests.fakes.platform import TIMEOUT, FakePlatform, Lands

SCOPE = Scope("c1")


async def owe_one(database: ClockedDatabase, key: str = "hello", **more: object) -> None:
    owed = Owed(
        dedupe_key=key,
        kind="thanks",
        payload=b"arigatou",
        workspace_id="w1",
        user="sato",
        member_id="sato",
    )
    async with database.transaction(SCOPE) as shelf:
        await owe(shelf, replace(owed, **more))  # type: ignore[arg-type]  # fields of Owed


async def rows(database: ClockedDatabase) -> list[Delivery]:
    async with database.transaction(SCOPE) as shelf:
        found = await Ledger(shelf).deliveries(Delivery.id.is_not(None), 10_000)
        return sorted(found, key=lambda row: row.id)


async def only(database: ClockedDatabase) -> Delivery:
    (row,) = await rows(database)
    return row


@pytest.mark.usefixtures("company")
async def test_a_message_is_sent_once_and_its_receipt_kept(
    database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    await owe_one(database)
    assert await drain(worker, ["c1"]) == 1
    row = await only(database)
    assert (row.state, row.receipt, row.attempts) == (DeliveryState.SENT, "1", 1)
    assert await drain(worker, ["c1"]) == 0
    assert platform.posts == [row.id]
    async with database.transaction(SCOPE) as shelf:
        attempt = await shelf.session.get(DeliveryAttempt, ("c1", row.id, row.fence))
    assert attempt is not None
    assert attempt.result == "sent"


@pytest.mark.usefixtures("company")
async def test_the_same_key_is_owed_once(database: ClockedDatabase) -> None:
    await owe_one(database)
    await owe_one(database)
    assert len(await rows(database)) == 1


@pytest.mark.usefixtures("company")
async def test_an_ambiguous_answer_is_never_posted_twice_when_it_arrived(
    database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    platform.script = [Lands(TIMEOUT)]
    await owe_one(database)
    await drain(worker, ["c1"])
    assert (await only(database)).state is DeliveryState.UNKNOWN
    database.turn(seconds=94)  # still quiet: nothing may be concluded
    assert await reconcile(worker, "c1") == 0
    database.turn(seconds=1)
    assert await reconcile(worker, "c1") == 1
    row = await only(database)
    assert (row.state, row.outcome) == (DeliveryState.SENT, "found")
    assert platform.copies() == [1]


@pytest.mark.usefixtures("company")
async def test_an_ambiguous_answer_is_sent_again_when_it_did_not_arrive(
    database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    platform.script = [TIMEOUT]
    await owe_one(database)
    await drain(worker, ["c1"])
    database.turn(seconds=95)
    await reconcile(worker, "c1")
    await drain(worker, ["c1"])
    row = await only(database)
    assert (row.state, row.attempts) == (DeliveryState.SENT, 2)
    assert platform.copies() == [1]


@pytest.mark.usefixtures("company")
async def test_a_kill_between_intent_and_record_is_found_out_by_looking_back(
    database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    await owe_one(database)
    async with database.transaction(SCOPE) as shelf:
        ((_, parcel),) = (await claim(shelf, worker)).taken
    platform.land(parcel)  # and here the process dies
    database.turn(seconds=61)
    assert await dispatch(worker, "c1") == 0
    assert (await only(database)).state is DeliveryState.UNKNOWN
    database.turn(seconds=35)
    await reconcile(worker, "c1")
    assert (await only(database)).state is DeliveryState.SENT
    assert platform.posts == []
    assert platform.copies() == [1]


@pytest.mark.usefixtures("company")
async def test_a_lease_without_an_intent_frees_the_message_when_it_ends(
    database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    await owe_one(database)
    async with database.transaction(SCOPE) as shelf:
        await claim(shelf, worker)
        # As a version that claimed before it intended left it:
        before = {"intent_at": None, "next_at": shelf.now}
        await Ledger(shelf).change(Delivery.id.is_not(None), **before)
    assert await dispatch(worker, "c1") == 0
    database.turn(seconds=60)
    assert await dispatch(worker, "c1") == 1
    assert platform.copies() == [1]


@pytest.mark.fault(14)
@pytest.mark.usefixtures("company")
async def test_a_worker_that_lost_its_lease_stops(
    database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    await owe_one(database)
    async with database.transaction(SCOPE) as shelf:
        ((held, _),) = (await claim(shelf, worker)).taken
    database.turn(seconds=95)
    await dispatch(worker, "c1")
    await reconcile(worker, "c1")
    assert await dispatch(worker, "c1") == 1
    async with database.transaction(SCOPE) as shelf:
        for answer in (TIMEOUT, DeliveryFailed("refused"), Receipt("D1", "late")):
            assert await ledger.settle(shelf, [(held, answer)], worker.pace, dice(1)) == 0
    row = await only(database)
    assert (row.state, row.receipt) == (DeliveryState.SENT, "1")
    assert platform.copies() == [1]


@pytest.mark.fault(14)
@pytest.mark.usefixtures("company")
async def test_a_worker_that_slept_after_its_intent_sends_nothing(
    database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    await owe_one(database)
    ticks = iter([0.0, 120.0, 121.0, 121.0])
    await dispatch(replace(worker, ticks=lambda: next(ticks)), "c1")
    row = await only(database)
    assert (row.state, row.attempts, row.outcome) == (DeliveryState.READY, 0, "overslept")
    assert platform.posts == []


@pytest.mark.usefixtures("company")
async def test_who_waits_for_the_end_gets_what_had_to_be_tried_again(
    database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    await owe_one(database)
    ticks = chain([0.0, 120.0], repeat(121.0))

    async def later(seconds: float) -> None:
        database.turn(seconds=seconds)

    await finish(replace(worker, ticks=lambda: next(ticks), sleep=later), "c1")
    assert (await only(database)).state is DeliveryState.SENT
    assert platform.copies() == [1]


@pytest.mark.usefixtures("company")
async def test_two_workers_at_once_send_each_message_once(
    database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    for number in range(30):
        await owe_one(database, f"m{number}")
    other = replace(worker, name="other")
    await asyncio.gather(drain(worker, ["c1"]), drain(other, ["c1"]))
    assert platform.copies() == [1] * 30
    assert len(set(platform.posts)) == 30


@pytest.mark.usefixtures("company")
async def test_without_history_a_digest_waits_for_a_person_and_a_prompt_expires(
    database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    platform.readable = False
    platform.script = [TIMEOUT, TIMEOUT]
    await owe_one(database, "digest")
    await owe_one(database, "prompt", expires_at=database.moment + timedelta(days=3))
    await drain(worker, ["c1"])
    database.turn(seconds=95)
    await reconcile(worker, "c1")
    digest, prompt = await rows(database)
    assert digest.state is DeliveryState.NEEDS_HUMAN
    assert prompt.state is DeliveryState.UNKNOWN
    database.turn(days=3)
    await reconcile(worker, "c1")
    assert [row.state for row in await rows(database)] == [
        DeliveryState.NEEDS_HUMAN,
        DeliveryState.EXPIRED,
    ]


@pytest.mark.usefixtures("company")
async def test_a_429_waits_without_burning_an_attempt(
    database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    platform.script = [DeliveryFailed("ratelimited", retry_after=30, http_status=429)]
    await owe_one(database)
    await drain(worker, ["c1"])
    row = await only(database)
    assert (row.state, row.attempts, row.intent_at) == (DeliveryState.READY, 0, None)
    database.turn(seconds=29)
    assert await drain(worker, ["c1"]) == 0
    database.turn(seconds=8)
    assert await drain(worker, ["c1"]) == 1
    assert platform.copies() == [1]
    assert platform.looks == 0


@pytest.mark.usefixtures("company")
async def test_a_refused_message_is_tried_twelve_times_and_then_dead(
    database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    platform.script = [DeliveryFailed("connection_refused")] * 20
    await owe_one(database)
    for _ in range(20):
        await drain(worker, ["c1"])
        database.turn(hours=2)
    row = await only(database)
    assert (row.state, row.attempts) == (DeliveryState.DEAD, 12)
    assert len(platform.posts) == 12


@pytest.mark.usefixtures("company")
async def test_a_permanent_failure_is_dead_at_once(
    database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    platform.script = [DeliveryFailed("user_not_found", permanent=True)]
    await owe_one(database)
    await drain(worker, ["c1"])
    row = await only(database)
    assert (row.state, row.outcome) == (DeliveryState.DEAD, "user_not_found")


@pytest.mark.fault(24)
@pytest.mark.usefixtures("company")
async def test_a_revoked_token_pauses_the_workspace_and_resuming_finishes(
    database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    platform.script = [DeliveryFailed("token_revoked", workspace_wide=True)]
    await owe_one(database, "a")
    one = replace(worker, pace=Pace(batch=1))
    await drain(one, ["c1"])
    await owe_one(database, "b")
    assert await drain(one, ["c1"]) == 0
    assert [row.attempts for row in await rows(database)] == [0, 0]
    async with database.transaction(SCOPE) as shelf:
        workspace = await shelf.people.workspace("w1")
        assert workspace is not None
        assert workspace.state == "paused"
        workspace.state = "active"
    await drain(one, ["c1"])
    assert platform.copies() == [1, 1]


@pytest.mark.usefixtures("company")
async def test_an_error_of_the_courier_itself_counts_as_ambiguous(
    database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    platform.script = [ZeroDivisionError()]
    await owe_one(database)
    await drain(worker, ["c1"])
    row = await only(database)
    assert (row.state, row.outcome) == (DeliveryState.UNKNOWN, "ZeroDivisionError")


@pytest.mark.usefixtures("company")
async def test_the_sweep_deletes_a_copy_that_landed_too_late(
    database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    platform.script = [TIMEOUT]
    await owe_one(database)
    await drain(worker, ["c1"])
    database.turn(seconds=95)
    await reconcile(worker, "c1")
    await drain(worker, ["c1"])
    async with database.transaction(SCOPE) as shelf:
        parcel = await ledger.parcel_of(shelf, await only_row(shelf))
    assert parcel is not None
    platform.land(parcel)  # the first request lands now, later than anybody assumed
    assert await sweep(worker, "c1") == 0
    database.turn(minutes=10)
    assert await sweep(worker, "c1") == 1
    database.turn(hours=24)
    assert await sweep(worker, "c1") == 0
    row = await only(database)
    assert (row.removed, row.sweeps, row.next_at) == (1, 2, None)
    assert platform.copies() == [1]


async def only_row(shelf: object) -> Delivery:
    (row,) = await Ledger(shelf).deliveries(Delivery.id.is_not(None), 2)  # type: ignore[arg-type] # any shelf will do here
    return row


@pytest.mark.usefixtures("company")
async def test_a_look_back_that_fails_is_repeated_later(
    database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    class Blind(FakePlatform):
        async def find(self, parcel: object, since: object) -> None:
            raise DeliveryFailed("ratelimited", retry_after=20, http_status=429)

    platform.script = [TIMEOUT]
    await owe_one(database)
    await drain(worker, ["c1"])
    database.turn(seconds=95)
    await reconcile(replace(worker, look_back=Blind()), "c1")
    row = await only(database)
    assert row.state is DeliveryState.UNKNOWN
    assert row.next_at == database.moment + timedelta(seconds=20)


@pytest.mark.usefixtures("company")
async def test_replies_go_before_digests(
    database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    await owe_one(database, "digest", priority=DIGEST)
    await owe_one(database, "reply", priority=REPLY)
    await drain(replace(worker, pace=Pace(batch=1)), ["c1"])
    keys = {row.id: row.dedupe_key for row in await rows(database)}
    assert [keys[post] for post in platform.posts] == ["reply", "digest"]


@pytest.mark.usefixtures("company")
async def test_somebody_who_left_gets_nothing(
    database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    await owe_one(database)
    async with database.transaction(SCOPE) as shelf:
        member = await shelf.people.member("sato")
        assert member is not None
        member.active = False
    await drain(worker, ["c1"])
    row = await only(database)
    assert (row.state, row.outcome, row.payload) == (DeliveryState.CANCELLED, "left", None)
    assert platform.posts == []


@pytest.mark.usefixtures("company")
async def test_a_message_past_its_time_expires(
    database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    await owe_one(database, expires_at=database.moment + timedelta(minutes=1))
    database.turn(minutes=1)
    await drain(worker, ["c1"])
    assert (await only(database)).state is DeliveryState.EXPIRED
    assert platform.posts == []


@pytest.mark.parametrize("given", [0.0, -5.0, 86400.0, 30.0])
def test_a_retry_after_is_kept_between_a_second_and_an_hour(given: float) -> None:
    error = DeliveryFailed("ratelimited", retry_after=given)
    seconds = pause_after(0, error, dice(1)).total_seconds()
    assert min(3600.0, max(1.0, given)) <= seconds <= 3600 * 1.2


def test_quiet_time_is_ninety_five_seconds() -> None:
    assert Pace().quiet == timedelta(seconds=95)


def test_an_unknown_answer_keeps_its_reason() -> None:
    assert DeliveryUnknown("reset", http_status=502).reason == "reset"
