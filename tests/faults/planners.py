"""One planner in a process of its own: `python -m tests.faults.planners URL AT` plans at that time.

AT is in seconds since 1970, so that many of these begin in the same second.
"""

from __future__ import annotations

import asyncio
import sys
import time
from datetime import time as clock_time

from sqlalchemy.exc import DBAPIError

from cases.db import Database, Shelf
from scheduler.job import Job, Mailing, Message, Turn, each_day
from scheduler.planner import Planner, plan
from tests.fakes.platform import FakeComposer


async def everybody(shelf: Shelf, turn: Turn) -> list[Message]:
    """A note to each member."""
    people = await shelf.people.members()
    return [Message(f"{turn.period.key}:{one.id}", {}, one.id) for one in people]


DUTY = each_day(clock_time(0, 0))
RINGS = 3
JOBS: dict[str, Job] = {"note": Mailing("note", "each day", DUTY, everybody, catch_up_days=1)}


async def main(url: str, at: float) -> int:
    database = Database(url)
    planner = Planner(database, FakeComposer(), JOBS)
    await asyncio.sleep(max(0.0, at - time.time()))
    found = 0
    for _ in range(RINGS):
        try:
            found += len(await plan(planner, "c1"))
        except DBAPIError:  # a lock that took too long: the alarm clock rings again
            await asyncio.sleep(1)
    await database.close()
    return found


if __name__ == "__main__":
    sys.stdout.write(f"{asyncio.run(main(sys.argv[1], float(sys.argv[2])))}\n")
