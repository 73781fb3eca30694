"""A new release comes while the old one works: its schema, and its migration under traffic."""

from __future__ import annotations

import asyncio
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from bot.cli.migrate import FOLDER, head, migrate
from bot.settings import read
from cases.db import Database
from cases.scope import Scope
from tests.databases import Postgres, postgres_server
from tests.fakes.clocked import dice
from tests.faults.matrix import Measured, fault

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
SUITE = (
    "tests/scheduler/test_ledger.py",
    "tests/scheduler/test_inbox.py",
    "tests/scheduler/test_planner.py",
    "tests/conformance/test_sharing.py",
    "tests/conformance/test_loop.py",
)
FIRST = "20261122"
CASES = """
insert into "case" (company_id, id, kind, author_id, show_author, title, situation, action, result,
  tip, voice, intent, conditions, steps, channels, area, customer, facility, access, barrier,
  outcome, details, language, sample, status, origin, shared_at, changed_at)
select 'c1', 'k' || n, 'customer_case', 'm1', false, 'title', '', 'action', 'result', '', '', '',
  '', '[]', '[]', '[]', '[]', '', '', '[]', '[]', '{}', 'ja', false, 'company', 'self', now(), now()
from generate_series(1, 100000) n
"""
DELIVERIES = """
insert into delivery (company_id, id, dedupe_key, case_ids, kind, payload_sha256, priority,
  unsolicited, state, not_before, fence, attempts, client_msg_id, outcome, sweeps, removed,
  created_at)
select 'c1', 'd' || n, 'd' || n, '[]', 'thanks', '', 2, false, 'sent', now(), 1, 1, '', '', 0, 0,
  now() from generate_series(1, 100000) n
"""


@fault(30)
def test_this_release_works_on_the_schema_of_the_next(measured: Measured) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "0", "-m", "not slow", *SUITE],
        cwd=ROOT,
        env={**os.environ, "HITOTSUBU_NEXT_SCHEMA": "1"},
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed
    measured(f"{passed[1]} tests of ledger, inbox, planner and sharing pass on both databases")


@pytest.fixture
def old() -> Iterator[Postgres]:
    """A PostgreSQL with the first schema, 100,000 cases and 100,000 messages."""
    with postgres_server() as server:
        config = Config()
        config.set_main_option("script_location", str(FOLDER))
        config.set_main_option("sqlalchemy.url", server.url("hitotsubu_owner").replace("%", "%%"))
        command.downgrade(config, FIRST)
        with server.admin.begin() as connection:
            connection.execute(
                text(
                    "insert into company (id, name, locale, zone, sample, clock_shift, settings)"
                    " values ('c1', 'c1', 'ja', 'Asia/Tokyo', false, 0, '{}')"
                )
            )
            connection.execute(text(CASES))
            connection.execute(text(DELIVERIES))
        yield server


@fault(31)
async def test_migrating_a_big_company_stops_nobody(old: Postgres, measured: Measured) -> None:
    database, over = Database(old.url("hitotsubu_app")), asyncio.Event()
    traffic = [asyncio.create_task(_traffic(database, over, dice(seed))) for seed in range(4)]
    await asyncio.sleep(1)
    settings = read({"HITOTSUBU_DATABASE_URL": old.url("hitotsubu_owner")})
    begun = time.monotonic()
    await asyncio.to_thread(migrate, settings)
    took = time.monotonic() - begun
    await asyncio.sleep(1)
    over.set()
    waits = sorted(chain.from_iterable(await asyncio.gather(*traffic)))
    assert await database.directory.schema_version() == head()
    await database.close()
    p99 = waits[int(len(waits) * 0.99)]
    assert p99 <= 3
    assert waits[-1] <= 3 + 1  # the lock's time-out, and the work itself
    measured(
        f"0 errors, p99 {p99 * 1000:.0f} ms, longest {waits[-1] * 1000:.0f} ms of {len(waits):,} "
        f"transactions; the migration took {took:.1f} s"
    )


async def _traffic(database: Database, over: asyncio.Event, chance: random.Random) -> list[float]:
    """Reads a case, writes it, and writes a message, in one transaction each.

    It is the older program that does so: its statements name the columns of its own schema.
    """
    waits = []
    while not over.is_set():
        begun = time.monotonic()
        async with database.transaction(Scope("c1")) as shelf:
            one = {"id": f"k{chance.randrange(1, 100_000)}", "now": shelf.now}
            read_case = text("""select title from "case" where company_id = 'c1' and id = :id""")
            assert (await shelf.session.execute(read_case, one)).scalar_one()
            write_case = text(
                """update "case" set changed_at = :now where company_id = 'c1' and id = :id"""
            )
            await shelf.session.execute(write_case, one)
            found = await shelf.session.execute(
                text(
                    "update delivery set sweeps = sweeps + 1 where company_id = 'c1' and id = :id"
                ),
                {"id": f"d{chance.randrange(1, 100_000)}"},
            )
            assert found is not None
        waits.append(time.monotonic() - begun)
    return waits
