"""A case was taken back, masked or lost its author's name: messages that show it and were sent
already are replaced where they are.

Nothing is queued: a sent message that still shows what it should not is the work, so a crash loses
nothing. Replacing twice does no harm.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cases.db import Shelf
from cases.models.org import Account, Room
from cases.scope import Scope
from scheduler import buckets, ledger
from scheduler.dispatch import Worker
from scheduler.job import REPLY, Mailing, Message
from scheduler.models import Delivery
from scheduler.ports import DeliveryFailed, DeliveryUnknown, Parcel, Receipt
from scheduler.recheck import made_anew
from scheduler.store.ledger import Ledger

log = logging.getLogger(__name__)
SINCE = timedelta(days=14)  # how long a platform that does not answer is asked again
DONE, GIVEN_UP = "taken_back", "not_taken_back"
CARD = "case_withdrawn"  # what the composer shows in the place of a message about cases
ANEW = "case_anew"  # and in the place of one whose cases are shown in another way now
ALOUD = "answer_share"  # addressed to one person, and read by all in the chat where it stands


@dataclass(frozen=True, slots=True)
class Edit:
    """One message to replace. `case_ids`: what it shows afterwards. `outcome`: then."""

    parcel: Parcel
    receipt: Receipt
    case_ids: tuple[str, ...]
    outcome: str


@dataclass(frozen=True, slots=True)
class Changed:
    """Cases that were taken back, and those that are shown in another way since a moment."""

    gone: frozenset[str]
    recast: Mapping[str, datetime]


@dataclass(slots=True)
class _Limits:
    """Workspaces that have had their updates of this round; the next one goes on there."""

    dry: set[str] = field(default_factory=set)  # no token is left
    refused: set[str] = field(default_factory=set)  # the platform said so


async def take_back(worker: Worker, company_id: str) -> int:
    """Replaces all sent messages that show what they should not: how many were replaced.

    What many read comes first: rooms, then people, each with the newest message first. A batch at
    a time; one that has to wait (a limit, a platform that is away) holds up no other.
    """
    limits = _Limits()
    return sum([await _among(worker, company_id, limits, rooms=rooms) for rooms in (True, False)])


async def _among(worker: Worker, company_id: str, limits: _Limits, *, rooms: bool) -> int:
    replaced, before = 0, ""
    while True:
        async with worker.database.transaction(Scope(company_id)) as shelf:
            changed = await _changed(shelf)
            ids, size = [*changed.gone, *changed.recast], worker.pace.batch
            rows = await Ledger(shelf).showing(ids, GIVEN_UP, size, rooms=rooms, before=before)
            made = [await _prepared(worker, shelf, row, changed, limits) for row in rows]
        edits = filter(None, made)
        replaced += sum([await _replaced(worker, company_id, edit, limits) for edit in edits])
        if len(rows) < worker.pace.batch:
            return replaced
        before = rows[-1].id


async def _changed(shelf: Shelf) -> Changed:
    since = shelf.now - SINCE
    gone = frozenset(await shelf.reviews.withdrawn_since(since))
    recast = await shelf.reviews.recast_since(since)
    return Changed(gone, {key: at for key, at in recast.items() if key not in gone})


def _stale(row: Delivery, changed: Changed) -> str:
    """The outcome that the row shall have; empty where it shows nothing that has changed."""
    if not changed.gone.isdisjoint(row.case_ids):
        return DONE
    after = [at for key, at in changed.recast.items() if key in row.case_ids]
    since = max((at for at in after if at >= row.created_at), default=None)
    wanted = f"{ANEW}:{since.isoformat()}" if since else ""
    return "" if wanted == row.outcome else wanted


async def _prepared(
    worker: Worker, shelf: Shelf, row: Delivery, changed: Changed, limits: _Limits
) -> Edit | None:
    """The row with its new bytes: the old ones are forgotten here, whatever the platform says."""
    outcome = _stale(row, changed)
    if not outcome or row.workspace_id in limits.dry:
        return None
    place = await ledger.place_of(shelf, row)
    workspace = await shelf.people.workspace(row.workspace_id or "")
    if place is None or workspace is None or row.receipt is None:
        row.outcome, row.payload = GIVEN_UP, None
        return None
    job = worker.jobs.get(row.kind)
    try:
        async with shelf.session.begin_nested():
            message, kind = _instead(row, outcome, place)
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
    if parcel is None or workspace.state != "active":
        return None
    bucket = await buckets.for_updates(shelf, workspace.platform, workspace.id)
    if bucket is not None and not bucket.allows(REPLY):
        limits.dry.add(workspace.id)
        return None
    if bucket is not None:
        bucket.take()
    return Edit(parcel, Receipt(row.room or "", row.receipt), message.case_ids, outcome)


def _instead(row: Delivery, outcome: str, place: Account | Room) -> tuple[Message, str]:
    """A word that a case is gone, or the same cases as they are shown now."""
    if outcome == DONE:
        return Message(row.dedupe_key, {"cases": len(row.case_ids)}), CARD
    ids = tuple(row.case_ids)
    content: dict[str, Any] = {"case_ids": list(ids)}
    if isinstance(place, Room):
        content["office_id"] = place.office_id or ""
    elif row.kind != ALOUD:
        content["member_id"] = place.member_id
    return Message(row.dedupe_key, content, case_ids=ids), ANEW


async def _replaced(worker: Worker, company_id: str, edit: Edit, limits: _Limits) -> bool:
    if edit.parcel.workspace_id in limits.refused:
        return False
    try:
        await worker.courier.replace(edit.parcel, edit.receipt)
    except DeliveryUnknown as error:
        log.warning("taking back %s waits: %s", edit.parcel.id, error.reason)
        return False
    except DeliveryFailed as error:
        log.warning("taking back %s failed: %s", edit.parcel.id, error.reason)
        if error.retry_after is not None:
            await _slow_down(worker, company_id, edit, error)
            limits.refused.add(edit.parcel.workspace_id)
            limits.dry.add(edit.parcel.workspace_id)
        if not error.permanent:
            return False
        return await _close(worker, company_id, edit, GIVEN_UP)
    return await _close(worker, company_id, edit, edit.outcome)


async def _slow_down(worker: Worker, company_id: str, edit: Edit, error: DeliveryFailed) -> None:
    """A 429: nothing is updated in that workspace before, and then more slowly."""
    async with worker.database.transaction(Scope(company_id)) as shelf:
        bucket = await buckets.for_updates(shelf, edit.parcel.platform, edit.parcel.workspace_id)
        if bucket is not None:
            bucket.block(shelf.now + ledger.pause_after(0, error, worker.dice))


async def _close(worker: Worker, company_id: str, edit: Edit, outcome: str) -> bool:
    async with worker.database.transaction(Scope(company_id)) as shelf:
        row = await Ledger(shelf).delivery(edit.parcel.id)
        if row is not None:
            row.outcome = outcome
            row.case_ids = row.case_ids if outcome == GIVEN_UP else list(edit.case_ids)
    return outcome != GIVEN_UP
