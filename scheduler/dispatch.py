"""From ledger to platform: claim a batch, send each message once, settle what was answered.

No transaction is open while something is sent. A worker that dies anywhere leaves rows that
`ledger.recover` or `reconcile` can finish.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta

from cases.db import Shelf
from cases.scope import Scope
from scheduler import buckets, ledger
from scheduler.claiming import ALL, Batch, claim, place_key
from scheduler.ledger import Answer, Claim, Settled
from scheduler.models import Delivery, DeliveryState
from scheduler.ports import DeliveryFailed, DeliveryUnknown, Parcel, Receipt
from scheduler.store.ledger import Ledger
from scheduler.worker import Worker as Worker

log = logging.getLogger(__name__)
_NOW, _STEP, _SOON = timedelta(0), timedelta(seconds=0.2), timedelta(seconds=2)
_PATIENCE = timedelta(seconds=20)


async def drain(worker: Worker, companies: Sequence[str], patience: timedelta = _NOW) -> int:
    """Sends what is due, each company in its own lane: how many messages were taken up.

    `patience`: how long a lane waits for tokens altogether before it leaves the rest.
    """
    lanes = (lane(worker, company_id, patience) for company_id in companies)
    found = await asyncio.gather(*lanes, return_exceptions=True)
    for broken in found:
        if isinstance(broken, BaseException):
            raise broken  # after the others have finished: one company stops no other one
    return sum(count for count in found if isinstance(count, int))


async def lane(
    worker: Worker,
    company_id: str,
    patience: timedelta = _NOW,
    priorities: Sequence[int] = ALL,
) -> int:
    """Sends what is due in one company, batch by batch.

    Only a lane for everything recovers, and closes what has ended: an answer need not wait for it.
    """
    left, total, recovers = patience, 0, priorities is ALL
    if recovers:
        await _recover(worker, company_id)
    while not worker.stopping.is_set():
        batch = await _batch(worker, company_id, priorities)
        total += batch.touched
        if batch.touched:
            continue
        if batch.wait is None or batch.wait > left:
            break
        left -= batch.wait
        await worker.sleep(batch.wait.total_seconds())
    if total and recovers:
        await _recover(worker, company_id)  # what has ended closes its occurrence
    return total


async def finish(worker: Worker, company_id: str, patience: timedelta = _PATIENCE) -> None:
    """Sends what is due and waits for what another lane has under way or what is tried again in a
    moment: for a person who moved the sample's date and looks at what came of it."""
    left = patience
    while left > _NOW:
        await lane(worker, company_id, left)
        async with worker.database.transaction(Scope(company_id)) as shelf:
            soon = (Delivery.state == DeliveryState.READY) & (Delivery.next_at <= shelf.now + _SOON)
            open_ones = soon | (Delivery.state == DeliveryState.SENDING)
            if not await Ledger(shelf).deliveries(open_ones, 1):
                return
        left -= _STEP
        await worker.sleep(_STEP.total_seconds())


async def dispatch(worker: Worker, company_id: str) -> int:
    """One batch of one company: how many messages were taken up."""
    await _recover(worker, company_id)
    return (await _batch(worker, company_id, ALL)).touched


async def _recover(worker: Worker, company_id: str) -> None:
    async with worker.database.transaction(Scope(company_id)) as shelf:
        await ledger.recover(shelf)


async def _batch(worker: Worker, company_id: str, priorities: Sequence[int]) -> Batch:
    begun = worker.ticks()  # before database time is read: a pause after it counts
    async with worker.database.transaction(Scope(company_id)) as shelf:
        batch = await claim(shelf, worker, priorities)
    desk = Desk(worker, company_id)
    queues: dict[tuple[str, str], list[tuple[Claim, Parcel]]] = {}
    for one in batch.taken:
        queues.setdefault((one[1].workspace_id, place_key(one[1])), []).append(one)
    await asyncio.gather(*(_in_order(worker, desk, queue, begun) for queue in queues.values()))
    return batch


async def _in_order(
    worker: Worker, desk: Desk, queue: list[tuple[Claim, Parcel]], begun: float
) -> None:
    """The messages of one chat one after the other, as they were owed."""
    for held, parcel in queue:
        await desk.settle(held, parcel, await _send_once(worker, held, parcel, begun))


async def _send_once(worker: Worker, held: Claim, parcel: Parcel, begun: float) -> Answer:
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
        log.exception("the courier broke", extra=_about(held, parcel))
        return DeliveryUnknown(type(error).__name__)


def _about(held: Claim, parcel: Parcel) -> dict[str, object]:
    """The fields of a log line: ids and numbers only."""
    return {"company": parcel.company_id, "delivery": parcel.id, "fence": held.fence}


class Desk:
    """Writes answers down as they come. Who finds it free writes for all who wait by then: one
    transaction for a whole batch that is answered at once, and no answer waits for a slow one."""

    def __init__(self, worker: Worker, company_id: str) -> None:
        self.worker, self.scope = worker, Scope(company_id)
        self.waiting: list[tuple[Claim, Parcel, Answer]] = []
        self.lock = asyncio.Lock()

    async def settle(self, held: Claim, parcel: Parcel, answer: Answer) -> None:
        """Returns when the answer is committed. A failure leaves its rows to recovery."""
        self.waiting.append((held, parcel, answer))
        async with self.lock:
            await asyncio.sleep(0)  # who was answered in the same moment joins
            group, self.waiting = self.waiting, []
            if not group:
                return
            try:
                async with self.worker.database.transaction(self.scope) as shelf:
                    await _settle(self.worker, shelf, group)
            except Exception:
                log.exception("%d answers of %s are left to recovery", len(group), self.scope)


async def _settle(
    worker: Worker, shelf: Shelf, group: Sequence[tuple[Claim, Parcel, Answer]]
) -> None:
    settled: list[Settled] = [(held, answer) for held, _, answer in group]
    await ledger.settle(shelf, settled, worker.pace, worker.dice)
    for held, parcel, answer in group:
        if isinstance(answer, Receipt):
            continue
        log.warning("not delivered: %s", answer.reason, extra=_about(held, parcel))
        if isinstance(answer, DeliveryFailed):
            await _beware(worker, shelf, parcel, answer)


async def _beware(worker: Worker, shelf: Shelf, parcel: Parcel, answer: DeliveryFailed) -> None:
    """What a refusal means for others: a paused workspace, a 429, a person who shut us out."""
    if answer.workspace_wide:
        workspace = await shelf.people.workspace(parcel.workspace_id)
        if workspace is not None:
            workspace.state, workspace.paused_for = "paused", answer.reason
            log.error("workspace %s is paused: %s", parcel.workspace_id, answer.reason)
    elif answer.shut_out:
        account = await shelf.people.account(parcel.workspace_id, parcel.user or "")
        if account is not None:
            account.blocked = answer.reason
    elif answer.retry_after is not None and answer.http_status is not None:
        bucket = await buckets.opened(shelf, parcel.platform, parcel.workspace_id)
        if bucket is not None:
            bucket.block(shelf.now + ledger.pause_after(0, answer, worker.dice))
