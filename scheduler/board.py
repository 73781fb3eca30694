"""What is due, sent and stuck, for the 状態 page; and what an administrator does about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from cases import audit, rights
from cases.db import Shelf
from cases.errors import NotFound
from cases.rights import Action
from scheduler import calendar as dates
from scheduler.job import Job, Period
from scheduler.models import Delivery, DeliveryState
from scheduler.planner import LOOK_AHEAD
from scheduler.store.inbox import Inbox
from scheduler.store.ledger import Ledger

UNSURE = (DeliveryState.NEEDS_HUMAN,)  # perhaps it arrived
STUCK = (DeliveryState.NEEDS_HUMAN, DeliveryState.DEAD)
GONE = ("app_uninstalled", "tokens_revoked")  # only a new installation brings a workspace back
WAITING = (DeliveryState.READY, DeliveryState.SENDING, DeliveryState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Coming:
    """The next turns of one job."""

    kind: str
    rule: str
    next: tuple[Period, ...]


@dataclass(frozen=True, slots=True)
class Stuck:
    """A message that did not arrive, or perhaps did: `outcome` is a code, never text."""

    id: str
    kind: str
    member_id: str | None
    room_id: str | None
    state: DeliveryState
    outcome: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Board:
    """One company's queue. `deliveries` and `inbox`: how many rows by state."""

    deliveries: dict[str, int]
    inbox: dict[str, int]
    coming: tuple[Coming, ...]
    stuck: tuple[Stuck, ...]


async def board(shelf: Shelf, jobs: Mapping[str, Job], *, turns: int = 1, last: int = 10) -> Board:
    """The queue with the next `turns` of each job and the `last` messages that are stuck."""
    ledger = Ledger(shelf)
    return Board(
        deliveries=await ledger.counts(),
        inbox=await Inbox(shelf).counts(),
        coming=tuple(await coming(shelf, jobs, turns=turns)),
        stuck=await stuck(shelf, last),
    )


async def stuck(shelf: Shelf, last: int) -> tuple[Stuck, ...]:
    """The `last` messages that are stuck, newest first."""
    rows = await Ledger(shelf).deliveries(Delivery.state.in_(STUCK), last)
    return tuple(
        Stuck(row.id, row.kind, row.member_id, row.room_id, row.state, row.outcome, row.not_before)
        for row in rows
    )


async def coming(shelf: Shelf, jobs: Mapping[str, Job], *, turns: int = 1) -> list[Coming]:
    """The next turns of each job within about two months, soonest job first."""
    company = await shelf.people.company()
    zone, calendar = ZoneInfo(company.zone), dates.from_settings(company.settings)
    today = dates.local_date(shelf.now, zone)
    found: list[Coming] = []
    for job in jobs.values():
        ahead = job.periods(calendar, zone, today, today + LOOK_AHEAD)
        nearest = sorted((p for p in ahead if p.due_at > shelf.now), key=lambda p: p.due_at)
        found.append(Coming(job.name, job.rule, tuple(nearest[:turns])))
    return sorted(found, key=lambda one: (not one.next, [turn.due_at for turn in one.next]))


CHATS = ("slack", "teams")  # what goes there has the form of the platform, and stays there


async def mailbox(shelf: Shelf, member_id: str, limit: int = 50) -> list[Delivery]:
    """受信箱: what a member was sent, newest first, with the bytes that were sent."""
    pages = [row.id for row in await shelf.people.workspaces() if row.platform not in CHATS]
    where = (Delivery.member_id == member_id) & (Delivery.state == DeliveryState.SENT)
    where &= Delivery.workspace_id.in_(pages)
    return list(await Ledger(shelf).deliveries(where, limit))


async def mark_sent(shelf: Shelf, delivery_id: str) -> None:
    """［送信済みにする］: somebody saw it arrive."""
    row = await _stuck(shelf, delivery_id, DeliveryState.NEEDS_HUMAN)
    row.state, row.sent_at, row.outcome = DeliveryState.SENT, shelf.now, "seen_by_a_person"
    await audit.record(shelf, "delivery.mark_sent", row.id)


async def send_again(shelf: Shelf, delivery_id: str) -> None:
    """［もう一度送る］: somebody looked, and it is not there. The same bytes, the same key."""
    row = await _stuck(shelf, delivery_id, *STUCK)
    if row.payload is None:
        raise NotFound
    row.state, row.next_at, row.intent_at = DeliveryState.READY, shelf.now, None
    row.attempts, row.expires_at, row.fence = 0, None, row.fence + 1
    account = await shelf.people.account(row.workspace_id or "", row.user or "")
    if account is not None:
        account.blocked = ""  # somebody looked
    await audit.record(shelf, "delivery.send_again", row.id)


async def cancel(shelf: Shelf, delivery_id: str) -> None:
    """Takes back a message that has not started; NotFound when it is too late."""
    row = await _stuck(shelf, delivery_id, DeliveryState.READY, *STUCK)
    row.state, row.next_at, row.payload = DeliveryState.CANCELLED, None, None
    row.outcome, row.fence = "cancelled_by_a_person", row.fence + 1
    await audit.record(shelf, "delivery.cancel", row.id)


@dataclass(frozen=True, slots=True)
class Pause:
    """A workspace in which nothing is sent: `reason` is the platform's code, "" for none."""

    workspace_id: str
    platform: str
    reason: str


async def pauses(shelf: Shelf) -> list[Pause]:
    """Workspaces that were paused, by a refusal of the platform or by hand."""
    return [
        Pause(row.id, row.platform, row.paused_for)
        for row in await Ledger(shelf).workspaces("paused")
    ]


async def resume(shelf: Shelf, workspace_id: str) -> None:
    """［再開する］: what waited is sent from now on. Raises NotAllowed, or NotFound."""
    rights.need(shelf, Action.DELIVERIES, workspace_id)
    row = await shelf.people.workspace(workspace_id)
    if row is None or row.state != "paused" or row.paused_for in GONE:
        raise NotFound
    row.state, row.paused_for = "active", ""
    await audit.record(shelf, "workspace.resume", row.id)


async def _stuck(shelf: Shelf, delivery_id: str, *states: DeliveryState) -> Delivery:
    """The row, locked, for an administrator. Raises NotAllowed, or NotFound in another state."""
    rights.need(shelf, Action.DELIVERIES, delivery_id)
    row = await Ledger(shelf).delivery(delivery_id)
    held = await Ledger(shelf).held(delivery_id, row.fence) if row is not None else None
    if held is None or held.state not in states:
        raise NotFound
    return held
