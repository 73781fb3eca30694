"""What messages said of a case that ended at once goes at once; what is still to be sent, too."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Text, cast, or_

from cases.db import Shelf
from scheduler.models import ENDED, Delivery
from scheduler.store.ledger import Ledger


async def forget(
    shelf: Shelf, case_id: str, spared: Collection[str] = (), told_under: Collection[str] = ()
) -> tuple[int, int]:
    """Erases the bytes of all messages that show a case: (how many, how many stay).

    A letter that only quotes its title shows no case; its key says what it is about: the case, or
    one of `told_under` (cases/erasing.py). `spared`: members under a legal hold; what was sent to
    them stays. Messages that are still on their way keep empty bytes: before sending they are made
    anew without the case, or cancelled (scheduler/recheck.py).
    """
    ledger = Ledger(shelf)
    names = cast(Delivery.case_ids, Text).contains(f'"{case_id}"')
    key = Delivery.dedupe_key + ":"
    about = [key.contains(f":{one}:", autoescape=True) for one in (case_id, *told_under)]
    shows = or_(names, *about) & Delivery.payload.is_not(None) & (Delivery.payload != b"")
    theirs = Delivery.member_id.in_(spared)
    stays = len(await ledger.deliveries(shows & theirs, 1_000_000)) if spared else 0
    if spared:
        shows &= Delivery.member_id.is_(None) | Delivery.member_id.not_in(spared)
    gone = await ledger.change(shows & Delivery.state.in_(ENDED), payload=None)
    waits = shows & Delivery.state.not_in(ENDED)
    await ledger.change(waits & ~names, case_ids=[case_id])  # so it is looked at before sending
    return gone + await ledger.change(waits, payload=b""), stays
