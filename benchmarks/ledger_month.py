"""How long a mailing takes within the platforms' limits: `python -m benchmarks.ledger_month`.

The real planner, ledger and buckets on PostgreSQL under a virtual clock: it moves only when a lane
waits for tokens, so a platform that answers at once is assumed. Each person gets one message, as on
the day of a reflection, the largest mailing of a month; the others are on other days and smaller.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.ledger import Instant
from benchmarks.ledger_fan_out import planned
from benchmarks.ledger_stage import COMPANY, SCOPE, server, settle_in
from benchmarks.rows import Row, show
from cases.db import Database
from scheduler.dispatch import Worker, drain
from scheduler.models import Delivery
from scheduler.planner import plan
from scheduler.store.ledger import Ledger
from tests.fakes.platform import FakeComposer

BARS = {("slack", 2_000): 10, ("teams", 2_000): 2, ("slack", 100_000): 360, ("teams", 100_000): 75}
DAY = timedelta(hours=24)


class Virtual(Database):
    """Database time is `moment`."""

    moment = datetime(2026, 11, 13, 1, 15, tzinfo=UTC)  # a Friday, 10:15 in Tokyo

    async def now(self, session: AsyncSession, company_id: str) -> datetime:
        return self.moment


async def _send(url: str, platform: str, people: int) -> float:
    """Minutes from due to the last message. Fails when one is lost or doubled."""
    db, courier = Virtual(url), Instant()

    async def later(seconds: float) -> None:
        db.moment += timedelta(seconds=seconds)

    try:
        await settle_in(db, people, platform)
        planner, begun = await planned(db), db.moment
        await plan(planner, COMPANY)
        worker = Worker(
            db, courier, courier, {}, FakeComposer(),
            ticks=lambda: db.moment.timestamp(), sleep=later,
        )  # fmt: skip
        while len(courier.copies) < people and db.moment - begun < DAY:
            await drain(worker, [COMPANY], DAY)
            await later(1.0)  # the mailing is spread: the next ones are not due yet
        async with db.transaction(SCOPE) as shelf:
            counts = await Ledger(shelf).counts()
            (last,) = await Ledger(shelf).deliveries(Delivery.sent_at.is_not(None), 1)
        if counts != {"sent": people} or set(courier.copies.values()) != {1}:
            raise SystemExit(f"not each message once: {counts}, {last.id}")
        return (db.moment - begun) / timedelta(minutes=1)
    finally:
        await db.close()


def rows(cases: dict[tuple[str, int], int] | None = None) -> list[Row]:
    """Minutes of virtual time, with the bar of each."""
    found = []
    for (platform, people), bar in (cases or BARS).items():
        with server("PostgreSQL") as url:
            took = asyncio.run(_send(url, platform, people))
        what = f"ledger: due to sent on {platform.title()}, {people:,} people (virtual clock)"
        found.append(Row(what, f"{took:.1f} min", f"bar {bar} min"))
    return found


if __name__ == "__main__":
    wanted = {int(number) for number in sys.argv[1:]}
    show(rows({key: bar for key, bar in BARS.items() if not wanted or key[1] in wanted}))
