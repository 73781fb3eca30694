"""What is forgotten by itself: originals, held texts, sent texts, dead events, old searches."""

from __future__ import annotations

from datetime import time, timedelta

from cases import holds, searches
from cases.db import Shelf
from scheduler import buckets
from scheduler.job import Chore, Turn, each_day
from scheduler.models import ENDED, Delivery
from scheduler.store.buckets import Buckets
from scheduler.store.inbox import Inbox
from scheduler.store.ledger import Ledger

KEPT = timedelta(days=14)  # decision 21
IDLE = timedelta(days=1)  # longer than the longest block, an hour


async def work(shelf: Shelf, _turn: Turn) -> int:
    """Erases sealed originals, texts of ended messages and raw events after 14 days, and searches
    in threads that nobody goes on with; held texts by their own periods (cases/holds.py): how many.

    A message keeps its hash, so that it can still be said what was sent. The bucket of a chat goes
    after a quiet day: it is full again, and there is one for each chat that was ever written to.
    """
    before = shelf.now - KEPT
    erased = await searches.forget(shelf) + await holds.purge(shelf)
    for draft in await shelf.cases.drafts_before(before):
        if draft.original is not None:
            draft.original = None
            erased += 1
    ended = Delivery.state.in_(ENDED) & Delivery.payload.is_not(None)
    erased += await Ledger(shelf).change(ended & (Delivery.not_before < before), payload=None)
    await Buckets(shelf).forget(buckets.CHAT, shelf.now - IDLE)
    return erased + await Inbox(shelf).erase_raw(before)


JOB = Chore(
    name="retention",
    rule="each day, 03:00",
    periods=each_day(time(3, 0)),
    work=work,
    catch_up_days=1,
)
