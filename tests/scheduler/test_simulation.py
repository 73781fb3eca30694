"""The real planner and ledger in a seeded world: 0 duplicates and 0 lost, whatever dies or lies.

A seed replays step by step: `run(seed, path)` gives the same result each time.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from cases.columns import Base
from cases.db import Shelf
from cases.models.org import Account, Company, Member, Workspace
from cases.scope import Scope
from scheduler.dispatch import Worker, dispatch
from scheduler.job import Mailing, Message, Turn, each_business_day
from scheduler.ledger import Pace
from scheduler.models import Delivery, DeliveryState
from scheduler.planner import Planner, know, plan
from scheduler.reconcile import reconcile, sweep
from scheduler.store.ledger import Ledger
from tests.fakes.clocked import dice
from tests.fakes.platform import FakeComposer
from tests.fakes.simulated import SimulatedDatabase
from tests.fakes.world import START, Process, World

PEOPLE = 8
SEEDS = 50
# The others run in make test-all; tracing for coverage makes a step five times slower.
QUICK = 10 if sys.gettrace() else 20
SCOPE = Scope("c1")
PACE = Pace(batch=3)
MOST_STEPS = 6000


async def messages(shelf: Shelf, turn: Turn) -> list[Message]:
    return [
        Message(key=f"{turn.period.key}:{member.id}", member_id=member.id, content={})
        for member in await shelf.people.members()
    ]


JOBS = {"note": Mailing("note", "each business day", each_business_day(time(10, 0)), messages)}


@dataclass(frozen=True)
class Result:
    """What one seed came to."""

    seed: int
    steps: int
    kills: int
    posts: int
    removed: int
    excused: int
    missing: int
    doubled: int
    open: int
    to_a_person: int


async def run(seed: int, path: Path) -> Result:
    """One world from planning to the last sweep."""
    world = World(seed)
    database = SimulatedDatabase(f"sqlite:///{path}", world)
    world.calm = True
    await _set_up(database)
    world.calm = False

    async def life(process: Process) -> None:
        worker = Worker(
            database, world, world, JOBS, FakeComposer(), PACE, process.name,
            ticks=lambda: world.now.timestamp(), dice=dice(seed),
        )  # fmt: skip
        planner = Planner(database, FakeComposer(), JOBS)
        while True:
            chance = world.dice.random()
            if chance < 0.1:
                await plan(planner, "c1")
            elif chance < 0.65:
                await dispatch(worker, "c1")
            elif chance < 0.85:
                await reconcile(worker, "c1")
            else:
                await sweep(worker, "c1")
                await _look(database, world)
            await world.step(15)

    await world.live(life, ["a", "b", "c"])
    result = await _settle(database, world)
    await database.close()
    return result


async def _set_up(database: SimulatedDatabase) -> None:
    async with database.transaction(SCOPE) as shelf:
        shelf.people.add(Company(id="c1", name="サンプル製薬", settings={}))
        shelf.people.add(Workspace(company_id="c1", id="w1", platform="web", external_id="local"))
        for number in range(PEOPLE):
            name = f"m{number}"
            shelf.people.add(
                Member(company_id="c1", id=name, name=name, roles=["member"]),
                Account(company_id="c1", workspace_id="w1", user=name, member_id=name),
            )
        await know(shelf, JOBS, START - timedelta(minutes=1))


async def _look(database: SimulatedDatabase, world: World) -> None:
    """Ends the chaos once nothing is under way any more."""
    async with database.transaction(SCOPE) as shelf:
        counts = await Ledger(shelf).counts()
    under_way = sum(counts.get(state, 0) for state in ("ready", "sending", "unknown"))
    world.calm = (bool(counts) and not under_way) or world.steps > MOST_STEPS


async def _settle(database: SimulatedDatabase, world: World) -> Result:
    """Lets the last late copies land, sweeps twice, and counts what people see."""
    worker = Worker(database, world, world, JOBS, FakeComposer(), PACE, "last", ticks=lambda: 0.0)
    for later in (timedelta(minutes=11), timedelta(hours=24)):
        world.now += later
        while await sweep(worker, "c1"):
            pass
    async with database.transaction(SCOPE) as shelf:
        rows = await Ledger(shelf).deliveries(Delivery.id.is_not(None), 100)
    seen = [len(world.landed.get(row.id, [])) for row in rows]
    states = [row.state for row in rows]
    return Result(
        seed=world.seed,
        steps=world.steps,
        kills=world.kills,
        posts=world.posts,
        removed=sum(row.removed for row in rows),
        excused=world.excused,
        missing=PEOPLE - len(rows) + seen.count(0),
        doubled=sum(copies > 1 for copies in seen),
        open=sum(state is not DeliveryState.SENT for state in states),
        to_a_person=states.count(DeliveryState.NEEDS_HUMAN),
    )


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """An SQLite file with the tables."""
    path = tmp_path_factory.mktemp("world") / "empty.db"
    engine = create_engine(f"sqlite:///{path}")
    Base.metadata.create_all(engine)
    engine.dispose()
    return path.read_bytes()


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(first, marks=[pytest.mark.slow] if first >= QUICK else [])
        for first in range(0, SEEDS, 10)
    ],
)
async def test_nothing_is_lost_or_doubled_in_ten_worlds(
    first: int, empty: bytes, tmp_path: Path
) -> None:
    results = []
    for seed in range(first, first + 10):
        path = tmp_path / f"{seed}.db"
        path.write_bytes(empty)  # nothing else runs yet
        results.append(await run(seed, path))
    assert not [one for one in results if one.missing or one.doubled or one.open]
    assert not [one for one in results if one.removed > one.excused]
    assert not [one for one in results if one.to_a_person]
    assert sum(one.kills for one in results) > 0
