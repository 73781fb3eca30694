"""The ledger's steps: owe, recover, settle. Claims are in `scheduler.claiming`.

Nothing here calls a platform. A worker that lost its lease finds its fence changed and stops.
"""

from __future__ import annotations

import hashlib
import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cases.columns import new_id
from cases.db import Shelf
from cases.models.org import Account, Room
from scheduler.job import REPLY
from scheduler.models import Delivery, DeliveryState
from scheduler.ports import DeliveryFailed, DeliveryUnknown, Parcel, Receipt
from scheduler.store.ledger import Ledger
from scheduler.store.plans import Plans

_NAMESPACE = uuid.UUID("6f5c1a52-6f0e-4f0e-9a57-0f6b7d1f2a11")


@dataclass(frozen=True, slots=True)
class Pace:
    """How long the ledger waits; docs/reliability.md derives the numbers.

    `landing`: the longest that a request is assumed to take to land after its time-out. `slack`:
    the longest from intent to first byte. Quiet time Q = answer + landing + slack = 95 s.
    """

    lease: timedelta = timedelta(seconds=60)
    answer: timedelta = timedelta(seconds=30)  # HTTP time-out
    landing: timedelta = timedelta(seconds=60)
    slack: timedelta = timedelta(seconds=5)
    sweeps: tuple[timedelta, ...] = (timedelta(minutes=10), timedelta(hours=24))
    batch: int = 50  # a claim costs the same for 20 rows; of each workspace
    tries: int = 12

    @property
    def quiet(self) -> timedelta:
        """Q: before intent + Q a missing message proves nothing."""
        return self.answer + self.landing + self.slack


@dataclass(frozen=True, slots=True)
class Owed:
    """A message to be put in the ledger. `payload` None: it is only recorded, with `outcome`."""

    dedupe_key: str
    kind: str
    payload: bytes | None
    priority: int = REPLY
    workspace_id: str | None = None
    user: str | None = None
    member_id: str | None = None
    room_id: str | None = None
    occurrence_id: str | None = None
    case_ids: tuple[str, ...] = ()
    not_before: datetime | None = None  # None: now
    expires_at: datetime | None = None
    unsolicited: bool = False
    state: DeliveryState = DeliveryState.READY
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery under our lease: writes count only while the fence is still this one."""

    id: str
    fence: int
    attempts: int = 1  # with the one that is under way


Answer = Receipt | DeliveryFailed | DeliveryUnknown
Settled = tuple[Claim, Answer]


async def owe(shelf: Shelf, owed: Owed) -> bool:
    """Puts a message in the ledger; False when it is owed already (its key is taken)."""
    return await Ledger(shelf).once(Delivery, **_row(shelf, owed))


async def owe_all(shelf: Shelf, many: Sequence[Owed]) -> None:
    """Puts many messages in the ledger; those that are owed already stay as they are."""
    await Ledger(shelf).all_once(Delivery, [_row(shelf, owed) for owed in many])


def _row(shelf: Shelf, owed: Owed) -> dict[str, Any]:
    ready = owed.state is DeliveryState.READY
    start = owed.not_before or shelf.now
    return {
        "id": new_id(),
        "dedupe_key": owed.dedupe_key,
        "occurrence_id": owed.occurrence_id,
        "workspace_id": owed.workspace_id,
        "user": owed.user,
        "member_id": owed.member_id,
        "room_id": owed.room_id,
        "case_ids": list(owed.case_ids),
        "kind": owed.kind,
        "payload": owed.payload,
        "payload_sha256": hashlib.sha256(owed.payload or b"").hexdigest(),
        "priority": owed.priority,
        "unsolicited": owed.unsolicited,
        "state": owed.state,
        "not_before": start,
        "expires_at": owed.expires_at,
        "next_at": start if ready else None,
        "client_msg_id": str(uuid.uuid5(_NAMESPACE, owed.dedupe_key)),
        "outcome": owed.outcome,
        "created_at": shelf.now,
    }


async def recover(shelf: Shelf) -> None:
    """Frees what dead workers held: without an intent `ready`, with one `unknown`.

    `next_at` of an intended row is intent + Q already. Fences stay, so a worker that was only
    slow may still record what it knows. What is past its time expires.
    """
    ledger, now = Ledger(shelf), shelf.now
    sending = (Delivery.state == DeliveryState.SENDING) & (Delivery.lease_until <= now)
    await ledger.change(sending & Delivery.intent_at.is_(None), state=DeliveryState.READY)
    await ledger.change(sending & Delivery.intent_at.is_not(None), state=DeliveryState.UNKNOWN)
    await ledger.change(
        (Delivery.state == DeliveryState.READY) & (Delivery.expires_at <= now),
        state=DeliveryState.EXPIRED,
        next_at=None,
        payload=None,
        outcome="too_late",
    )
    await Plans(shelf).close_finished()


async def parcel_of(shelf: Shelf, row: Delivery) -> Parcel | None:
    """What to send and where; None when the account, room, workspace or payload is gone."""
    workspace = await shelf.people.workspace(row.workspace_id or "")
    place = await place_of(shelf, row)
    if workspace is None or place is None or row.payload is None:
        return None
    return Parcel(
        company_id=row.company_id,
        id=row.id,
        kind=row.kind,
        platform=workspace.platform,
        workspace_id=workspace.id,
        address=place.address,
        payload=row.payload,
        client_msg_id=row.client_msg_id,
        user=row.user,
        member_id=row.member_id,
        room_id=row.room_id,
        shut_out=getattr(place, "blocked", ""),
    )


async def place_of(shelf: Shelf, row: Delivery) -> Account | Room | None:
    """The room or account that the message goes to; None when it is gone."""
    if row.room_id is not None:
        return await shelf.people.room(row.room_id)
    return await shelf.people.account(row.workspace_id or "", row.user or "")


async def settle(shelf: Shelf, answers: Sequence[Settled], pace: Pace, dice: random.Random) -> int:
    """Writes down what the platform answered, where the fence is still ours: how many.

    `sending` or `unknown` → `sent` (after more than one attempt sweeps will look for copies),
    `unknown` (nothing more is sent before somebody looked, not before Q), `ready` later, or
    `dead`. A 429 and a workspace-wide failure burn no attempt.
    """
    ledger, written = Ledger(shelf), 0
    groups: dict[type, list[dict[str, Any]]] = {}
    for claim, answer in answers:
        row = {"id": claim.id, "fence": claim.fence, **_became(shelf, claim, answer, pace, dice)}
        groups.setdefault(type(answer), []).append(row)
    for rows in groups.values():
        written += await ledger.settle(rows)
    await ledger.end_attempts([_ended(claim, answer) for claim, answer in answers])
    return written


def _became(
    shelf: Shelf, claim: Claim, answer: Answer, pace: Pace, dice: random.Random
) -> dict[str, Any]:
    if isinstance(answer, Receipt):
        return {"sent_at": shelf.now, "outcome": "", **arrived(shelf, claim.attempts, answer, pace)}
    if isinstance(answer, DeliveryUnknown):
        return {"state": DeliveryState.UNKNOWN, "outcome": answer.reason}
    blameless = answer.retry_after is not None or answer.workspace_wide
    attempts = claim.attempts - blameless
    dead = not blameless and (answer.permanent or attempts >= pace.tries)
    return {
        "state": DeliveryState.DEAD if dead else DeliveryState.READY,
        "outcome": answer.reason,
        "intent_at": None,
        "attempts": attempts,
        "next_at": None if dead else shelf.now + pause_after(attempts, answer, dice),
    }


def arrived(shelf: Shelf, attempts: int, receipt: Receipt, pace: Pace) -> dict[str, Any]:
    """The columns of a message that is there: after several attempts it is swept for copies."""
    again = attempts > 1 and bool(pace.sweeps)
    return {
        "state": DeliveryState.SENT,
        "room": receipt.room,
        "receipt": receipt.message_id,
        "next_at": shelf.now + pace.sweeps[0] if again else None,
    }


def _ended(claim: Claim, answer: Answer) -> dict[str, Any]:
    failed = isinstance(answer, DeliveryFailed)
    row = {"delivery_id": claim.id, "fence": claim.fence, "error": None, "http_status": None}
    if isinstance(answer, Receipt):
        return row | {"result": "sent", "retry_after": None}
    row |= {"error": answer.reason, "http_status": answer.http_status}
    wait = answer.retry_after if isinstance(answer, DeliveryFailed) else None
    return row | {"result": "failed" if failed else "unknown", "retry_after": wait}


def pause_after(attempts: int, error: DeliveryFailed, dice: random.Random) -> timedelta:
    """Retry-After within 1 s–1 h, else 5 s · 2ⁿ capped at 1 h; ±20 %, so that waves spread."""
    if error.workspace_wide:
        return timedelta(0)  # the workspace is paused: its rows are not claimed
    if error.retry_after is not None:
        return timedelta(seconds=min(3600.0, max(1.0, error.retry_after)) * dice.uniform(1, 1.2))
    seconds: float = min(3600.0, 5.0 * 2 ** max(0, attempts - 1)) * dice.uniform(0.8, 1.2)
    return timedelta(seconds=seconds)
