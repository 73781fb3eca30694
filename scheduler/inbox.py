"""Events on their way in: kept before the ack, handled once, taken over when a process died."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cases import audit, rights
from cases.columns import new_id
from cases.db import Database, Shelf
from cases.errors import NotFound
from cases.rights import Action
from cases.scope import Scope
from cases.seal import KeyRing
from scheduler.models import InboxEvent, InboxState
from scheduler.ports import Event, Receiver
from scheduler.store.inbox import Inbox

log = logging.getLogger(__name__)
FRESH = timedelta(seconds=30)  # the process that kept it handles it; then a worker takes over
TRIES = 12
BATCH = 20


class AlreadyHandled(Exception):  # not an error: the other one's work stands
    """Another process finished this event first; the transaction must not commit."""


class Superseded(Exception):  # not an error: what the person wrote later counts
    """A later version of the same message is in the inbox; this one must not take effect."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A verified envelope: where it belongs, the platform's own id of it, and what came."""

    company_id: str
    workspace_id: str
    platform: str
    external_id: str
    raw: str = field(repr=False)


async def keep(database: Database, ring: KeyRing, arrival: Arrival) -> Event | None:
    """Commits the event, sealed; ack after this returns. None: it is here already (a copy)."""
    event_id = new_id()
    async with database.transaction(Scope(arrival.company_id)) as shelf:
        fresh = await Inbox(shelf).once(
            InboxEvent,
            id=event_id,
            workspace_id=arrival.workspace_id,
            platform=arrival.platform,
            external_id=arrival.external_id,
            message=message_of(arrival.external_id),
            received_at=shelf.now,
            raw=ring.seal(arrival.raw, arrival.company_id),
            next_at=shelf.now + FRESH,
        )
    if not fresh:
        return None
    return Event(
        arrival.company_id,
        event_id,
        arrival.workspace_id,
        arrival.platform,
        arrival.external_id,
        shelf.now,
        arrival.raw,
    )


async def handle(receiver: Receiver, event: Event) -> bool:
    """Handles a kept event; False when it failed and stays in the inbox. Never raises."""
    try:
        await receiver.receive(event)
    except AlreadyHandled:
        return True
    except Exception as error:  # any failure leaves it for another try
        # The type only: an error may quote what somebody typed.
        about = {"company": event.company_id, "event": event.id}
        log.warning("event %s failed: %s", event.id, type(error).__name__, extra=about)
        return False
    return True


async def finish(shelf: Shelf, event_id: str) -> None:
    """Marks it done inside the handler's own transaction and erases what came.

    Raises AlreadyHandled when another process was first: its work stands, this one rolls back.
    """
    if not await Inbox(shelf).finish_event(event_id):
        raise AlreadyHandled


def message_of(external_id: str) -> str | None:
    """`message:ROOM:ID` of `message:ROOM:ID:VERSION`; None for an event that is no message.

    VERSION is the time of the version as text of one length, or `deleted`, which sorts last.
    """
    if not external_id.startswith("message:"):
        return None
    return external_id.rpartition(":")[0]


async def newest(shelf: Shelf, event: Event) -> None:
    """Raises Superseded where a later version of the event's message was kept.

    Order of arrival plays no part, so an edit that comes before its original wins as well.
    """
    message = message_of(event.external_id)
    if message is None:
        return
    versions = await Inbox(shelf).versions(event.workspace_id, message)
    if any(other > event.external_id for other in versions):
        raise Superseded


async def take_over(database: Database, ring: KeyRing, receiver: Receiver, company_id: str) -> int:
    """Handles events that nobody finished in time: how many were tried."""
    async with database.transaction(Scope(company_id)) as shelf:
        rows = [row for row in await Inbox(shelf).waiting_events(BATCH) if _try_again(shelf, row)]
    for row in rows:
        event = _opened(ring, row)
        if event is not None:
            await handle(receiver, event)
    return len(rows)


def _opened(ring: KeyRing, row: InboxEvent) -> Event | None:
    """The event with its text; None when its key is gone, so that it stops no other one."""
    try:
        raw = ring.open(row.raw or b"", row.company_id)
    except Exception as error:
        log.error("event %s cannot be opened: %s", row.id, type(error).__name__)
        return None
    return Event(
        row.company_id,
        row.id,
        row.workspace_id,
        row.platform,
        row.external_id,
        row.received_at,
        raw,
    )


@dataclass(frozen=True, slots=True)
class Dead:
    """An event that twelve tries could not handle. Its text stays sealed: nobody reads it here."""

    id: str
    platform: str
    received_at: datetime
    attempts: int
    has_text: bool  # False: erased after 14 days, so it can only be dropped


async def dead(shelf: Shelf, limit: int = 20) -> list[Dead]:
    """The dead events, newest first, for an administrator. Raises NotAllowed for others."""
    rights.need(shelf, Action.EVENTS)
    return [
        Dead(row.id, row.platform, row.received_at, row.attempts, row.raw is not None)
        for row in await Inbox(shelf).of_state(InboxState.DEAD, limit)
    ]


async def retry(shelf: Shelf, event_id: str) -> None:
    """An administrator's second chance for a dead event: twelve new tries.

    Raises NotAllowed, or NotFound for an event that is not dead or whose text is gone.
    """
    row = await _dead(shelf, event_id)
    if row.raw is None:
        raise NotFound
    row.state, row.attempts, row.next_at = InboxState.RECEIVED, 0, shelf.now
    await audit.record(shelf, "inbox.retry", row.id)


async def drop(shelf: Shelf, event_id: str) -> None:
    """An administrator gives a dead event up: its text is erased, its id stays, so that no copy
    of it counts as new. Raises NotAllowed or NotFound."""
    row = await _dead(shelf, event_id)
    row.state, row.raw = InboxState.DONE, None
    await audit.record(shelf, "inbox.drop", row.id)


async def _dead(shelf: Shelf, event_id: str) -> InboxEvent:
    rights.need(shelf, Action.EVENTS, event_id)
    row = await Inbox(shelf).event(event_id)
    if row is None or row.state is not InboxState.DEAD:
        raise NotFound
    return row


def _try_again(shelf: Shelf, row: InboxEvent) -> bool:
    """Counts the try and hides the event from others meanwhile; after twelve it is dead."""
    if row.attempts >= TRIES:
        row.state = InboxState.DEAD
        about = {"company": row.company_id, "event": row.id}
        log.error("event %s is dead after %d tries", row.id, row.attempts, extra=about)
        return False
    row.attempts += 1
    row.next_at = shelf.now + min(FRESH * 2 ** (row.attempts - 1), timedelta(hours=1))
    return True
