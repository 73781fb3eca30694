"""A seeded world for the ledger: virtual time, processes that die or freeze, a platform that lies.

Each transaction and each POST waits until the world lets it go on, so a seed replays step by step.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from scheduler.ports import DeliveryFailed, DeliveryUnknown, Parcel, Receipt
from tests.fakes.clocked import dice

START = datetime(2026, 11, 5, 1, 0, tzinfo=UTC)  # 10:00 JST on a business day


class Killed(BaseException):
    """kill -9: no handler may catch it."""


@dataclass
class Process:
    """One process; all its tasks die with it."""

    name: str
    alive: bool = True


@dataclass(frozen=True)
class Chances:
    """How often things go wrong, per step or per POST."""

    kill: float = 0.02
    freeze: float = 0.05
    refuse: float = 0.04
    limit: float = 0.03
    vanish: float = 0.10  # an ambiguous answer, nothing arrived
    silence: float = 0.15  # an ambiguous answer, it arrived
    late: float = 0.5  # of those: lands up to 60 s later
    too_late: float = 0.10  # of those: lands up to 5 minutes later, past the quiet time


@dataclass
class Waiting:
    process: Process | None
    wake: datetime
    go_on: asyncio.Future[None]


CURRENT: ContextVar[Process] = ContextVar("process")


@dataclass
class World:
    """The scheduler of everything; also the platform (Courier and LookBack)."""

    seed: int
    chances: Chances = field(default_factory=Chances)
    now: datetime = START
    calm: bool = False  # no more faults
    steps: int = 0
    waiting: list[Waiting] = field(default_factory=list)
    open: int = 0  # transactions
    landed: dict[str, list[tuple[str, datetime]]] = field(default_factory=dict)
    posts: int = 0
    kills: int = 0
    excused: int = 0  # POSTs that landed later than the quiet time allows for

    def __post_init__(self) -> None:
        self.dice: random.Random = dice(self.seed)
        self.moved = asyncio.Event()

    # what processes call

    async def step(self, seconds: float = 0.0) -> None:
        """Waits until the world goes on with this task, at least `seconds` from now."""
        self.maybe_die()
        if self.calm:
            return
        frozen = self.dice.random() < self.chances.freeze
        pause = self.dice.uniform(1, 120) if frozen else 0.0
        future = asyncio.get_running_loop().create_future()
        wake = self.now + timedelta(seconds=seconds + pause)
        self.waiting.append(Waiting(CURRENT.get(), wake, future))
        self.moved.set()
        await future

    def maybe_die(self) -> None:
        """kill -9, sometimes."""
        process = CURRENT.get(None)
        if process is None:
            return
        if self.calm:
            raise Killed
        if not process.alive or self.dice.random() < self.chances.kill:
            self.kills += process.alive
            process.alive = False
            raise Killed

    # the platform

    async def send(self, parcel: Parcel) -> Receipt:
        begun = self.now
        await self.step()
        slept = self.now - begun > timedelta(seconds=5)  # after the last check of the deadline
        self.excused += slept
        self.posts += 1
        if self.calm:
            return self._land(parcel, 0)
        chance = self.dice.random()
        limits = self.chances
        if chance < limits.refuse:
            raise DeliveryFailed("connection_refused")
        if (chance := chance - limits.refuse) < limits.limit:
            raise DeliveryFailed("ratelimited", retry_after=5, http_status=429)
        if (chance := chance - limits.limit) < limits.vanish:
            raise DeliveryUnknown("reset")
        if chance - limits.vanish < limits.silence:
            self._land(parcel, self._delay())
            self.maybe_die()
            raise DeliveryUnknown("timeout")
        receipt = self._land(parcel, 0)
        self.maybe_die()
        return receipt

    async def find(self, parcel: Parcel, since: datetime) -> list[Receipt] | None:
        await self.step()
        if not self.calm and self.dice.random() < self.chances.limit:
            raise DeliveryFailed("ratelimited", retry_after=5, http_status=429)
        return [
            Receipt("D", number)
            for number, when in self.landed.get(parcel.id, [])
            if since <= when <= self.now
        ]

    async def remove(self, parcel: Parcel, receipt: Receipt) -> None:
        kept = [copy for copy in self.landed[parcel.id] if copy[0] != receipt.message_id]
        self.landed[parcel.id] = kept

    def _delay(self) -> float:
        if self.dice.random() < self.chances.too_late:
            self.excused += 1
            return self.dice.uniform(60, 300)
        return self.dice.uniform(0, 60) if self.dice.random() < self.chances.late else 0.0

    def _land(self, parcel: Parcel, delay: float) -> Receipt:
        number = f"m{self.posts}"
        when = self.now + timedelta(seconds=delay)
        self.landed.setdefault(parcel.id, []).append((number, when))
        return Receipt("D", number)

    # the world's own loop

    async def live(self, life: Callable[[Process], Awaitable[None]], names: list[str]) -> None:
        """Starts a task per process, which is born again after each death, until the calm."""
        lives = [asyncio.create_task(self._lives(life, name)) for name in names]
        while not self.calm:
            await self._quiet()
            if not self.calm:
                await self._go_on()
        while not all(one.done() for one in lives):
            for one in self.waiting:
                one.go_on.set_exception(Killed())
            self.waiting.clear()
            await asyncio.sleep(0)

    async def _lives(self, life: Callable[[Process], Awaitable[None]], name: str) -> None:
        born = 0
        while not self.calm:
            process = Process(f"{name}.{born}")
            CURRENT.set(process)
            try:
                await life(process)
            except Killed:
                born += 1
                process.alive = False
            if not self.calm:
                await self._rest()
        self.moved.set()

    async def _rest(self) -> None:
        """The time until a dead process is started again."""
        future = asyncio.get_running_loop().create_future()
        wake = self.now + timedelta(seconds=self.dice.uniform(1, 30))
        self.waiting.append(Waiting(None, wake, future))
        self.moved.set()
        try:
            await future
        except Killed:
            return

    async def _quiet(self) -> None:
        """Waits until every task stands still: no transaction is open, all have parked."""
        calm_turns = 0
        while calm_turns < 5 and not self.calm:
            before = len(self.waiting)
            if self.open or not self.waiting:
                self.moved.clear()
                await self.moved.wait()
            await asyncio.sleep(0)
            still = not self.open and len(self.waiting) == before
            calm_turns = calm_turns + 1 if still else 0

    async def _go_on(self) -> None:
        """Lets one task go on; time passes."""
        self.steps += 1
        self.now += timedelta(seconds=self.dice.uniform(0, 0.5))
        dead = [one for one in self.waiting if one.process and not one.process.alive]
        ready = [one for one in self.waiting if one.wake <= self.now]
        if not dead and not ready:
            self.now = min(one.wake for one in self.waiting)
            ready = [one for one in self.waiting if one.wake <= self.now]
        chosen = dead[0] if dead else self.dice.choice(ready)
        self.waiting.remove(chosen)
        if dead:
            chosen.go_on.set_exception(Killed())
        else:
            chosen.go_on.set_result(None)
        await asyncio.sleep(0)
