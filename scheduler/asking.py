"""What a conversation asks of the ledger: who is reachable, what was said, what to forget."""

from __future__ import annotations

from cases.db import Shelf
from scheduler.models import ENDED, Delivery, DeliveryState
from scheduler.places import place_for
from scheduler.store.ledger import Ledger


async def reachable(shelf: Shelf, member_id: str) -> bool:
    """True for a member with an account on some platform."""
    return await place_for(shelf, member_id=member_id) is not None


async def said_before(shelf: Shelf, dedupe_key: str) -> bool:
    """True when such a message was ever owed, whatever became of it."""
    return bool(await Ledger(shelf).owed([dedupe_key]))


async def forget(shelf: Shelf, dedupe_key: str) -> None:
    """Erases a message's text: one that was sent keeps its hash, one that waits is not sent.

    One that is on its way this moment ends by itself, and retention erases it after 14 days.
    """
    ledger, this = Ledger(shelf), Delivery.dedupe_key == dedupe_key
    await ledger.change(this & Delivery.state.in_(ENDED), payload=None)
    await ledger.change(
        this & (Delivery.state == DeliveryState.READY),
        state=DeliveryState.CANCELLED,
        outcome="declined",
        payload=None,
        next_at=None,
    )
