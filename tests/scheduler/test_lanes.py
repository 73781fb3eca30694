"""Lanes: a company whose platform hangs delays no other one, and no reply of its own."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from cases.models.org import Account, Company, Member, Workspace
from cases.scope import Scope
from scheduler.dispatch import Worker
from scheduler.job import PROMPT, REPLY
from scheduler.lanes import Lanes
from scheduler.ledger import Owed, Pace, owe
from scheduler.models import DeliveryState
from scheduler.ports import Parcel, Receipt
from scheduler.store.ledger import Ledger
from tests.fakes.clocked import ClockedDatabase
from tests.fakes.platform import FakePlatform


class Hanging(FakePlatform):
    """Answers nothing to the prompts of c1 until it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on, self.hangs = asyncio.Event(), asyncio.Event()

    async def send(self, parcel: Parcel) -> Receipt:
        if parcel.company_id == "c1" and parcel.kind == "prompt":
            self.hangs.set()
            await self.go_on.wait()
        return await super().send(parcel)


async def owe_many(database: ClockedDatabase, company_id: str, kind: str, number: int) -> None:
    priority = REPLY if kind == "reply" else PROMPT
    async with database.transaction(Scope(company_id)) as shelf:
        for each in range(number):
            key = f"{kind}:{each}"
            await owe(
                shelf, Owed(key, kind, b"!", priority, workspace_id=f"{company_id}w", user="u")
            )


async def settle_in(database: ClockedDatabase, company_id: str) -> None:
    async with database.transaction(Scope(company_id)) as shelf:
        place = f"{company_id}w"
        shelf.people.add(Company(id=company_id, name=company_id, settings={}))
        await shelf.people.flush()
        shelf.people.add(
            Workspace(company_id=company_id, id=place, platform="web", external_id=company_id),
            Member(company_id=company_id, id="m", name="m", roles=["member"]),
            Account(company_id=company_id, workspace_id=place, user="u", member_id="m"),
        )


async def states(database: ClockedDatabase, company_id: str) -> dict[str, int]:
    async with database.transaction(Scope(company_id)) as shelf:
        return await Ledger(shelf).counts()


@pytest.fixture
async def hanging(database: ClockedDatabase, worker: Worker) -> tuple[Lanes, Hanging]:
    for company_id in ("c1", "c2"):
        await settle_in(database, company_id)
    platform = Hanging()
    return Lanes(replace(worker, courier=platform, pace=Pace(batch=2))), platform


async def test_a_company_that_hangs_delays_neither_others_nor_its_own_replies(
    database: ClockedDatabase, hanging: tuple[Lanes, Hanging]
) -> None:
    lanes, platform = hanging
    await owe_many(database, "c1", "prompt", 6)
    await owe_many(database, "c2", "prompt", 6)
    lanes.start("c1")
    await platform.hangs.wait()
    lanes.start("c2")
    await lanes.under_way["c2", False]
    assert await states(database, "c2") == {DeliveryState.SENT: 6}
    await owe_many(database, "c1", "reply", 3)
    lanes.start("c1", replies=True)
    await lanes.under_way["c1", True]
    assert await states(database, "c1") == {
        DeliveryState.SENT: 3, DeliveryState.SENDING: 2, DeliveryState.READY: 4,
    }  # fmt: skip
    lanes.start("c1")  # it runs already: it looks once more at its end
    platform.go_on.set()
    await lanes.run(["c1", "c2"], 60)
    assert await states(database, "c1") == {DeliveryState.SENT: 9}
    assert not lanes.under_way


async def test_a_worker_that_stops_claims_nothing_more_and_leaves_what_hangs(
    database: ClockedDatabase, hanging: tuple[Lanes, Hanging]
) -> None:
    lanes, platform = hanging
    await owe_many(database, "c1", "prompt", 6)
    lanes.start("c1")
    await platform.hangs.wait()
    await lanes.stop(0.01)
    await lanes.run(["c1"], 1)
    assert await states(database, "c1") == {DeliveryState.SENDING: 2, DeliveryState.READY: 4}


async def test_a_lane_that_breaks_ends_and_is_started_again(
    database: ClockedDatabase, hanging: tuple[Lanes, Hanging], caplog: pytest.LogCaptureFixture
) -> None:
    lanes, platform = hanging
    platform.go_on.set()

    def broken() -> float:
        raise OSError("no clock")

    await owe_many(database, "c1", "prompt", 2)
    await Lanes(replace(lanes.worker, ticks=broken)).run(["c1"], 60)
    assert "sending in c1" in caplog.text
    await lanes.run(["c1"], 60)
    assert await states(database, "c1") == {DeliveryState.SENT: 2}
