"""Inbox and ledger: what was received, what is due, what is owed, and every try to send it.

Columns and states are those of docs/reliability.md; `company_id` leads every key.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cases.columns import Base, Owned, Word


class InboxState(StrEnum):
    """An event on its way in."""

    RECEIVED = "received"
    DONE = "done"
    DEAD = "dead"  # twelve tries failed; an administrator sees it


class ScheduleState(StrEnum):
    """What 事務局 wants of a schedule."""

    ON = "on"
    HELD = "held"  # 保留: what falls due waits as long as it may be late, then it is skipped
    OFF = "off"  # nothing falls due


class OccurrenceState(StrEnum):
    """One period of one schedule."""

    PLANNED = "planned"
    FANNED_OUT = "fanned_out"  # its deliveries are in the ledger
    CLOSED = "closed"  # each of them has ended
    SKIPPED = "skipped"  # with a reason that somebody sees


class DeliveryState(StrEnum):
    """One message on its way out. After `unknown` nothing is sent before somebody looked."""

    READY = "ready"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    NEEDS_HUMAN = "needs_human"
    DEAD = "dead"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


ENDED = (
    DeliveryState.SENT,
    DeliveryState.DEAD,
    DeliveryState.EXPIRED,
    DeliveryState.CANCELLED,
)
OPEN = tuple(state for state in DeliveryState if state not in ENDED)


class InboxEvent(Owned, Base):
    """An event as it came, committed before the ack. `raw` is sealed, and NULL once handled."""

    __tablename__ = "inbox_event"
    __table_args__ = (
        UniqueConstraint("company_id", "workspace_id", "platform", "external_id"),
        Index("ix_inbox_event_waiting", "company_id", "state", "next_at"),
        Index("ix_inbox_event_message", "company_id", "workspace_id", "message"),
    )
    workspace_id: Mapped[str]
    platform: Mapped[str]
    external_id: Mapped[str]
    message: Mapped[str | None]  # the message that this is a version of; None: no message
    received_at: Mapped[datetime]
    raw: Mapped[bytes | None]
    state: Mapped[InboxState] = mapped_column(Word(InboxState), default=InboxState.RECEIVED)
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]  # before this moment nobody else takes the event over


class Watermark(Base):
    """How far the history of a chat has been read; the gap after it is filled."""

    __tablename__ = "watermark"
    company_id: Mapped[str] = mapped_column(primary_key=True)
    workspace_id: Mapped[str] = mapped_column(primary_key=True)
    room: Mapped[str] = mapped_column(primary_key=True)
    last_ts: Mapped[str]
    filled_at: Mapped[datetime]


class Process(Base):
    """A process that lives, and when it last said so. It belongs to no company (ADR 18)."""

    __tablename__ = "process"
    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]  # run, serve, worker or watchdog
    started_at: Mapped[datetime]
    beat_at: Mapped[datetime]
    planned_at: Mapped[datetime | None]  # the planner's last tick in it; None: it does not plan


class Schedule(Owned, Base):
    """One recurring job of a company. Periods before `known_since` were never promised."""

    __tablename__ = "schedule"
    __table_args__ = (UniqueConstraint("company_id", "kind"),)
    kind: Mapped[str]
    rule: Mapped[str]
    tz: Mapped[str]
    calendar_id: Mapped[str | None]  # None: the company's own calendar, in its settings
    version: Mapped[int] = mapped_column(default=1)
    known_since: Mapped[datetime]
    last_period: Mapped[str | None]
    catch_up_days: Mapped[int]  # business days that a message may be late
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    state: Mapped[ScheduleState] = mapped_column(
        Word(ScheduleState), default=ScheduleState.ON, server_default="on"
    )


class Occurrence(Owned, Base):
    """The decision for one period: made once, whatever restarts."""

    __tablename__ = "occurrence"
    __table_args__ = (
        UniqueConstraint("company_id", "schedule_id", "period_key"),
        Index("ix_occurrence_state", "company_id", "state", "due_at"),
    )
    schedule_id: Mapped[str]
    period_key: Mapped[str]
    due_at: Mapped[datetime]
    state: Mapped[OccurrenceState] = mapped_column(
        Word(OccurrenceState), default=OccurrenceState.PLANNED
    )
    reason: Mapped[str] = mapped_column(default="")
    told_at: Mapped[datetime | None]  # when 事務局 was told that it was skipped


class Delivery(Owned, Base):
    """One message owed to one member or room. Its bytes are frozen when it is owed."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("company_id", "dedupe_key"),
        Index("ix_delivery_due", "company_id", "state", "next_at"),
        # A claim reads the first rows of this one, however long the queue behind them is.
        Index("ix_delivery_claim", "company_id", "workspace_id", "state", "priority", "next_at"),
        Index("ix_delivery_expiry", "company_id", "state", "expires_at"),
        Index("ix_delivery_member", "company_id", "member_id", "not_before"),
        Index("ix_delivery_occurrence", "company_id", "occurrence_id", "state"),
    )
    dedupe_key: Mapped[str]
    occurrence_id: Mapped[str | None]
    workspace_id: Mapped[str | None]  # None: the person has no account yet
    user: Mapped[str | None]  # the account's user on that platform
    member_id: Mapped[str | None]
    room_id: Mapped[str | None]
    case_ids: Mapped[list[str]] = mapped_column(default=list)
    kind: Mapped[str]
    payload: Mapped[bytes | None]
    payload_sha256: Mapped[str] = mapped_column(default="")
    priority: Mapped[int]
    unsolicited: Mapped[bool] = mapped_column(default=False)  # counts for the weekly budget
    state: Mapped[DeliveryState] = mapped_column(Word(DeliveryState), default=DeliveryState.READY)
    not_before: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    next_at: Mapped[datetime | None]  # when the next step is due; None: nothing is left to do
    fence: Mapped[int] = mapped_column(default=0)
    lease_owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    first_intent_at: Mapped[datetime | None]
    intent_at: Mapped[datetime | None]
    client_msg_id: Mapped[str]
    room: Mapped[str | None]  # where the platform put it
    receipt: Mapped[str | None]  # the platform's message id
    outcome: Mapped[str] = mapped_column(default="")
    sweeps: Mapped[int] = mapped_column(default=0)  # how often extra copies were looked for
    removed: Mapped[int] = mapped_column(default=0)  # extra copies that were deleted
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]  # opened in 受信箱; no chat platform tells


class DeliveryAttempt(Base):
    """One POST, or one look back, under one fence. Rows are only added and ended."""

    __tablename__ = "delivery_attempt"
    company_id: Mapped[str] = mapped_column(primary_key=True)
    delivery_id: Mapped[str] = mapped_column(primary_key=True)
    fence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    result: Mapped[str | None]
    http_status: Mapped[int | None]
    error: Mapped[str | None]
    retry_after: Mapped[float | None]  # seconds


class RateBucket(Base):
    """Tokens of one method of one workspace, shared by all replicas."""

    __tablename__ = "rate_bucket"
    company_id: Mapped[str] = mapped_column(primary_key=True)
    workspace_id: Mapped[str] = mapped_column(primary_key=True)
    method: Mapped[str] = mapped_column(primary_key=True)
    scope: Mapped[str] = mapped_column(primary_key=True)
    tokens: Mapped[float]
    per_minute: Mapped[float]  # adapts: halved on a 429, +5 % per quiet minute
    refilled_at: Mapped[datetime]
    blocked_until: Mapped[datetime | None]
