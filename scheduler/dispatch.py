"""From ledger to platform: claim, re-check, token, intent, one send, settle.

No transaction is open while something is sent. A worker that dies anywhere leaves a row that
`ledger.recover` or `reconcile` can finish.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import random
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from cases.db import Database, Shelf
from cases.scope import Scope
from scheduler import buckets, ledger
from scheduler.job import Job, Renew
from scheduler.ledger import Claim, Pace
from scheduler.models import Delivery, DeliveryState
from scheduler.ports import (
    Composer,
    Courier,
    DeliveryFailed,
    DeliveryUnknown,
    LookBack,
    Parcel,
    Receipt,
)
from scheduler.recheck import made_anew, recheck
from scheduler.store.ledger import Ledger

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Worker:
    """One process that sends. `ticks` is a local monotonic clock, only for its own deadline."""

    database: Database
    courier: Courier
    look_back: LookBack
    jobs: Mapping[str, Job]
    composer: Composer
    pace: Pace = field(default_factory=Pace)
    name: str = field(default_factory=lambda: uuid.uuid4().hex)
    ticks: Callable[[], float] = time.monotonic
    dice: random.Random = field(default_factory=random.Random)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)  # set: claim nothing more


async def drain(worker: Worker, companies: Sequence[str]) -> int:
    """Sends what is due, the companies taking turns of one batch each: how many were claimed."""
    total, last = 0, -1
    while last != total and not worker.stopping.is_set():
        last = total
        for company_id in companies:
            total += await dispatch(worker, company_id)
    return total


async def dispatch(worker: Worker, company_id: str) -> int:
    """One batch of one company: how many messages were claimed."""
    async with worker.database.transaction(Scope(company_id)) as shelf:
        await ledger.recover(shelf)
        claims = await ledger.claim(shelf, worker.pace, worker.name)
    await asyncio.gather(*(_guarded(worker, company_id, claim) for claim in claims))
    return len(claims)


async def deliver(worker: Worker, company_id: str, claim: Claim) -> None:
    """One claimed message: at most one POST. Errors of the database leave it to `recover`."""
    begun = worker.ticks()
    scope = Scope(company_id)
    async with worker.database.transaction(scope) as shelf:
        parcel = await _prepare(worker, shelf, claim)
    if parcel is None:
        return
    answer = await _send_once(worker, parcel, begun)
    async with worker.database.transaction(scope) as shelf:
        await _settle(worker, shelf, parcel, claim, answer)


async def _guarded(worker: Worker, company_id: str, claim: Claim) -> None:
    """A failure of one message (a lost connection to the database) stops no other one."""
    try:
        await deliver(worker, company_id, claim)
    except Exception:
        log.exception("delivery %s of %s is left to recovery", claim.id, company_id)


async def _prepare(worker: Worker, shelf: Shelf, claim: Claim) -> Parcel | None:
    """Re-check, token and intent in one transaction; None when nothing is to be sent now."""
    row = await Ledger(shelf).held(claim.id, claim.fence)
    if row is None or row.state is not DeliveryState.SENDING or row.lease_until is None:
        return None
    if row.lease_until <= shelf.now:
        return None
    finding = await recheck(shelf, row, worker.jobs)
    if finding.refused:
        _drop(row, DeliveryState.CANCELLED, finding.refused)
        return None
    parcel = await ledger.parcel_of(shelf, row)
    if parcel is None:
        _drop(row, DeliveryState.DEAD, "no_address")
        return None
    later = finding.later or shelf.now + await buckets.take(
        shelf, parcel.platform, parcel.workspace_id, row.priority
    )
    if later > shelf.now:
        _postpone(row, later)
        return None
    if finding.anew is not None and not await _make_anew(worker, shelf, row, finding.anew):
        return None
    await ledger.intend(shelf, row, worker.pace)
    return replace(parcel, payload=row.payload or b"")


async def _make_anew(worker: Worker, shelf: Shelf, row: Delivery, renew: Renew) -> bool:
    """New bytes in the place of those that show a case which was taken back; False when it fails.

    Nothing of the old bytes is out: a row with an intent is looked for before it is sent again.
    """
    place = await ledger.place_of(shelf, row)
    assert place is not None  # noqa: S101  # there is a parcel
    try:
        async with shelf.session.begin_nested():
            message = await made_anew(shelf, row, renew)
            payload = await worker.composer.render(shelf, row.kind, message.content, place)
    except Exception as error:
        log.exception("delivery %s cannot be made anew", row.id)
        _drop(row, DeliveryState.DEAD, f"not_rendered:{type(error).__name__}")
        return False
    row.case_ids, row.payload = list(message.case_ids), payload
    row.payload_sha256 = hashlib.sha256(payload).hexdigest()
    return True


async def _send_once(
    worker: Worker, parcel: Parcel, begun: float
) -> Receipt | DeliveryFailed | DeliveryUnknown:
    """The one POST. A worker that slept between intent and here sends nothing (local deadline)."""
    if worker.ticks() - begun > worker.pace.slack.total_seconds():
        return DeliveryFailed("overslept", retry_after=1.0)
    try:
        async with asyncio.timeout(worker.pace.answer.total_seconds()):
            return await worker.courier.send(parcel)
    except (DeliveryFailed, DeliveryUnknown) as error:
        return error
    except TimeoutError:
        return DeliveryUnknown("timeout")
    except Exception as error:
        # An adapter's own bug may strike after the bytes left: assume nothing.
        log.exception("delivery %s: the courier broke", parcel.id)
        return DeliveryUnknown(type(error).__name__)


async def _settle(
    worker: Worker,
    shelf: Shelf,
    parcel: Parcel,
    claim: Claim,
    answer: Receipt | DeliveryFailed | DeliveryUnknown,
) -> None:
    if isinstance(answer, Receipt):
        await ledger.sent(shelf, claim, answer, worker.pace)
        return
    if isinstance(answer, DeliveryUnknown):
        await ledger.unknown(shelf, claim, answer)
        return
    log.warning("delivery %s failed: %s", parcel.id, answer.reason)
    await ledger.failed(shelf, claim, answer, worker.pace, worker.dice)
    if answer.workspace_wide:
        workspace = await shelf.people.workspace(parcel.workspace_id)
        if workspace is not None:
            workspace.state = "paused"
            log.error("workspace %s is paused: %s", parcel.workspace_id, answer.reason)
    elif answer.retry_after is not None and answer.http_status == 429:
        until = shelf.now + ledger.pause_after(0, answer, worker.dice)
        await buckets.block(shelf, parcel.platform, parcel.workspace_id, until)


def _drop(row: Delivery, state: DeliveryState, reason: str) -> None:
    """Ends a message that is not sent, with the reason; its text is no longer needed."""
    row.state, row.outcome, row.payload = state, reason, None
    row.next_at, row.lease_owner, row.lease_until = None, None, None


def _postpone(row: Delivery, until: datetime) -> None:
    """Gives the lease back until then; the period and the key stay the same."""
    row.state, row.next_at = DeliveryState.READY, until
    row.lease_owner, row.lease_until = None, None
