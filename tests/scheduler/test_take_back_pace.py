"""How long 300 cards in Slack take to be replaced, on a simulated clock that rings every 15 s."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from cases import sharing
from cases.models.org import Account, Room, Workspace
from scheduler import buckets
from scheduler.buckets import LIMITS, UPDATE
from scheduler.clock import SECONDS
from scheduler.dispatch import Worker
from scheduler.ledger import Owed, owe
from scheduler.models import Delivery, DeliveryState
from scheduler.planner import Planner
from scheduler.ports import DeliveryFailed, Parcel, Receipt
from scheduler.store.ledger import Ledger
from scheduler.take_back import take_back
from tests.fakes.cast import scope_of
from tests.fakes.clocked import ClockedDatabase
from tests.fakes.planning import SCOPE, add_case
from tests.fakes.platform import FakePlatform

CARDS, ROOMS, AWAY = 300, 20, 10
MINUTE = timedelta(minutes=1)


@dataclass
class Strict(FakePlatform):
    """Refuses more than `a_minute` updates in any minute, as a tier of Slack's might."""

    a_minute: int = 50
    clock: ClockedDatabase | None = None
    taken: list[datetime] = field(default_factory=list)
    order: list[str] = field(default_factory=list)  # dedupe keys, as they were replaced
    refused: int = 0

    async def replace(self, parcel: Parcel, receipt: Receipt) -> None:
        assert self.clock is not None
        now = self.clock.moment
        recent = [one for one in self.taken if now - one < MINUTE]
        if len(recent) >= self.a_minute:
            self.refused += 1
            wait = (MINUTE - (now - recent[0])).total_seconds()
            raise DeliveryFailed("ratelimited", retry_after=wait, http_status=429)
        self.taken.append(now)
        self.order.append(receipt.message_id)
        await super().replace(parcel, receipt)


async def posted(database: ClockedDatabase, platform: FakePlatform) -> None:
    """One case on 300 cards: 20 rooms, 280 people; and in a workspace that is away."""
    async with database.transaction(SCOPE) as shelf:
        await add_case(shelf, "case1", "sato")
        for name, external in (("slack1", "T1"), ("away", "T2")):
            row = Workspace(company_id="c1", id=name, platform="slack", external_id=external)
            account = Account(company_id="c1", workspace_id=name, user="kato", member_id="kato")
            shelf.people.add(row, account)
        for number in range(CARDS + AWAY):
            workspace = "slack1" if number < CARDS else "away"
            owed = Owed(f"{number}", "reply", b"card", workspace_id=workspace)
            owed = replace(owed, case_ids=("case1",), user="kato", member_id="kato")
            if number < ROOMS:
                room = Room(company_id="c1", id=f"r{number}", workspace_id=workspace, posts=True)
                room.address = {"channel": f"C{number}"}
                shelf.people.add(room)
                owed = replace(owed, room_id=room.id, user=None, member_id=None)
            await owe(shelf, owed)
        for row in await Ledger(shelf).deliveries(Delivery.id.is_not(None), 2 * CARDS):
            row.state, row.next_at = DeliveryState.SENT, None  # sending them is not what is tested
            row.room, row.receipt, row.sent_at = "D1", row.dedupe_key, shelf.now
            platform.visible[row.id] = [(row.dedupe_key, b"card")]
    async with database.transaction(SCOPE) as shelf:
        away = await shelf.people.workspace("away")
        assert away is not None
        away.state = "paused"


async def withdrawn(
    database: ClockedDatabase, worker: Worker, platform: Strict, idle: timedelta
) -> dict[int, int]:
    """How many cards were replaced by each minute; the bucket was left alone for `idle`."""
    platform.clock = database
    await posted(database, platform)
    async with database.transaction(SCOPE) as shelf:
        await buckets.for_updates(shelf, "slack", "slack1")
    database.turn(seconds=idle.total_seconds())
    async with database.transaction(scope_of("sato")) as shelf:
        await sharing.withdraw(shelf, "case1")
    begin, done = database.moment, {}
    while len(platform.order) < CARDS:
        await take_back(worker, "c1")
        database.turn(seconds=SECONDS)
        done[-(-(database.moment - begin) // MINUTE)] = len(platform.order)
        assert max(done) < 10
    return done


@pytest.fixture
def platform() -> Strict:
    return Strict()


@pytest.mark.slow
async def test_300_cards_are_replaced_within_five_minutes_where_slack_gives_its_usual_more(
    planner: Planner, database: ClockedDatabase, worker: Worker, platform: Strict
) -> None:
    platform.a_minute = 100
    done = await withdrawn(database, worker, platform, idle=timedelta(0))
    assert done[max(done)] == CARDS
    assert max(done) <= 5
    assert platform.refused == 0


@pytest.mark.slow
async def test_at_50_a_minute_200_are_and_rooms_and_the_newest_come_first(
    planner: Planner, database: ClockedDatabase, worker: Worker, platform: Strict
) -> None:
    """After quiet hours the bucket tries more than 50, and is told."""
    done = await withdrawn(database, worker, platform, idle=timedelta(hours=2))
    assert done[5] >= 200
    assert max(done) <= 8
    assert platform.refused > 0
    rooms = [str(number) for number in reversed(range(ROOMS))]
    people = [str(number) for number in reversed(range(ROOMS, CARDS))]
    assert platform.order == rooms + people


def test_a_bucket_of_updates_loses_nothing_between_two_rounds_of_the_clock() -> None:
    assert LIMITS["slack", UPDATE].seconds > SECONDS
