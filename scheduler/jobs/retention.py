"""What is forgotten by itself, by the table of cases/keeping.py; and what the scheduler stores."""

from __future__ import annotations

from datetime import time, timedelta

from cases import keeping, legal_holds
from cases.db import Shelf
from scheduler import buckets
from scheduler.job import Chore, Turn, each_day
from scheduler.models import Delivery, DeliveryState
from scheduler.store.buckets import Buckets
from scheduler.store.inbox import Inbox
from scheduler.store.ledger import Ledger

KEPT = keeping.DAYS["text of a sent message"]
IDLE = timedelta(days=1)  # longer than the longest block, an hour


async def work(shelf: Shelf, _turn: Turn) -> int:
    """Deletes what is past its period, but for what is under a legal hold: how many.

    Of a hold on a member the texts that were sent to them stay; raw events belong to nobody before
    they are opened, and go. A message keeps its hash, so that it can still be said what was sent;
    one that could not go out in all that time (a workspace that is paused) does not go any more,
    and one that a person has to look for can only be called sent.
    The bucket of a chat goes after a quiet day: it is full again, and there is one for each chat
    that was ever written to.
    """
    held = await legal_holds.held(shelf)
    erased = sum((await keeping.purge(shelf, held)).values())
    await Buckets(shelf).forget(buckets.CHAT, shelf.now - IDLE)
    if held.company:
        return erased
    old = Delivery.payload.is_not(None) & (Delivery.not_before < shelf.now - KEPT)
    if held.members:
        old &= Delivery.member_id.is_(None) | Delivery.member_id.not_in(held.members)
    waiting = old & (Delivery.state == DeliveryState.READY)
    late = {"state": DeliveryState.EXPIRED, "next_at": None, "outcome": "too_late"}
    erased += await Ledger(shelf).change(waiting, payload=None, **late)
    at_rest = old & (Delivery.state != DeliveryState.SENDING)
    erased += await Ledger(shelf).change(at_rest, payload=None)
    return erased + await Inbox(shelf).erase_raw(shelf.now - keeping.DAYS["raw inbox event"])


JOB = Chore(
    name="retention",
    rule="each day, 03:00",
    periods=each_day(time(3, 0)),
    work=work,
    catch_up_days=1,
)
