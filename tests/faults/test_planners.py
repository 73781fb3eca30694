"""FM15 with real processes: eight planners in the same second, one row for each of 1,000 people."""

from __future__ import annotations

import asyncio
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from cases.db import Database
from cases.models.org import Account, Company, Member, Workspace
from cases.scope import Scope
from scheduler.models import Delivery
from scheduler.planner import know
from scheduler.store.ledger import Ledger
from tests.faults.matrix import Measured, fault
from tests.faults.planners import JOBS

ROOT = Path(__file__).parents[2]
PEOPLE, PLANNERS = 1_000, 8
START = 8.0  # seconds until all of them have been imported
SCOPE = Scope("c1")


async def _company(database: Database) -> None:
    async with database.transaction(SCOPE) as shelf:
        shelf.people.add(Company(id="c1", name="サンプル製薬", settings={}))
        shelf.people.add(Workspace(company_id="c1", id="w1", platform="web", external_id="x"))
        await shelf.people.flush()
        for number in range(PEOPLE):
            name = f"m{number}"
            shelf.people.add(
                Member(company_id="c1", id=name, name=name, roles=["member"]),
                Account(company_id="c1", workspace_id="w1", user=name, member_id=name),
            )
        await know(shelf, JOBS, shelf.now - timedelta(days=1))


@pytest.mark.slow
@fault(15)
async def test_eight_processes_that_plan_in_the_same_second_owe_each_message_once(
    database_url: str, measured: Measured
) -> None:
    database = Database(database_url)
    await _company(database)
    words = [sys.executable, "-m", "tests.faults.planners", database_url, str(time.time() + START)]
    children = [
        await asyncio.create_subprocess_exec(*words, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
        for _ in range(PLANNERS)
    ]
    said = [int((await child.communicate())[0]) for child in children]
    assert [child.returncode for child in children] == [0] * PLANNERS
    async with database.transaction(SCOPE) as shelf:
        rows = await Ledger(shelf).deliveries(Delivery.id.is_not(None), 2 * PEOPLE)
    await database.close()
    assert len({row.dedupe_key for row in rows}) == len(rows)
    notes = [row for row in rows if row.kind == "note"]
    days = len({row.occurrence_id for row in notes})
    assert (len(notes), days, sum(said)) == (PEOPLE, 1, PEOPLE)
    measured(f"{len(notes)} rows of {PLANNERS} processes")
