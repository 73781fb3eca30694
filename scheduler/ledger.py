"""The ledger's steps: owe, claim, intend, settle. Each is one fenced write in one transaction.

Nothing here calls a platform. A worker that lost its lease finds its fence changed and stops.
"""

from __future__ import annotations

import hashlib
import random
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from cases.columns import new_id
from cases.db import Shelf
from cases.models.org import Account, Room
from scheduler.job import REPLY
from scheduler.models import Delivery, DeliveryAttempt, DeliveryState
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
    batch: int = 20
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


async def owe(shelf: Shelf, owed: Owed) -> bool:
    """Puts a message in the ledger; False when it is owed already (its key is taken)."""
    ready = owed.state is DeliveryState.READY
    start = owed.not_before or shelf.now
    return await Ledger(shelf).once(
        Delivery,
        id=new_id(),
        dedupe_key=owed.dedupe_key,
        occurrence_id=owed.occurrence_id,
        workspace_id=owed.workspace_id,
        user=owed.user,
        member_id=owed.member_id,
        room_id=owed.room_id,
        case_ids=list(owed.case_ids),
        kind=owed.kind,
        payload=owed.payload,
        payload_sha256=hashlib.sha256(owed.payload or b"").hexdigest(),
        priority=owed.priority,
        unsolicited=owed.unsolicited,
        state=owed.state,
        not_before=start,
        expires_at=owed.expires_at,
        next_at=start if ready else None,
        client_msg_id=str(uuid.uuid5(_NAMESPACE, owed.dedupe_key)),
        outcome=owed.outcome,
        created_at=shelf.now,
    )


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


async def claim(shelf: Shelf, pace: Pace, owner: str) -> list[Claim]:
    """Takes due messages under a lease, replies first; at most `pace.batch`."""
    rows = await Ledger(shelf).claim(
        Delivery.state == DeliveryState.READY,
        owner,
        pace.lease,
        pace.batch,
        state=DeliveryState.SENDING,
        intent_at=None,
    )
    order = sorted(rows, key=lambda row: (row.priority, row.next_at or row.not_before, row.id))
    return [Claim(row.id, row.fence) for row in order]


async def intend(shelf: Shelf, row: Delivery, pace: Pace) -> None:
    """Writes down that a POST is about to happen; the row must be held (`Ledger.held`)."""
    now = shelf.now
    row.intent_at, row.first_intent_at = now, row.first_intent_at or now
    row.lease_until, row.next_at = now + pace.lease, now + pace.quiet
    row.attempts += 1
    shelf.session.add(
        DeliveryAttempt(
            company_id=row.company_id, delivery_id=row.id, fence=row.fence, started_at=now
        )
    )


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
    )


async def place_of(shelf: Shelf, row: Delivery) -> Account | Room | None:
    """The room or account that the message goes to; None when it is gone."""
    if row.room_id is not None:
        return await shelf.people.room(row.room_id)
    return await shelf.people.account(row.workspace_id or "", row.user or "")


async def sent(shelf: Shelf, claim: Claim, receipt: Receipt, pace: Pace) -> bool:
    """`sending` or `unknown` → `sent`. More than one attempt: sweeps will look for copies."""
    row = await Ledger(shelf).held(claim.id, claim.fence)
    if row is None:
        return False
    again = row.attempts > 1 and bool(pace.sweeps)
    row.state, row.room, row.receipt = DeliveryState.SENT, receipt.room, receipt.message_id
    row.sent_at, row.lease_owner, row.lease_until = shelf.now, None, None
    row.next_at = shelf.now + pace.sweeps[0] if again else None
    await _ended(shelf, claim, "sent")
    return True


async def unknown(shelf: Shelf, claim: Claim, error: DeliveryUnknown) -> bool:
    """`sending` → `unknown`: nothing more is sent before somebody looked (not before Q)."""
    row = await Ledger(shelf).held(claim.id, claim.fence)
    if row is None:
        return False
    row.state, row.lease_owner, row.lease_until = DeliveryState.UNKNOWN, None, None
    row.outcome = error.reason
    await _ended(shelf, claim, "unknown", error.reason, error.http_status)
    return True


async def failed(
    shelf: Shelf, claim: Claim, error: DeliveryFailed, pace: Pace, dice: random.Random
) -> bool:
    """`sending` → `ready` later, or `dead`: the message certainly did not arrive.

    A 429 and a workspace-wide failure burn no attempt.
    """
    row = await Ledger(shelf).held(claim.id, claim.fence)
    if row is None:
        return False
    row.intent_at, row.lease_owner, row.lease_until = None, None, None
    row.outcome = error.reason
    blameless = error.retry_after is not None or error.workspace_wide
    row.attempts -= 1 if blameless else 0
    dead = not blameless and (error.permanent or row.attempts >= pace.tries)
    row.state = DeliveryState.DEAD if dead else DeliveryState.READY
    row.next_at = None if dead else shelf.now + pause_after(row.attempts, error, dice)
    await _ended(shelf, claim, "failed", error.reason, error.http_status, error.retry_after)
    return True


def pause_after(attempts: int, error: DeliveryFailed, dice: random.Random) -> timedelta:
    """Retry-After within 1 s–1 h, else 5 s · 2ⁿ capped at 1 h; ±20 %, so that waves spread."""
    if error.workspace_wide:
        return timedelta(0)  # the workspace is paused: its rows are not claimed
    if error.retry_after is not None:
        return timedelta(seconds=min(3600.0, max(1.0, error.retry_after)) * dice.uniform(1, 1.2))
    seconds: float = min(3600.0, 5.0 * 2 ** max(0, attempts - 1)) * dice.uniform(0.8, 1.2)
    return timedelta(seconds=seconds)


async def _ended(
    shelf: Shelf,
    claim: Claim,
    result: str,
    error: str | None = None,
    http_status: int | None = None,
    retry_after: float | None = None,
) -> None:
    attempt = await Ledger(shelf).attempt(claim.id, claim.fence)
    if attempt is None:
        return
    attempt.ended_at, attempt.result, attempt.error = shelf.now, result, error
    attempt.http_status, attempt.retry_after = http_status, retry_after
