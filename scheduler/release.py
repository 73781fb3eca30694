"""The end of a worker: what it claimed and did not start goes back to the others at once."""

from __future__ import annotations

from cases.scope import Scope
from scheduler.dispatch import Worker
from scheduler.models import Delivery, DeliveryState
from scheduler.store.ledger import Ledger


async def release(worker: Worker, company_id: str) -> int:
    """Gives back the worker's leases of one company: how many.

    A row with an intent may have been sent: it is looked for when its lease has run out.
    """
    mine = (
        (Delivery.lease_owner == worker.name)
        & (Delivery.state == DeliveryState.SENDING)
        & Delivery.intent_at.is_(None)
    )
    async with worker.database.transaction(Scope(company_id)) as shelf:
        return await Ledger(shelf).change(
            mine,
            state=DeliveryState.READY,
            next_at=shelf.now,
            fence=Delivery.fence + 1,
            lease_owner=None,
            lease_until=None,
        )
