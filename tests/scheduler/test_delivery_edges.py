"""Deliveries whose account, room or workspace is gone, and workers that meet on one message."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

import pytest

from cases.errors import NotFound
from cases.models.org import Account
from cases.scope import Scope
from cases.vocabulary import Role
from scheduler import board, ledger
from scheduler.clock import Clock
from scheduler.dispatch import Worker, dispatch, drain
from scheduler.ledger import Claim, Owed, owe
from scheduler.models import Delivery, DeliveryState
from scheduler.ports import DeliveryFailed, DeliveryUnknown, Parcel, Receipt
from scheduler.reconcile import reconcile, sweep
from scheduler.store.ledger import Ledger
from tests.fakes.clocked import ClockedDatabase, dice
from tests.fakes.planning import SCOPE, deliveries
from tests.fakes.platform import TIMEOUT, FakePlatform, Lands

THANKS = Owed("k", "thanks", b"!", workspace_id="w1", user="sato", member_id="sato")


@dataclass
class Meanwhile(FakePlatform):
    """A platform on which something happens while a worker waits; it may refuse to delete."""

    happens: Callable[[], Awaitable[None]] | None = None
    keeps: bool = False

    async def send(self, parcel: Parcel) -> Receipt:
        if self.happens is not None:
            await self.happens()
        return await super().send(parcel)

    async def find(self, parcel: Parcel, since: datetime) -> list[Receipt] | None:
        if self.happens is not None:
            await self.happens()
        return await super().find(parcel, since)

    async def remove(self, parcel: Parcel, receipt: Receipt) -> None:
        if self.keeps:
            raise DeliveryUnknown("timeout")
        await super().remove(parcel, receipt)


@pytest.fixture
def platform() -> Meanwhile:
    return Meanwhile()


async def owe_thanks(database: ClockedDatabase, owed: Owed = THANKS) -> None:
    async with database.transaction(SCOPE) as shelf:
        await owe(shelf, owed)


async def only(database: ClockedDatabase) -> Delivery:
    (row,) = await deliveries(database)
    return row


async def leave_the_workspace(database: ClockedDatabase) -> None:
    async with database.transaction(SCOPE) as shelf:
        await shelf.session.delete(await shelf.session.get(Account, ("c1", "w1", "sato")))


async def sent_twice(database: ClockedDatabase, worker: Worker, platform: Meanwhile) -> Delivery:
    """A message whose first copy shows up only after the second was sent: a sweep is due."""
    platform.script = [TIMEOUT]
    await owe_thanks(database)
    await drain(worker, ["c1"])
    database.turn(seconds=95)
    await reconcile(worker, "c1")
    await drain(worker, ["c1"])
    row = await only(database)
    platform.visible[row.id].append(("late", b"!"))
    database.turn(minutes=10)
    return row


@pytest.mark.usefixtures("company")
async def test_a_message_to_an_account_that_is_gone_is_dead_and_cannot_be_sent_again(
    database: ClockedDatabase, worker: Worker, platform: Meanwhile
) -> None:
    await owe_thanks(database)
    await leave_the_workspace(database)
    await drain(worker, ["c1"])
    row = await only(database)
    assert (row.state, row.outcome, platform.posts) == (DeliveryState.DEAD, "no_address", [])
    with pytest.raises(NotFound):
        async with database.transaction(Scope("c1", "suzuki", frozenset({Role.HQ_ADMIN}))) as shelf:
            await board.send_again(shelf, row.id)


@pytest.mark.usefixtures("company")
async def test_an_unknown_message_whose_account_is_gone_is_left_to_a_person(
    database: ClockedDatabase, worker: Worker, platform: Meanwhile
) -> None:
    platform.script = [TIMEOUT]
    await owe_thanks(database)
    await drain(worker, ["c1"])
    await leave_the_workspace(database)
    database.turn(seconds=95)
    assert await reconcile(worker, "c1") == 0
    assert (await only(database)).state is DeliveryState.NEEDS_HUMAN


@pytest.mark.usefixtures("company")
async def test_a_courier_that_never_answers_proves_nothing(
    database: ClockedDatabase, worker: Worker, platform: Meanwhile
) -> None:
    platform.script = [Lands(TimeoutError())]
    await owe_thanks(database)
    await drain(worker, ["c1"])
    row = await only(database)
    assert (row.state, row.outcome) == (DeliveryState.UNKNOWN, "timeout")


@pytest.mark.usefixtures("company")
async def test_a_workspace_that_is_removed_while_it_refuses_is_not_paused(
    database: ClockedDatabase, worker: Worker, platform: Meanwhile
) -> None:
    async def removed() -> None:
        async with database.transaction(SCOPE) as shelf:
            await shelf.session.delete(await shelf.people.workspace("w1"))

    platform.happens = removed
    platform.script = [DeliveryFailed("account_inactive", workspace_wide=True)]
    await owe_thanks(database)
    await dispatch(worker, "c1")
    row = await only(database)
    assert (row.state, row.outcome) == (DeliveryState.READY, "account_inactive")


@pytest.mark.usefixtures("company")
async def test_a_worker_that_breaks_leaves_its_message_to_the_next_one(
    database: ClockedDatabase, worker: Worker, platform: Meanwhile
) -> None:
    times = iter([0.0])

    def broken() -> float:
        for time in times:
            return time
        raise OSError("no clock")

    await owe_thanks(database)
    with pytest.raises(OSError, match="no clock"):
        await drain(replace(worker, ticks=broken), ["c1"])
    assert (await only(database)).state is DeliveryState.SENDING
    database.turn(minutes=5)
    await drain(worker, ["c1"])
    assert (await only(database)).state is DeliveryState.UNKNOWN  # it cannot tell what was sent
    await reconcile(worker, "c1")
    await drain(worker, ["c1"])
    assert (await only(database)).state is DeliveryState.SENT
    assert platform.copies() == [1]


@pytest.mark.usefixtures("company")
async def test_a_receipt_of_a_claim_that_was_lost_is_not_kept(database: ClockedDatabase) -> None:
    await owe_thanks(database)
    row = await only(database)
    async with database.transaction(SCOPE) as shelf:
        lost = (Claim(row.id, row.fence + 1), Receipt("D1", "1"))
        assert await ledger.settle(shelf, [lost], ledger.Pace(), dice(1)) == 0
    assert (await only(database)).state is DeliveryState.READY


@pytest.mark.usefixtures("company")
async def test_what_a_slow_worker_settles_during_the_look_back_stays(
    database: ClockedDatabase, worker: Worker, platform: Meanwhile
) -> None:
    async def settle() -> None:
        async with database.transaction(SCOPE) as shelf:
            row = await only(database)
            held = await Ledger(shelf).held(row.id, row.fence)
            assert held is not None
            held.state, held.outcome = DeliveryState.SENT, "slow"

    platform.script = [TIMEOUT]
    await owe_thanks(database)
    await drain(worker, ["c1"])
    database.turn(seconds=95)
    platform.happens = settle
    assert await reconcile(worker, "c1") == 1
    row = await only(database)
    assert (row.state, row.outcome) == (DeliveryState.SENT, "slow")


@pytest.mark.usefixtures("company")
async def test_a_sweep_that_cannot_look_or_delete_leaves_the_copy_to_the_next_one(
    database: ClockedDatabase, worker: Worker, platform: Meanwhile
) -> None:
    async def silent() -> None:
        raise TIMEOUT

    await sent_twice(database, worker, platform)
    platform.happens = silent
    assert await sweep(worker, "c1") == 0
    assert (await only(database)).sweeps == 0
    database.turn(minutes=5)
    platform.happens, platform.keeps = None, True
    assert await sweep(worker, "c1") == 0
    row = await only(database)
    assert (row.sweeps, row.removed, platform.copies()) == (1, 0, [2])
    platform.keeps = False
    database.turn(hours=25)
    assert await sweep(worker, "c1") == 1
    assert platform.copies() == [1]


@pytest.mark.usefixtures("company")
async def test_a_sweep_that_another_worker_took_over_counts_nothing(
    database: ClockedDatabase, worker: Worker, platform: Meanwhile
) -> None:
    async def taken_over() -> None:
        async with database.transaction(SCOPE) as shelf:
            row = await Ledger(shelf).delivery((await only(database)).id)
            assert row is not None
            row.fence += 1

    await sent_twice(database, worker, platform)
    platform.happens = taken_over
    assert await sweep(worker, "c1") == 1
    assert (await only(database)).sweeps == 0


async def test_a_clock_that_never_started_stops_at_once() -> None:
    clock = Clock({})
    await clock.stop()
    assert clock.next_runs() == {}
