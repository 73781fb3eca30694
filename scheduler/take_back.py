"""A case was taken back: messages that show it and were sent already are replaced where they are.

Nothing is queued: a sent message that still names a withdrawn case is the work, so a crash loses
nothing. Replacing twice does no harm.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import timedelta

from cases.db import Shelf
from cases.scope import Scope
from scheduler import buckets, ledger
from scheduler.dispatch import Worker
from scheduler.job import Mailing, Message
from scheduler.models import Delivery
from scheduler.ports import DeliveryFailed, DeliveryUnknown, Parcel, Receipt
from scheduler.recheck import made_anew
from scheduler.store.ledger import Ledger

log = logging.getLogger(__name__)
SINCE = timedelta(days=14)  # how long a platform that does not answer is asked again
DONE, GIVEN_UP = "taken_back", "not_taken_back"
CARD = "case_withdrawn"  # what the composer shows in the place of a message about cases


@dataclass(frozen=True, slots=True)
class Edit:
    """One message to replace. `case_ids`: what it shows afterwards."""

    parcel: Parcel
    receipt: Receipt
    case_ids: tuple[str, ...]


async def take_back(worker: Worker, company_id: str) -> int:
    """Replaces a batch of sent messages that show a withdrawn case: how many were replaced."""
    async with worker.database.transaction(Scope(company_id)) as shelf:
        gone = await shelf.cases.withdrawn_since(shelf.now - SINCE)
        rows = await Ledger(shelf).showing(gone, (DONE, GIVEN_UP), worker.pace.batch)
        edits = [edit for row in rows if (edit := await _prepared(worker, shelf, row))]
    return sum([await _replaced(worker, company_id, edit) for edit in edits])


async def _prepared(worker: Worker, shelf: Shelf, row: Delivery) -> Edit | None:
    """The row with its new bytes: the old ones are forgotten here, whatever the platform says."""
    place = await ledger.place_of(shelf, row)
    workspace = await shelf.people.workspace(row.workspace_id or "")
    if place is None or workspace is None or row.receipt is None:
        row.outcome, row.payload = GIVEN_UP, None
        return None
    job = worker.jobs.get(row.kind)
    try:
        async with shelf.session.begin_nested():
            message, kind = Message(row.dedupe_key, {"cases": len(row.case_ids)}), CARD
            if isinstance(job, Mailing) and job.renew is not None:
                message = await made_anew(shelf, row, job.renew)
                kind = row.kind
            row.payload = await worker.composer.render(shelf, kind, message.content, place)
    except Exception as error:
        log.exception("delivery %s cannot be taken back", row.id)
        row.outcome, row.payload = f"{GIVEN_UP}:{type(error).__name__}"[:80], None
        return None
    row.payload_sha256 = hashlib.sha256(row.payload).hexdigest()
    parcel = await ledger.parcel_of(shelf, row)
    wait = await buckets.take(shelf, workspace.platform, workspace.id, row.priority)
    if parcel is None or wait or workspace.state != "active":
        return None
    return Edit(parcel, Receipt(row.room or "", row.receipt), message.case_ids)


async def _replaced(worker: Worker, company_id: str, edit: Edit) -> bool:
    try:
        await worker.courier.replace(edit.parcel, edit.receipt)
    except DeliveryUnknown as error:
        log.warning("taking back %s waits: %s", edit.parcel.id, error.reason)
        return False
    except DeliveryFailed as error:
        log.warning("taking back %s failed: %s", edit.parcel.id, error.reason)
        if not error.permanent:
            return False
        return await _close(worker, company_id, edit, GIVEN_UP)
    return await _close(worker, company_id, edit, DONE)


async def _close(worker: Worker, company_id: str, edit: Edit, outcome: str) -> bool:
    async with worker.database.transaction(Scope(company_id)) as shelf:
        row = await Ledger(shelf).delivery(edit.parcel.id)
        if row is not None:
            row.outcome = outcome
            row.case_ids = list(edit.case_ids) if outcome == DONE else row.case_ids
    return outcome == DONE
