"""How fast one company's audit trail grows, and how long a post waits beside others that act."""

from __future__ import annotations

import asyncio
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.rows import Row, show
from bot.cli.migrate import migrate
from bot.settings import read
from cases import audit
from cases.db import Database
from cases.models.org import Company
from cases.scope import Scope
from tests.databases import postgres_server

SCOPE = Scope("c1")
ACTS, AT_ONCE, POSTS = 240, 8, 60
OPEN = 0.05  # seconds for which an act stays open after its entry: a large one, or a busy machine


async def act(db: Database, number: int, still_open: float) -> None:
    """Records an entry, goes on for a while, as most acts do, and commits."""
    async with db.transaction(SCOPE) as shelf:
        await audit.record(shelf, "case.publish", f"case-{number}")
        await asyncio.sleep(still_open)


async def many(db: Database, still_open: float) -> float:
    """Seconds that ACTS acts take, AT_ONCE at a time."""
    numbers = iter(range(ACTS))

    async def one() -> None:
        for number in numbers:
            await act(db, number, still_open)

    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(AT_ONCE)))
    return time.perf_counter() - began


async def posts(db: Database, still_open: float) -> list[float]:
    """Milliseconds of one post after the other, while four others act all the time."""
    stop = asyncio.Event()

    async def others() -> None:
        while not stop.is_set():
            await act(db, 0, still_open)

    beside = [asyncio.create_task(others()) for _ in range(4)]
    found = []
    for number in range(POSTS):
        began = time.perf_counter()
        await act(db, number, 0)
        found.append((time.perf_counter() - began) * 1000)
    stop.set()
    await asyncio.gather(*beside)
    return sorted(found)


async def measure(url: str) -> list[Row]:
    """The figures of one database; the chain is whole at the end."""
    db = Database(url)
    name = "PostgreSQL" if db.is_postgresql else "SQLite"
    # On SQLite there is one writer at a time, whatever it writes: acts are kept short there.
    still_open = OPEN if db.is_postgresql else 0.0
    length = f"open for {still_open * 1000:.0f} ms each"
    try:
        async with db.transaction(SCOPE) as shelf:
            shelf.people.add(Company(id="c1", name="サンプル製薬", settings={}))
        acts, waits = await many(db, still_open), await posts(db, still_open)
        async with db.transaction(SCOPE) as shelf:
            assert await audit.first_broken(shelf) is None
    finally:
        await db.close()
    p50, p99 = statistics.median(waits), waits[int(len(waits) * 0.99) - 1]
    over = f"one company, {AT_ONCE} at a time, {length}"
    return [
        Row(f"audit: acts with an entry ({name})", f"{ACTS / acts:.0f}/s", over),
        Row(
            f"audit: a post beside 4 such acts ({name})",
            f"p50 {p50:.0f} ms, p99 {p99:.0f} ms",
            f"n={POSTS}, {length}",
        ),
    ]


def rows() -> list[Row]:
    """Both databases."""
    folder = Path(tempfile.mkdtemp(prefix="hitotsubu-audit-"))
    try:
        url = f"sqlite:///{folder}/audit.db"
        migrate(read({"HITOTSUBU_DATABASE_URL": url}))
        found = asyncio.run(measure(url))
    finally:
        shutil.rmtree(folder)
    with postgres_server() as server:
        return found + asyncio.run(measure(server.url("hitotsubu_app")))


if __name__ == "__main__":
    show(rows())
