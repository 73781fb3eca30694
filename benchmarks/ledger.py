"""How many messages a second the ledger sends: `python -m benchmarks.ledger`.

Real tables, SQLite with synchronous=FULL or PostgreSQL as the app role behind its walls, and a
courier that answers at once: what is left is the ledger's own cost. All workers are in this one
process; a real platform sets its own, far lower limit. While three workers send, 20 posts a second
are committed to the inbox, as before an ack.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from benchmarks.ledger_fan_out import rows as fan_out_rows
from benchmarks.ledger_stage import COMPANY, SCOPE, cpu, opened, owe_all, server, settle_in
from benchmarks.rows import Row, show
from cases.db import Database
from cases.seal import KeyRing
from scheduler import inbox
from scheduler.dispatch import Worker, drain
from scheduler.models import DeliveryState
from scheduler.ports import Parcel, Receipt
from scheduler.store.ledger import Ledger
from tests.fakes.platform import FakeComposer

PEOPLE = 200
POSTS_A_SECOND = 20
SIZES = {"SQLite": 1_000, "PostgreSQL": 5_000}


@dataclass
class Instant:
    """A courier that answers at once and counts; there is never anything to look back for."""

    copies: Counter[str] = field(default_factory=Counter)

    async def send(self, parcel: Parcel) -> Receipt:
        self.copies[parcel.id] += 1
        return Receipt("D1", parcel.id)

    async def replace(self, parcel: Parcel, receipt: Receipt) -> None:
        """Nothing is taken back here."""

    async def find(self, parcel: Parcel, since: datetime) -> list[Receipt] | None:
        return []

    async def remove(self, parcel: Parcel, receipt: Receipt) -> None:
        """There are no extra copies."""


async def _post(db: Database, done: asyncio.Event) -> list[float]:
    """Milliseconds until each post was committed, 20 a second until it is enough."""
    ring, waits, tasks = KeyRing("k1", {"k1": bytes(32)}), list[float](), list[asyncio.Task[None]]()

    async def one(number: int) -> None:
        arrival = inbox.Arrival(COMPANY, "w1", "web", f"post:{number}", "{}" * 200)
        begun = time.perf_counter()
        await inbox.keep(db, ring, arrival)
        waits.append(1000 * (time.perf_counter() - begun))

    while not done.is_set():
        tasks.append(asyncio.create_task(one(len(tasks))))
        await asyncio.sleep(1 / POSTS_A_SECOND)
    await asyncio.gather(*tasks)
    return waits


async def _measure(url: str, messages: int, workers: int, *, posts: bool) -> tuple[str, str]:
    """(messages a second, milliseconds of posts). Fails when one is lost or doubled."""
    courier, done = Instant(), asyncio.Event()
    async with opened(url) as db:
        await settle_in(db, PEOPLE)
        await owe_all(db, messages, PEOPLE)
        posting = asyncio.create_task(_post(db, done)) if posts else None
        crew = [Worker(db, courier, courier, {}, FakeComposer()) for _ in range(workers)]
        begun, used = time.perf_counter(), cpu()
        await asyncio.gather(*(drain(worker, [COMPANY]) for worker in crew))
        took, used = time.perf_counter() - begun, cpu() - used
        done.set()
        waits = sorted(await posting) if posting else [0.0]
        async with db.transaction(SCOPE) as shelf:
            counts = await Ledger(shelf).counts()
    if counts != {DeliveryState.SENT: messages} or set(courier.copies.values()) != {1}:
        raise SystemExit(f"not each message once: {counts}")
    p99 = waits[min(len(waits) - 1, int(0.99 * len(waits)))]
    acks = f"p50 {statistics.median(waits):.0f} ms, p99 {p99:.0f} ms, n={len(waits)}"
    return f"{messages / took:.0f}/s ({1000 * used / messages:.2f} ms of CPU each)", acks


def rows() -> list[Row]:
    """Deliveries a second, acks meanwhile, and the fan-out of a large mailing."""
    found = []
    for kind, workers in (("SQLite", 1), ("PostgreSQL", 1), ("PostgreSQL", 2)):
        with server(kind) as url:
            rate, _ = asyncio.run(_measure(url, SIZES[kind], workers, posts=False))
        what = f"ledger: sent ({kind}, {workers} worker{'s' * (workers > 1)}, instant courier)"
        found.append(Row(what, rate, f"n={SIZES[kind]:,}, each once"))
    with server("PostgreSQL") as url:
        rate, acks = asyncio.run(_measure(url, SIZES["PostgreSQL"], 3, posts=True))
    size = f"n={SIZES['PostgreSQL']:,}, each once"
    found.append(Row("ledger: sent (PostgreSQL, 3 workers, 20 posts/s beside)", rate, size))
    found.append(Row("ledger: a post committed while 3 workers send", acks, "20 posts/s"))
    return found + fan_out_rows()


if __name__ == "__main__":
    show(rows())
