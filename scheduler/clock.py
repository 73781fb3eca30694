"""The alarm clock: rings every 15 seconds, and at once when asked. The only door to APScheduler.

It uses the memory job store on purpose: with a stored job a start 5 s late dropped a monthly job.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

log = logging.getLogger(__name__)
SECONDS = 15

Tick = Callable[[], Awaitable[object]]


class Clock:
    """Named ticks in order, such as planner, dispatch, reconcile, sweep, inbox, watchdog.

    One tick never overlaps itself; one that raises is logged and rings again.
    """

    def __init__(
        self,
        ticks: Mapping[str, Tick],
        seconds: float = SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.ticks = dict(ticks)
        self.seconds = seconds
        self.locks = {name: asyncio.Lock() for name in ticks}
        self.monotonic = monotonic
        self.begun: float | None = None
        self.last: dict[str, float] = {}  # for /ready: a planner that stopped is an alarm
        self.scheduler: Any = None  # an AsyncIOScheduler once it rings: reading it takes 0.1 s

    def start(self) -> None:
        """Starts ringing in the running event loop."""
        from apscheduler.schedulers.asyncio import AsyncIOScheduler

        self.begun = self.monotonic()
        self.scheduler = AsyncIOScheduler(timezone=UTC)
        for name in self.ticks:
            self.scheduler.add_job(
                self.ring,
                "interval",
                args=[name],
                seconds=self.seconds,
                id=name,
                name=name,
                max_instances=1,
                coalesce=True,
                misfire_grace_time=None,  # the default of 1 s drops a tick that is late
            )
        self.scheduler.start()

    async def stop(self) -> None:
        """Stops ringing and waits for the ticks that are under way."""
        if self.scheduler is not None and self.scheduler.running:
            self.scheduler.shutdown(wait=False)
        for lock in self.locks.values():
            async with lock:
                pass

    async def wake(self) -> None:
        """Runs all ticks once, now, in their order; after this what is due has been tried."""
        for name in self.ticks:
            await self.ring(name)

    async def ring(self, name: str) -> None:
        """Runs one tick; waits while the same one is under way."""
        async with self.locks[name]:
            try:
                await self.ticks[name]()
            except Exception:
                log.exception("tick %s", name)
            else:
                self.last[name] = self.monotonic()

    def age(self, name: str) -> float | None:
        """Seconds since a tick ended well, or since the clock began; None: it never rang."""
        last = self.last.get(name, self.begun)
        return None if last is None else self.monotonic() - last

    def next_runs(self) -> dict[str, datetime | None]:
        """When each named job rings next; None while the clock stands still."""
        jobs = self.scheduler.get_jobs() if self.scheduler is not None else ()
        next_of = {job.name: job.next_run_time for job in jobs}
        return {name: next_of.get(name) for name in self.ticks}
