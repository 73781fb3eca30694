"""One seeded world from start to judgement: the real inbox, planner and ledger under faults.

`simulate(seed)` gives the same Result each time. Three workers, two planners, people who write in,
leave and pause; everything that the product promises is checked at the end, per message.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

import cases.models  # noqa: F401  # all core tables
from cases.columns import Base
from cases.db import Shelf
from cases.models.org import Account, Company, Member, Workspace
from cases.scope import Scope
from cases.seal import KeyRing
from scheduler import dispatch, inbox, planner, reconcile
from scheduler.job import Mailing, Message, Turn, each_business_day
from scheduler.ledger import Owed, Pace, owe
from scheduler.models import Schedule
from scheduler.ports import Event
from tests.fakes.clocked import dice
from tests.fakes.judgement import Result, judge
from tests.fakes.platform import FakeComposer
from tests.fakes.seeded_loop import Process
from tests.fakes.simulated import SimulatedDatabase
from tests.fakes.world import START, Chances, Gone, World

COMPANY = "c1"
SCOPE = Scope(COMPANY)
MOST_PEOPLE, MOST_POSTS = 4, 2  # small worlds: what a seed costs goes into faults, not into rows
PACE = Pace(batch=4)
RING = KeyRing("k1", {"k1": bytes(32)})
LONGEST = 3600.0  # seconds of chaos; a world that is not done by then is finished in the calm
FAR = date(2027, 1, 1)


async def _everybody(shelf: Shelf, turn: Turn) -> list[Message]:
    return [
        Message(key=f"{turn.period.key}:{member.id}", member_id=member.id, content={})
        for member in await shelf.people.members()
    ]


def _mailing(name: str, slot: time) -> Mailing:
    return Mailing(name, "each business day", each_business_day(slot), _everybody)


JOBS = {
    "digest": _mailing("digest", time(10, 0)),
    "prompt": _mailing("prompt", time(10, 3)),
}


Tick = Callable[[], Awaitable[object]]
USELESS = 0.02  # of the ticks that would find nothing happen all the same
WORK = {
    "take_over": "select exists(select 1 from inbox_event where state = 'received'"
    " and next_at <= :now)",
    "dispatch": "select exists(select 1 from delivery where state = 'ready' and next_at <= :now"
    " or state = 'sending' and lease_until <= :now)",
    "reconcile": "select exists(select 1 from delivery where state = 'unknown'"
    " and next_at <= :now)",
    "sweep": "select exists(select 1 from delivery where state = 'sent' and next_at <= :now)",
    "plan": "select (select count(*) from occurrence where state <> 'planned') <"
    " case when :now < '2026-11-05 01:03' then 1 else :jobs end",
}


@dataclass(slots=True)
class Post:
    """What somebody wrote; it is brought until it is acknowledged, and sometimes after."""

    external_id: str
    due: float
    acked: bool = False
    copies: int = 1


@dataclass
class Stage:
    """A world with its company and what its people do."""

    world: World
    database: SimulatedDatabase
    posts: list[Post] = field(default_factory=list)
    barred: dict[str, tuple[str, datetime]] = field(default_factory=dict)  # member: why, since

    members: list[str] = field(default_factory=list)
    jobs: dict[str, Mailing] = field(default_factory=dict)

    def working(self, name: str) -> dispatch.Worker:
        """A worker on its own monotonic clock."""
        return dispatch.Worker(
            self.database, self.world, self.world, self.jobs, FakeComposer(), PACE, name,
            ticks=self.world.loop.time, dice=dice(self.world.seed),
        )  # fmt: skip

    def planning(self) -> planner.Planner:
        """A planner."""
        return planner.Planner(self.database, FakeComposer(), self.jobs)

    def ticks(self, one: dispatch.Worker) -> dict[str, Tick]:
        """What a worker does, by name."""
        return {
            "door": self.door,
            "take_over": lambda: inbox.take_over(self.database, RING, self, COMPANY),
            "dispatch": lambda: dispatch.dispatch(one, COMPANY),
            "reconcile": lambda: reconcile.reconcile(one, COMPANY),
            "sweep": lambda: reconcile.sweep(one, COMPANY),
        }

    def has_work(self, name: str) -> bool:
        """A tick that finds nothing changes nothing: most of those are left out, to save time."""
        now = f"{self.world.now:%Y-%m-%d %H:%M:%S.%f}"
        return bool(self.database.look(WORK[name], {"now": now, "jobs": len(self.jobs)})[0][0])

    async def rounds(self) -> None:
        """One last worker, without faults, until there is nothing to do."""
        ticks = self.ticks(self.working("last"))
        while found := [name for name in WORK if name in ticks and self.has_work(name)]:
            for name in found:
                await ticks[name]()

    # one process of each kind

    async def worker(self, process: Process) -> None:
        ticks, dice = self.ticks(self.working(process.name)), self.world.dice
        while True:
            for name in dice.sample(list(ticks), 2):
                if name not in WORK or dice.random() < USELESS or self.has_work(name):
                    await _unless_gone(ticks[name])
            await self.world.step(15)

    async def planner(self, _process: Process) -> None:
        while True:
            if self.world.dice.random() < USELESS or self.has_work("plan"):
                await _unless_gone(lambda: planner.plan(self.planning(), COMPANY))
            await self.world.step(15)

    async def door(self) -> None:
        """Takes the next post that the platform brings: kept, then acknowledged, then handled."""
        post = next((p for p in self.posts if p.due <= self.world.loop.seconds and p.copies), None)
        if post is None:
            return
        post.due += 60  # the platform tries again
        arrival = inbox.Arrival(COMPANY, "w1", "slack", post.external_id, "よかった")
        event = await inbox.keep(self.database, RING, arrival)
        post.acked = True
        post.copies -= 1
        if event is not None:
            await inbox.handle(self, event)

    async def receive(self, event: Event) -> None:
        """What the product does with an event: one reply is owed when the event is done."""
        async with self.database.transaction(SCOPE) as shelf:
            await inbox.finish(shelf, event.id)
            member = self.members[int(event.external_id) % len(self.members)]
            await owe(
                shelf,
                Owed(
                    f"reply:{event.external_id}", "reply", b"thanks",
                    workspace_id="w1", user=member, member_id=member,
                ),
            )  # fmt: skip

    async def people(self) -> None:
        """Members leave and pause; the rest of the time this looks whether all is done."""
        world = self.world
        for member in world.dice.sample(
            self.members, world.dice.randint(0, len(self.members) // 2)
        ):
            await world.step(world.dice.uniform(0, 200))
            await self._leaves_or_pauses(member, pauses=world.dice.random() < 0.5)
        while not self._done() and world.loop.seconds < LONGEST:
            await world.step(20)

    async def _leaves_or_pauses(self, member_id: str, *, pauses: bool) -> None:
        async with self.database.transaction(SCOPE) as shelf:
            member = await shelf.people.member(member_id)
            assert member is not None
            member.active, member.paused_until = pauses, FAR if pauses else None
            self.barred[member_id] = ("paused" if pauses else "left", shelf.now)

    def _done(self) -> bool:
        """Nothing is under way: all posts are in, all is planned, no message is open."""
        fanned = self.database.look("select count(*) from occurrence where state <> 'planned'")
        waits = "select count(*) from inbox_event where state = 'received'"
        under_way = "select count(*) from delivery where state in ('ready', 'sending', 'unknown')"
        rows = [self.database.look(sql)[0][0] for sql in (waits, under_way)]
        return (
            fanned[0][0] >= len(self.jobs)
            and not any(p.copies for p in self.posts)
            and not any(rows)
        )


async def _unless_gone(do: Tick) -> None:
    """What the alarm clock does: the next ring tries again."""
    try:
        await do()
    except Gone:
        return


def simulate(seed: int, chances: Chances | None = None) -> Result:
    """One world from planning to the last sweep, judged."""
    world = World(seed, chances or Chances())
    people = world.dice.randint(1, MOST_PEOPLE)
    stage = Stage(world, SimulatedDatabase(world, company(people)))
    stage.members = [f"m{number}" for number in range(people)]
    stage.jobs = dict(list(JOBS.items())[: world.dice.randint(1, len(JOBS))])
    with _Errors() as errors:
        world.loop.run(_story(stage))
    return judge(stage, errors.found)


async def _story(stage: Stage) -> None:
    world = stage.world
    world.calm = False
    for number in range(world.dice.randint(0, MOST_POSTS)):
        again = 2 if world.dice.random() < 0.3 else 1
        stage.posts.append(Post(str(number), world.dice.uniform(0, 240), copies=again))
    lives = [world.lives(f"worker{n}", stage.worker) for n in range(3)]
    lives += [world.lives(f"planner{n}", stage.planner) for n in range(2)]
    tasks = [world.loop.create_task(life) for life in lives]
    await stage.people()
    await world.calms_down(tasks)
    await _settle(stage)


@cache
def company(people: int) -> bytes:
    """A database with a company on Slack, which was told of both mailings a minute ago."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    Base.metadata.create_all(engine)
    since = START - timedelta(minutes=1)
    with Session(engine) as session, session.begin():
        session.add(Company(id=COMPANY, name="サンプル製薬", settings={}))
        session.add(Workspace(company_id=COMPANY, id="w1", platform="slack", external_id="T1"))
        for name in [f"m{number}" for number in range(people)]:
            who = {"company_id": COMPANY, "workspace_id": "w1", "user": name, "member_id": name}
            session.add(Member(company_id=COMPANY, id=name, name=name, roles=["member"]))
            session.add(Account(**who))
        for job in JOBS.values():
            session.add(
                Schedule(
                    company_id=COMPANY, kind=job.name, rule=job.rule, tz="Asia/Tokyo",
                    known_since=since, catch_up_days=job.catch_up_days,
                )
            )  # fmt: skip
    with engine.connect() as connection:
        plain: Any = connection.connection.driver_connection
        return bytes(plain.serialize())


async def _settle(stage: Stage) -> None:
    """One last worker finishes what is left, lets late copies land, and sweeps twice."""
    for wait in (0, 120, 120, 660):
        await stage.world.step(wait)
        await stage.door()
        if stage.has_work("plan"):
            await planner.plan(stage.planning(), COMPANY)
        await stage.rounds()
    await stage.world.step(86_400)
    await stage.rounds()
    await dispatch.dispatch(stage.working("last"), COMPANY)  # closes what has ended


class _Errors(logging.Handler):
    """Collects what the scheduler logs as an exception, while nothing is printed."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.logger = logging.getLogger("scheduler")

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and not isinstance(error, Gone):
            self.found.append(f"{type(error).__name__}: {error}")

    def __enter__(self) -> _Errors:
        self.before = self.logger.propagate, self.logger.level
        self.logger.propagate = False
        self.logger.setLevel(logging.ERROR)
        self.logger.addHandler(self)
        return self

    def __exit__(self, *_error: object) -> None:
        self.logger.removeHandler(self)
        self.logger.propagate = self.before[0]
        self.logger.setLevel(self.before[1])
