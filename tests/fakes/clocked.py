"""A database whose clock the test turns: only `now` is replaced, everything else is real."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from cases.db import Database


class ClockedDatabase(Database):
    """Database time is `moment`; it moves when the test says so."""

    moment = datetime(2026, 11, 5, 1, 0, tzinfo=UTC)  # Thursday 10:00 in Tokyo, a digest day

    async def now(self, session: AsyncSession, company_id: str) -> datetime:
        return self.moment

    def turn(self, **by: float) -> datetime:
        """Moves the clock by a timedelta's arguments and gives the new time."""
        self.moment += timedelta(**by)
        return self.moment


def dice(seed: int) -> random.Random:
    """Chance that can be repeated."""
    return random.Random(seed)  # noqa: S311  # a test needs the same numbers again, not secrets
