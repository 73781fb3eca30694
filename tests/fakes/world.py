"""A seeded world for the ledger: processes that die or stand still, and a platform that lies.

Every transaction and every request asks `World.step` first, so a seed replays step by step.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from scheduler.ports import DeliveryFailed, DeliveryUnknown, Parcel, Receipt
from tests.fakes.clocked import dice
from tests.fakes.seeded_loop import CURRENT, Process, SeededLoop

START = datetime(2026, 11, 5, 1, 0, tzinfo=UTC)  # 10:00 JST on a business day
ASSUMED = 90.0  # seconds from first byte to landing that the quiet time allows for: 30 + 60
SKEW = 300.0  # seconds that a process's own clock may be wrong


class Killed(BaseException):
    """kill -9: no handler may catch it."""


class Gone(Exception):
    """The database is away for a moment; the transaction did not happen."""


@dataclass(frozen=True)
class Chances:
    """How often things go wrong: the first three per transaction or request."""

    kill: float = 0.02  # spread over its four points: before, inside, done, told
    stop: float = 0.05  # up to 120 s, before it or after
    gone: float = 0.005  # the database, instead of a commit
    refuse: float = 0.04
    limit: float = 0.03
    vanish: float = 0.08  # an ambiguous answer, nothing arrived
    hang: float = 0.04  # no answer within the 30 s, nothing arrived
    silence: float = 0.15  # an ambiguous answer, it arrived
    late: float = 0.5  # of those: lands up to 60 s later
    too_late: float = 0.3  # of those: lands up to 5 minutes later, past the quiet time
    blind: float = 0.05  # history cannot be read now, an extra copy not be deleted


@dataclass
class Copy:
    """A message that people can see from `when` on. `excused`: later than anybody assumed."""

    number: str
    when: float
    payload: bytes
    excused: bool
    removed: bool = False


@dataclass
class World:
    """Time, processes and chance; also the platform (Courier and LookBack)."""

    seed: int
    chances: Chances = field(default_factory=Chances)
    calm: bool = True  # no faults; before and after the chaos
    kills: int = 0
    posts: int = 0
    copies: dict[str, list[Copy]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self.dice = dice(self.seed)
        self.loop = SeededLoop(self.dice, pace=0.3)
        self.living: list[Process] = []
        self.parked: dict[Process, dict[asyncio.Future[None], None]] = defaultdict(dict)

    @property
    def now(self) -> datetime:
        """The database's clock."""
        return START + timedelta(seconds=self.loop.seconds)

    # what processes meet

    async def step(self, seconds: float = 0.0) -> None:
        """Lets the others go on for at least `seconds`; the process may stop or die here."""
        process = CURRENT.get()
        if process is None or self.calm:
            await self._wait(seconds)
            return
        if self.dice.random() < self.chances.stop / 2:
            process.stopped_until = self.loop.seconds + self.dice.uniform(1, 120)
        self.die_by_chance()
        await self._wait(seconds)
        if not process.alive:
            raise Killed

    def die_by_chance(self) -> None:
        """kill -9, sometimes; a task of a process that is dead already ends in any case."""
        process = CURRENT.get()
        if process is None:
            return
        if process.alive and not self.calm and self.dice.random() < self.chances.kill / 4:
            self.kills += 1
            self.end(process)
        if not process.alive:
            raise Killed

    def lose_the_database(self) -> None:
        """The commit does not happen, and the process is told."""
        if CURRENT.get() and not self.calm and self.dice.random() < self.chances.gone:
            raise Gone

    def end(self, process: Process) -> None:
        """All tasks of the process end where they wait."""
        process.alive = False
        self.living.remove(process)
        for future in self.parked.pop(process, ()):
            if not future.done():
                future.set_exception(Killed())

    async def _wait(self, seconds: float) -> None:
        future: asyncio.Future[None] = self.loop.create_future()
        parked = self.parked[CURRENT.get() or _NOBODY]
        parked[future] = None
        self.loop.call_later(seconds, _wake, future)
        try:
            await future
        finally:
            parked.pop(future, None)

    async def lives(self, name: str, life: Callable[[Process], Awaitable[None]]) -> None:
        """A process that is started again after each death, until the calm."""
        while not self.calm:
            process = Process(name, ahead=self.dice.uniform(-SKEW, SKEW))
            self.living.append(process)
            CURRENT.set(process)
            try:
                await life(process)
            except Killed:
                CURRENT.set(None)
                await self._wait(self.dice.uniform(1, 30))

    async def calms_down(self, lives: list[asyncio.Task[None]]) -> None:
        """No more faults: all processes are ended, and nobody starts them again."""
        self.calm = True
        for process in list(self.living):
            self.end(process)
        await asyncio.gather(*lives)

    # the platform

    async def send(self, parcel: Parcel) -> Receipt:
        begun = self.loop.seconds
        await self.step()
        self.posts += 1
        if self.calm:
            return self._land(parcel, begun, 0)
        await self._fails()
        if self.dice.random() < self.chances.silence:
            self._land(parcel, begun, self._delay())
            await self._silent()
        receipt = self._land(parcel, begun, 0)
        self.die_by_chance()
        await self.step()
        return receipt

    async def _fails(self) -> None:
        """Raises when nothing arrives."""
        chance, limits = self.dice.random(), self.chances
        if chance < limits.refuse:
            raise DeliveryFailed("connection_refused")
        if (chance := chance - limits.refuse) < limits.limit:
            raise DeliveryFailed("ratelimited", retry_after=5, http_status=429)
        if (chance := chance - limits.limit) < limits.vanish:
            raise DeliveryUnknown("reset")
        if chance - limits.vanish < limits.hang:
            await self.step(120)  # the caller's own time-out ends this
            raise DeliveryUnknown("reset")

    async def _silent(self) -> None:
        """The answer of a request whose effect came, or will come, is lost."""
        self.die_by_chance()
        await self.step(120 if self.dice.random() < 0.5 else 0)
        raise DeliveryUnknown("reset")

    async def find(self, parcel: Parcel, since: datetime) -> list[Receipt] | None:
        await self.step()
        if not self.calm and self.dice.random() < self.chances.blind:
            raise DeliveryFailed("ratelimited", retry_after=5, http_status=429)
        first = (since - START).total_seconds()
        found = [c for c in self.copies[parcel.id] if first <= c.when <= self.loop.seconds]
        found.sort(key=lambda copy: copy.when)
        return [Receipt("D", copy.number) for copy in found if not copy.removed]

    async def remove(self, parcel: Parcel, receipt: Receipt) -> None:
        await self.step()
        if not self.calm and self.dice.random() < self.chances.blind:
            raise DeliveryUnknown("reset")
        for copy in self.copies[parcel.id]:
            copy.removed = copy.removed or copy.number == receipt.message_id

    async def replace(self, parcel: Parcel, receipt: Receipt) -> None:
        """Nothing that was sent is changed in these worlds."""
        raise NotImplementedError

    def _delay(self) -> float:
        if self.dice.random() < self.chances.too_late:
            return self.dice.uniform(60, 300)
        return self.dice.uniform(0, 60) if self.dice.random() < self.chances.late else 0.0

    def _land(self, parcel: Parcel, begun: float, delay: float) -> Receipt:
        when = self.loop.seconds + delay
        copy = Copy(f"m{self.posts}", when, parcel.payload, excused=when - begun > ASSUMED)
        self.copies[parcel.id].append(copy)
        return Receipt("D", copy.number)


_NOBODY = Process("nobody")


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
