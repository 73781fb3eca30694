"""The database itself fails: it crashes, moves to another machine, or is written to by two."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from cases.db import Database
from cases.models.org import Account, Company, Member, Workspace
from cases.scope import Scope
from cases.seal import parse_ring
from scheduler import inbox, ledger
from scheduler.dispatch import Worker, drain
from scheduler.inbox import Arrival
from scheduler.ledger import Owed, Pace
from scheduler.models import DeliveryState
from scheduler.reconcile import reconcile
from scheduler.store.inbox import Inbox
from scheduler.store.ledger import Ledger
from tests.databases import Postgres, postgres_server
from tests.fakes.platform import FakeComposer, FakePlatform
from tests.faults.matrix import Measured, fault

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
SCOPE = Scope("c1")
RING = parse_ring("k1:" + "A" * 43 + "=")
SECOND = timedelta(seconds=1)
SHORT = Pace(lease=2 * SECOND, answer=SECOND, landing=SECOND, slack=SECOND, sweeps=())


@pytest.fixture
def server() -> Iterator[Postgres]:
    """A PostgreSQL of its own, which may be crashed."""
    with postgres_server() as found:
        yield found


async def company(database: Database, deliveries: int) -> None:
    """One person, and what is owed to them."""
    async with database.transaction(SCOPE) as shelf:
        shelf.people.add(
            Company(id="c1", name="0", settings={}),
            Workspace(company_id="c1", id="w1", platform="web", external_id="local"),
        )
        await shelf.people.flush()
        shelf.people.add(
            Member(company_id="c1", id="sato", name="sato", roles=["member"]),
            Account(company_id="c1", workspace_id="w1", user="sato", member_id="sato"),
        )
        await shelf.people.flush()
        for number in range(deliveries):
            owed = Owed(f"k{number}", "thanks", b"!", workspace_id="w1", user="sato")
            await ledger.owe(shelf, owed)


class Life:
    """A worker that sends, and a door that keeps events, until the end of the block."""

    def __init__(self, database: Database) -> None:
        self.platform = FakePlatform()
        self.worker = Worker(
            database, self.platform, self.platform, {}, FakeComposer(), SHORT, "crash"
        )
        self.database = database
        self.acked: list[str] = []
        self.refused = 0
        self.over = False

    @asynccontextmanager
    async def going_on(self) -> AsyncIterator[None]:
        """Both go on whatever the database answers."""
        tasks = [asyncio.create_task(one()) for one in (self._send, self._keep)]
        try:
            yield
        finally:
            self.over = True
            await asyncio.gather(*tasks)

    async def _send(self) -> None:
        while not self.over:
            await self._surviving(lambda: drain(self.worker, ["c1"]))
            await self._surviving(lambda: reconcile(self.worker, "c1"))
            await asyncio.sleep(0.1)

    async def _keep(self) -> None:
        number = 0
        while not self.over:
            number += 1
            arrival = Arrival("c1", "w1", "web", f"e{number}", "{}")
            if await self._surviving(lambda kept=arrival: inbox.keep(self.database, RING, kept)):  # type: ignore[misc]  # mypy cannot type the default
                self.acked.append(arrival.external_id)
            await asyncio.sleep(0.02)

    async def _surviving(self, act: Callable[[], Awaitable[object]]) -> object:
        try:
            return await act()
        except (DBAPIError, OSError):
            self.refused += 1
            await asyncio.sleep(0.05)
            return None

    async def sent(self) -> int:
        """How many messages are recorded as sent; -1 while the database is away."""
        try:
            async with self.database.transaction(SCOPE) as shelf:
                return (await Ledger(shelf).counts()).get(DeliveryState.SENT, 0)
        except DBAPIError:
            return -1

    async def until(self, count: int) -> None:
        """Waits until so many messages are recorded as sent."""
        async with asyncio.timeout(120):
            while await self.sent() < count:  # noqa: ASYNC110  # the database tells, no event
                await asyncio.sleep(0.1)

    async def kept(self) -> set[str]:
        """The external ids that stand in the inbox."""
        async with self.database.transaction(SCOPE) as shelf:
            shelf.now += timedelta(days=1)
            return {row.external_id for row in await Inbox(shelf).waiting_events(1_000_000)}


@fault(25)
async def test_eight_crashes_of_postgresql_lose_no_commit(
    server: Postgres, measured: Measured
) -> None:
    deliveries = 400
    database = Database(server.url("hitotsubu_app"))
    await company(database, deliveries)
    life, seen = Life(database), []
    async with life.going_on():
        for number in range(8):
            await life.until(40 * (number + 1))
            before = await life.sent()
            await asyncio.to_thread(server.crash)
            await life.until(0)
            seen.append((before, await life.sent()))
        await life.until(deliveries)
    assert [pair for pair in seen if pair[1] < pair[0]] == []
    assert set(life.acked) - await life.kept() == set()
    assert life.platform.copies() == [1] * deliveries
    await database.close()
    measured(
        f"0 of {len(life.acked) + deliveries:,} commits lost in 8 crashes, "
        f"{deliveries} messages sent once each"
    )


@fault(26)
async def test_after_a_failover_work_goes_on_by_itself(
    server: Postgres, measured: Measured
) -> None:
    deliveries, away = 300, 3.0
    database = Database(server.url("hitotsubu_app"))
    await company(database, deliveries)
    life = Life(database)
    async with life.going_on():
        await life.until(100)
        _read_only(server, on=True)
        before = await life.sent()
        await asyncio.sleep(away)
        assert await life.sent() <= before + 60  # what was settled before the cut, nothing new
        _read_only(server, on=False)
        begun = time.monotonic()
        await life.until(before + 61)
        back = time.monotonic() - begun
        await life.until(deliveries)
    assert life.refused > 0
    assert back <= 30
    assert set(life.acked) - await life.kept() == set()
    assert life.platform.copies() == [1] * deliveries
    await database.close()
    measured(f"sends again after {back:.1f} s, {away:.0f} s read-only, 0 lost")


def _read_only(server: Postgres, *, on: bool) -> None:
    """Cuts every connection, as a failover does; the new primary may be read-only for a while."""
    word = "on" if on else "off"
    with server.admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"alter system set default_transaction_read_only = {word}")
        connection.execute(text("select pg_reload_conf()"))
        connection.execute(
            text(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where usename = 'hitotsubu_app'"
            )
        )


@fault(27)
async def test_two_writers_on_one_sqlite_file_lose_no_update(
    sqlite_file: Path, tmp_path: Path, measured: Measured
) -> None:
    times = 3000
    shutil.copy(sqlite_file, tmp_path / "two.db")
    url = f"sqlite:///{tmp_path}/two.db"
    database = Database(url)
    await company(database, 0)
    writers = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.faults.writer", url, str(times),
            cwd=ROOT, stdout=asyncio.subprocess.PIPE,
        )
        for _ in range(2)
    ]  # fmt: skip
    answers = [json.loads((await writer.communicate())[0]) for writer in writers]
    async with database.transaction(SCOPE) as shelf:
        count = int((await shelf.people.company()).name)
    await database.close()
    assert [answer["errors"] for answer in answers] == [0, 0]
    assert count == 2 * times
    longest = max(answer["longest"] for answer in answers)
    measured(f"0 errors and 0 lost of {count:,} updates, longest wait {longest:.2f} s")
