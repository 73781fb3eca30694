"""After a restore nobody knows what went out since the backup: look before sending, plan anew."""

from __future__ import annotations

from dataclasses import dataclass

from cases.db import Shelf
from cases.store.sign_in import SignIns
from scheduler.models import Delivery, DeliveryState, OccurrenceState
from scheduler.store.ledger import Ledger
from scheduler.store.plans import Plans

REASON = "restored"


@dataclass(frozen=True, slots=True)
class Settled:
    """`doubtful`: messages that are looked for first. `skipped`: turns that are not made up for."""

    doubtful: int
    skipped: int


async def settle(shelf: Shelf) -> Settled:
    """Every message that was due becomes `unknown`; periods until now are promised no more.

    A turn that fell due after the backup may have gone out: its messages had ids that are lost
    with it, so nothing could recognise them. No duplicate is preferred. Nobody stays signed in to
    the pages: who signed out since the backup was made must not be in again.
    """
    await SignIns(shelf).end_everybody()
    due = Delivery.state.in_((DeliveryState.READY, DeliveryState.SENDING))
    doubtful = await Ledger(shelf).change(
        due & (Delivery.not_before <= shelf.now),
        state=DeliveryState.UNKNOWN,
        next_at=shelf.now,
        lease_owner=None,
        lease_until=None,
        outcome=REASON,
    )
    plans, skipped = Plans(shelf), 0
    for schedule in (await plans.schedules()).values():
        schedule.known_since = shelf.now
    for rows in (await plans.undone()).values():
        for row in rows:
            if row.due_at <= shelf.now:
                skipped += await plans.move(row.id, OccurrenceState.SKIPPED, REASON)
    return Settled(doubtful, skipped)
