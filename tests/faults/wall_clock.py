"""One planner in a process of its own: `python -m tests.faults.wall_clock URL` plans once for each
line that it reads, and answers each with the time that the database told it."""

from __future__ import annotations

import asyncio
import sys

from cases import sample
from cases.db import Database
from cases.scope import Scope
from scheduler.jobs import BY_NAME
from scheduler.planner import Planner, plan_all
from tests.fakes.platform import FakeComposer


async def main(url: str) -> None:
    database = Database(url)
    planner = Planner(database, FakeComposer(), BY_NAME)
    for _line in sys.stdin:
        await plan_all(planner)
        async with database.transaction(Scope(sample.COMPANY)) as shelf:
            sys.stdout.write(f"{shelf.now.isoformat()}\n")
        sys.stdout.flush()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
