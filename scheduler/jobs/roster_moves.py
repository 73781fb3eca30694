"""入社・異動・退職 on their day (4/1, 10/1 and every other), before anything else goes out."""

from __future__ import annotations

from datetime import time, timedelta

from cases import roster
from cases.db import Shelf
from scheduler.job import Chore, Turn, each_day

WAITS = timedelta(days=1)  # a roster that nobody confirmed is erased


async def work(shelf: Shelf, turn: Turn) -> int:
    """Does what holds from today on, also what an earlier day missed: how many."""
    for file in await shelf.roster.files_before(shelf.now - WAITS):
        await shelf.roster.drop(file)
    return await roster.do_due(shelf, turn.today)


JOB = Chore(
    name="roster_moves",
    rule="each day, 00:05",
    periods=each_day(time(0, 5)),
    work=work,
    catch_up_days=1,
)
