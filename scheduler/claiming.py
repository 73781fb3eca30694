"""What a worker takes in one transaction: due rows, asked once more, paid with tokens, intended.

The intent is committed before anything is sent; a crash after it leaves `unknown`, not a loss.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from cases.db import Shelf
from cases.models.org import Workspace
from scheduler import buckets, ledger
from scheduler.buckets import Bucket
from scheduler.job import DIGEST, PROMPT, REPLY, Renew
from scheduler.ledger import Claim
from scheduler.models import Delivery, DeliveryState
from scheduler.ports import Parcel
from scheduler.recheck import made_anew, recheck
from scheduler.store.ledger import Ledger
from scheduler.worker import Worker

log = logging.getLogger(__name__)
ALL = (REPLY, PROMPT, DIGEST)


@dataclass(slots=True)
class Batch:
    """What one claim brought. `touched`: rows taken, ended or put off. `wait`: how long until a
    workspace that has run out of tokens has one again."""

    taken: list[tuple[Claim, Parcel]] = field(default_factory=list)
    touched: int = 0
    wait: timedelta | None = None

    def throttled(self, wait: timedelta) -> None:
        """Notes the shortest wait."""
        self.wait = wait if self.wait is None else min(wait, self.wait)


async def claim(shelf: Shelf, worker: Worker, priorities: Sequence[int] = ALL) -> Batch:
    """Takes due messages under a lease: at most `pace.batch` of each workspace that is active."""
    batch = Batch()
    kept: list[object] = [await shelf.people.company()]  # read once, found by id afterwards
    for workspace in await Ledger(shelf).workspaces():
        kept.append(workspace)
        await _of_workspace(shelf, worker, workspace, priorities, batch)
    return batch


async def _of_workspace(
    shelf: Shelf, worker: Worker, workspace: Workspace, priorities: Sequence[int], batch: Batch
) -> None:
    book = Ledger(shelf)
    rows = await book.due(workspace.id, priorities, worker.pace.batch)
    if not rows:
        return
    bucket = await buckets.opened(shelf, workspace.platform, workspace.id)
    if bucket is not None:
        rows = _affordable(rows, bucket, batch)
    along = await book.read_along(rows)
    places = {place_key(row) for row in rows}
    chats = await buckets.chats(shelf, workspace.platform, workspace.id, places)
    till = Till(bucket, chats)
    taken: list[tuple[Delivery, Parcel]] = []
    for row in rows:
        parcel = await _ready(shelf, worker, row, till)
        if parcel is not None:
            taken.append((row, parcel))
    del along  # until here it kept what was read in the session
    batch.touched += len(rows)
    if not taken:
        return
    await shelf.session.flush()
    ids, now = [row.id for row, _ in taken], shelf.now
    await book.take(ids, worker.name, now + worker.pace.lease, now + worker.pace.quiet)
    batch.taken += [
        (Claim(row.id, row.fence + 1, row.attempts + 1), parcel) for row, parcel in taken
    ]


def _affordable(rows: Sequence[Delivery], bucket: Bucket, batch: Batch) -> Sequence[Delivery]:
    """As many of the rows as the bucket has tokens for; the others stay in the queue."""
    for number, row in enumerate(rows):
        if bucket.allows(row.priority) <= number:
            batch.throttled(bucket.worth(row.priority))
            return rows[:number]
    return rows


@dataclass(frozen=True, slots=True)
class Till:
    """Where a message is paid: the workspace's bucket and its chat's; None: there is no limit."""

    bucket: Bucket | None
    chats: dict[str, Bucket]

    def pay(self, row: Delivery) -> timedelta:
        """Takes both tokens; else how long the chat must wait, and nothing is taken."""
        chat = self.chats.get(place_key(row))
        if chat is not None:
            if not chat.allows(row.priority):
                return chat.wait(row.priority)
            chat.take()
        if self.bucket is not None:
            self.bucket.take()
        return timedelta(0)


def place_key(row: Delivery | Parcel) -> str:
    """The chat of a message within its workspace."""
    return row.room_id or row.user or ""


async def _ready(shelf: Shelf, worker: Worker, row: Delivery, till: Till) -> Parcel | None:
    """The parcel of a row that may go now; None when it was ended or put off."""
    finding = await recheck(shelf, row, worker.jobs)
    parcel = await ledger.parcel_of(shelf, row)
    if row.expires_at is not None and row.expires_at <= shelf.now:
        _drop(row, DeliveryState.EXPIRED, "too_late")
    elif finding.refused:
        _drop(row, DeliveryState.CANCELLED, finding.refused)
    elif parcel is None:
        _drop(row, DeliveryState.DEAD, "no_address")
    elif parcel.shut_out:
        _drop(row, DeliveryState.CANCELLED, "account_blocked")
    elif finding.later is not None and finding.later > shelf.now:
        row.next_at = finding.later  # the period and the key stay the same
    elif wait := till.pay(row):
        row.next_at = shelf.now + wait
    elif finding.anew is None:
        return parcel
    elif await _make_anew(worker, shelf, row, finding.anew):
        return replace(parcel, payload=row.payload or b"")
    return None


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


def _drop(row: Delivery, state: DeliveryState, reason: str) -> None:
    """Ends a message that is not sent, with the reason; its text is no longer needed."""
    row.state, row.outcome, row.payload, row.next_at = state, reason, None, None
