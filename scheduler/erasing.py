"""What messages said of a case that ended at once goes at once; what is still to be sent, too."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Text, cast

from cases.db import Shelf
from scheduler.models import ENDED, Delivery
from scheduler.store.ledger import Ledger


async def forget(shelf: Shelf, case_id: str, spared: Collection[str] = ()) -> tuple[int, int]:
    """Erases the bytes of all messages that show a case: (how many, how many stay).

    `spared`: members under a legal hold; what was sent to them stays. Messages that are still on
    their way keep empty bytes: before sending they are made anew without the case, or cancelled
    (scheduler/recheck.py).
    """
    ledger = Ledger(shelf)
    shows = cast(Delivery.case_ids, Text).contains(f'"{case_id}"') & Delivery.payload.is_not(None)
    shows &= Delivery.payload != b""
    theirs = Delivery.member_id.in_(spared)
    stays = len(await ledger.deliveries(shows & theirs, 1_000_000)) if spared else 0
    if spared:
        shows &= Delivery.member_id.is_(None) | Delivery.member_id.not_in(spared)
    gone = await ledger.change(shows & Delivery.state.in_(ENDED), payload=None)
    return gone + await ledger.change(shows & Delivery.state.not_in(ENDED), payload=b""), stays
