"""A database clock that jumps by days is doubted for an hour: nothing is planned on its word."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

log = logging.getLogger(__name__)
JUMP = timedelta(days=2)  # less is a correction: planning early or again does no harm
DOUBT = timedelta(hours=1)  # then it was a real change, and a person was told an hour ago


def _ticks() -> float:
    """Seconds that go on through a sleep of the machine, where the system has such a clock."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@dataclass(slots=True)
class Steady:
    """What one process knows about time: the last moment that it believed, and when that was."""

    ticks: Callable[[], float] = _ticks
    last: tuple[datetime, float] | None = None
    doubted: float | None = None

    def believes(self, now: datetime) -> bool:
        """False while `now` is days away from where this process's own seconds say it should be."""
        tick = self.ticks()
        expected = self.last[0] + timedelta(seconds=tick - self.last[1]) if self.last else now
        if abs(now - expected) > JUMP and not self._doubted_enough(now, tick):
            return False
        self.last, self.doubted = (now, tick), None
        return True

    def _doubted_enough(self, now: datetime, tick: float) -> bool:
        if self.doubted is None:
            self.doubted = tick
            log.error("the database clock jumped to %s: no planning for an hour", now)
        return tick - self.doubted >= DOUBT.total_seconds()
