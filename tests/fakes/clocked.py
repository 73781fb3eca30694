"""A database whose clock the test turns: only `now` is replaced, everything else is real."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from cases.db import Database


class ClockedDatabase(Database):
    """Database time is `moment`; it moves when the test says so."""

    moment = datetime(2026, 11, 5, 1, 0, tzinfo=UTC)  # Thursday 10:00 in Tokyo, a digest day

    def __init__(self, url: str) -> None:
        super().__init__(url)
        if not self.is_postgresql:
            hurry(self.engine)

    async def now(self, session: AsyncSession, company_id: str) -> datetime:
        return self.moment

    def turn(self, **by: float) -> datetime:
        """Moves the clock by a timedelta's arguments and gives the new time."""
        self.moment += timedelta(**by)
        return self.moment


def hurry(engine: AsyncEngine) -> None:
    """SQLite does not wait for the disk: no test cuts the power."""

    @event.listens_for(engine.sync_engine, "connect")
    def switch_off(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA synchronous=OFF")


def dice(seed: int) -> random.Random:
    """Chance that can be repeated."""
    return random.Random(seed)  # noqa: S311  # a test needs the same numbers again, not secrets
