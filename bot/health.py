"""Whether this process lives and is ready, and the heartbeat by which others know it."""

from __future__ import annotations

import asyncio
import logging
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cases.columns import new_id
from cases.db import Database
from scheduler.clock import Clock
from scheduler.store.processes import Processes

log = logging.getLogger(__name__)
LOOK = 0.5  # seconds between two looks at the loop
BEAT = 10.0  # seconds between two heartbeats
LAG = 1.0  # seconds: above it the loop is blocked, and /live fails
PLANNER = 60.0  # seconds: a planner that did not tick for so long is dead
SKEW = 5.0  # seconds between this machine's clock and the database's
DISK = 0.05  # of the disk has to be free
FREE = 50_000_000  # bytes that have to be free however large the disk is


def utc_now() -> datetime:
    """This machine's clock, only to be compared with the database's."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Health:
    """One process. `head` is the newest migration that its code knows; "" where nobody looked."""

    database: Database
    clock: Clock
    var: Path
    head: str = ""
    kind: str = "run"
    now: Callable[[], datetime] = utc_now
    ticks: Callable[[], float] = time.monotonic
    id: str = field(default_factory=new_id)
    doors: Callable[[], dict[str, str]] = dict  # what keeps events from coming in, by name
    lag: float = 0.0  # seconds by which the loop was late when it was looked at last
    _alarmed: bool = False

    def live(self) -> dict[str, str]:
        """What speaks for a restart: a loop that does not turn."""
        return {"loop": f"{self.lag:.1f} s"} if self.lag >= LAG else {}

    async def ready(self) -> dict[str, str]:
        """What keeps this process from its work, by name; empty when nothing does."""
        wrong = self._machine() | self.doors()
        try:
            await self.beat()
            wrong |= await self._database()
        except Exception as error:
            wrong["database"] = type(error).__name__
        return wrong

    async def beat(self) -> None:
        """The heartbeat, which is the write probe as well. Raises what the database raises."""
        await Processes(self.database).beat(self.id, self.kind, self.clock.age("planner"))

    async def run(self) -> None:
        """Measures the loop, beats, and says once when the planner stops; until cancelled."""
        beaten = 0.0
        while True:
            before = self.ticks()
            await asyncio.sleep(LOOK)
            self.lag = max(0.0, self.ticks() - before - LOOK)
            self.watch_planner()
            if self.ticks() - beaten >= BEAT:
                beaten = self.ticks()
                await self._try_to_beat()

    def watch_planner(self) -> None:
        """One error in the log when the planner falls silent, one line when it is back."""
        silent = self._planner_silent()
        if silent and not self._alarmed:
            log.error("planner silent for %.0f s", self.clock.age("planner") or 0.0)
        elif self._alarmed and not silent:
            log.warning("planner ticks again")
        self._alarmed = silent

    async def close(self) -> None:
        """Says good-bye, so that nobody looks for this process."""
        try:
            await Processes(self.database).forget([self.id])
        except Exception as error:
            log.warning("no good-bye: %s", type(error).__name__)

    async def _try_to_beat(self) -> None:
        try:
            await self.beat()
        except Exception as error:
            log.error("no heartbeat: %s", type(error).__name__)

    def _planner_silent(self) -> bool:
        age = self.clock.age("planner")
        return age is not None and age >= PLANNER

    def _machine(self) -> dict[str, str]:
        wrong = {}
        if self._planner_silent():
            wrong["planner"] = f"{self.clock.age('planner') or 0.0:.0f} s"
        disk = shutil.disk_usage(self.var if self.var.exists() else ".")
        if disk.free < max(FREE, DISK * disk.total):
            wrong["disk"] = "full"
        return wrong

    async def _database(self) -> dict[str, str]:
        wrong = {}
        version = await self.database.directory.schema_version()
        if self.head and version != self.head:
            wrong["schema"] = f"{version}, not {self.head}"
        skew = (self.now() - await Processes(self.database).clock()).total_seconds()
        if abs(skew) >= SKEW:
            wrong["clock"] = f"{skew:+.0f} s"
        return wrong
