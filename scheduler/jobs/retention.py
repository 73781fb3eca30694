"""What is forgotten by itself: a draft's original wording and a dead event, after 14 days."""

from __future__ import annotations

from datetime import time, timedelta

from cases.db import Shelf
from scheduler.job import Chore, Turn, each_day
from scheduler.store.inbox import Inbox

KEPT = timedelta(days=14)  # decision 21


async def work(shelf: Shelf, _turn: Turn) -> int:
    """Erases sealed originals and raw events older than 14 days: how many."""
    before = shelf.now - KEPT
    erased = 0
    for draft in await shelf.cases.drafts_before(before):
        if draft.original is not None:
            draft.original = None
            erased += 1
    return erased + await Inbox(shelf).erase_raw(before)


JOB = Chore(
    name="retention",
    rule="each day, 03:00",
    periods=each_day(time(3, 0)),
    work=work,
    catch_up_days=1,
)
