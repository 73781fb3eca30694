"""What happened to a message whose answer proved nothing: look back, then decide.

A hit makes it `sent`, no hit makes it `ready` again, no evidence leaves it to a person. The sweep
looks again at messages with more than one attempt and deletes extra copies.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from cases.db import Shelf
from cases.scope import Scope
from scheduler import buckets, ledger
from scheduler.job import REPLY
from scheduler.ledger import Claim
from scheduler.models import Delivery, DeliveryState
from scheduler.ports import DeliveryFailed, DeliveryUnknown, Parcel, Receipt
from scheduler.store.ledger import Ledger
from scheduler.worker import Worker

log = logging.getLogger(__name__)
_EARLIER = timedelta(seconds=60)  # a platform's clock may run behind the database's
_AGAIN = timedelta(seconds=60)

Search = tuple[Claim, Parcel, datetime]  # what to look for, and since when


async def reconcile(worker: Worker, company_id: str) -> int:
    """Looks for the `unknown` messages that have been quiet for Q: how many were looked for."""
    begun = worker.ticks()
    async with worker.database.transaction(Scope(company_id)) as shelf:
        rows = await _claimed(shelf, worker, DeliveryState.UNKNOWN)
        searches = await _searches(shelf, rows)
    for search in searches:
        if worker.ticks() - begun > worker.pace.lease.total_seconds():
            break  # the platform is slow: the others belong to whoever claims them now
        await _resolve(worker, company_id, search)
    return len(searches)


async def sweep(worker: Worker, company_id: str) -> int:
    """Deletes extra copies of messages that took more than one attempt: how many it deleted."""
    async with worker.database.transaction(Scope(company_id)) as shelf:
        rows = await _claimed(shelf, worker, DeliveryState.SENT)
        searches = await _searches(shelf, rows)
    return sum([await _sweep_one(worker, company_id, search) for search in searches])


async def _claimed(shelf: Shelf, worker: Worker, state: DeliveryState) -> list[Delivery]:
    """Rows to look for under a lease, no more of a workspace than its history may be read."""
    ledger, pace, found = Ledger(shelf), worker.pace, list[Delivery]()
    for workspace in await ledger.workspaces():
        bucket = await buckets.opened(shelf, workspace.platform, workspace.id, buckets.HISTORY)
        limit = pace.batch if bucket is None else min(pace.batch, bucket.allows(REPLY))
        wanted = (Delivery.state == state) & (Delivery.workspace_id == workspace.id)
        again = shelf.now + pace.lease
        rows = await ledger.claim(wanted, worker.name, pace.lease, limit, next_at=again)
        if bucket is not None:
            bucket.take(len(rows))
        found += rows
    return found


async def _searches(shelf: Shelf, rows: list[Delivery]) -> list[Search]:
    found: list[Search] = []
    for row in rows:
        parcel = await ledger.parcel_of(shelf, row)
        if parcel is None:
            row.state, row.next_at = DeliveryState.NEEDS_HUMAN, None
            continue
        since = (row.first_intent_at or row.created_at) - _EARLIER
        found.append((Claim(row.id, row.fence), parcel, since))
    return found


async def _resolve(worker: Worker, company_id: str, search: Search) -> None:
    claim, parcel, since = search
    copies: list[Receipt] | DeliveryFailed | DeliveryUnknown | None
    try:
        copies = await worker.look_back.find(parcel, since)
    except (DeliveryFailed, DeliveryUnknown) as error:
        copies = error
    removed = await _remove(worker, parcel, copies[1:]) if isinstance(copies, list) else 0
    async with worker.database.transaction(Scope(company_id)) as shelf:
        row = await Ledger(shelf).held(claim.id, claim.fence)
        if row is not None and row.state is DeliveryState.UNKNOWN:
            row.removed += removed
            await _decide(worker, shelf, row, copies)


async def _decide(
    worker: Worker,
    shelf: Shelf,
    row: Delivery,
    copies: list[Receipt] | DeliveryFailed | DeliveryUnknown | None,
) -> None:
    """Writes what the look back proved; the row is held."""
    row.lease_owner, row.lease_until = None, None
    if isinstance(copies, (DeliveryFailed, DeliveryUnknown)):
        wait = copies.retry_after if isinstance(copies, DeliveryFailed) else None
        if wait:
            await _wait(worker, shelf, row, wait)
        row.next_at = shelf.now + (timedelta(seconds=wait) if wait else _AGAIN)
    elif copies is None:
        _no_evidence(shelf, row)
    elif copies:
        found = ledger.arrived(shelf, row.attempts, copies[0], worker.pace)
        for column, value in found.items():
            setattr(row, column, value)
        row.sent_at, row.outcome = shelf.now, "found"
    else:
        row.state, row.intent_at, row.next_at = DeliveryState.READY, None, shelf.now
        row.outcome = "not_found"


async def _wait(worker: Worker, shelf: Shelf, row: Delivery, seconds: float) -> None:
    """A 429: nobody reads that workspace's history before."""
    workspace = await shelf.people.workspace(row.workspace_id or "")
    if workspace is None:
        return
    bucket = await buckets.opened(shelf, workspace.platform, workspace.id, buckets.HISTORY)
    if bucket is not None:
        bucket.block(shelf.now + timedelta(seconds=min(3600.0, max(1.0, seconds))))


def _no_evidence(shelf: Shelf, row: Delivery) -> None:
    """History cannot be read: a prompt is dropped at its expiry, anything else asks a person."""
    if row.expires_at is None:
        row.state, row.next_at, row.outcome = DeliveryState.NEEDS_HUMAN, None, "no_evidence"
    elif row.expires_at <= shelf.now:
        row.state, row.next_at, row.outcome = DeliveryState.EXPIRED, None, "no_evidence"
    else:
        row.next_at = row.expires_at


async def _sweep_one(worker: Worker, company_id: str, search: Search) -> int:
    claim, parcel, since = search
    try:
        copies = await worker.look_back.find(parcel, since)
    except (DeliveryFailed, DeliveryUnknown) as error:
        about = {"company": company_id, "delivery": parcel.id, "fence": claim.fence}
        log.warning("the sweep waits: %s", error.reason, extra=about)
        return 0  # its lease runs out, then it is looked for again
    removed = await _remove(worker, parcel, (copies or [])[1:])
    async with worker.database.transaction(Scope(company_id)) as shelf:
        _swept(worker, await Ledger(shelf).held(claim.id, claim.fence), removed)
    return removed


def _swept(worker: Worker, row: Delivery | None, removed: int) -> None:
    """Counts a sweep; a row that another worker took over counts it itself."""
    if row is None:
        return
    row.sweeps, row.removed = row.sweeps + 1, row.removed + removed
    row.next_at = _next_sweep(worker, row)


def _next_sweep(worker: Worker, row: Delivery) -> datetime | None:
    left = worker.pace.sweeps[row.sweeps :]
    return row.sent_at + left[0] if left and row.sent_at is not None else None


async def _remove(worker: Worker, parcel: Parcel, extra: list[Receipt]) -> int:
    """Deletes copies; one that cannot be deleted now is left to the next sweep."""
    removed = 0
    for receipt in extra:
        try:
            await worker.look_back.remove(parcel, receipt)
        except (DeliveryFailed, DeliveryUnknown) as error:
            log.warning("an extra copy of %s stays: %s", parcel.id, error.reason)
            continue
        removed += 1
    return removed
