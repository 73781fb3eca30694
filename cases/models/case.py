"""A win from first words to published case: drafts, cases, holds and vectors."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cases.columns import Base, Owned, Word
from cases.vocabulary import DraftState, Kind, Status


class Draft(Owned, Base):
    """A post that is not published: `values` are masked already, the wording as typed is sealed."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("company_id", "source"),)  # a message is one draft
    author_id: Mapped[str] = mapped_column(index=True)
    state: Mapped[DraftState] = mapped_column(Word(DraftState), default=DraftState.OPEN)
    values: Mapped[dict[str, Any]] = mapped_column(default=dict)
    findings: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    original: Mapped[bytes | None]  # sealed; erased on confirmation, at most 14 days
    source: Mapped[str | None]
    origin: Mapped[str] = mapped_column(default="self")  # self, prompted, requested, quoted
    written_by: Mapped[str | None]  # who wrote it for the author (聞き書き); kept for audit
    asked_at: Mapped[datetime | None]  # since when it waits for the author's word
    case_id: Mapped[str | None]  # the case that this draft became, or edits
    submitted_at: Mapped[datetime | None]  # since when it waits for a reviewer's word
    review_note: Mapped[str] = mapped_column(default="")  # why a reviewer gave it back
    declared_hash: Mapped[str | None]  # SHA-256 of the text that the three ticks were set for
    unchecked_since: Mapped[datetime | None]  # the guard could not run; it is checked again
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Case(Owned, Base):
    """好事例 as colleagues see it. What is required or filtered is a column, the rest `details`."""

    __tablename__ = "case"
    __table_args__ = (
        UniqueConstraint("company_id", "source"),
        Index("ix_case_changed", "company_id", "changed_at"),
        Index("ix_case_shared", "company_id", "status", "shared_at"),
    )
    kind: Mapped[Kind] = mapped_column(Word(Kind), default=Kind.CUSTOMER_CASE)
    author_id: Mapped[str]
    show_author: Mapped[bool] = mapped_column(default=False)
    office_id: Mapped[str | None]
    title: Mapped[str]
    situation: Mapped[str] = mapped_column(default="")
    action: Mapped[str]
    result: Mapped[str]
    tip: Mapped[str] = mapped_column(default="")
    voice: Mapped[str] = mapped_column(default="")
    intent: Mapped[str] = mapped_column(default="")
    conditions: Mapped[str] = mapped_column(default="")
    steps: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    channels: Mapped[list[str]] = mapped_column(default=list)
    area: Mapped[list[str]] = mapped_column(default=list)
    customer: Mapped[list[str]] = mapped_column(default=list)
    facility: Mapped[str] = mapped_column(default="")
    access: Mapped[str] = mapped_column(default="")
    barrier: Mapped[list[str]] = mapped_column(default=list)
    outcome: Mapped[list[str]] = mapped_column(default=list)
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    language: Mapped[str] = mapped_column(default="ja")
    sample: Mapped[bool] = mapped_column(default=False)
    status: Mapped[Status] = mapped_column(Word(Status), default=Status.OFFICE)
    release_asked_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    released_by: Mapped[str | None]
    review_note: Mapped[str] = mapped_column(default="")  # why a reviewer gave it back
    recast_at: Mapped[datetime | None]  # cards sent before are shown anew: a name or a span left
    confirmed_at: Mapped[datetime | None]  # 「今も有効」 was said; None: its text is newer
    doubted_at: Mapped[datetime | None]  # 「今も有効?」 was asked and waits for an answer
    revision_id: Mapped[str | None]  # the change that brought the question (cases/revisions.py)
    source: Mapped[str | None]
    origin: Mapped[str] = mapped_column(default="self")
    shared_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    @property
    def in_doubt(self) -> bool:
        """Nobody stood for it when asked, or a named change waits for an answer: it sinks."""
        return self.status is Status.STALE or self.revision_id is not None


class Hold(Owned, Base):
    """Text that the guard stopped, sealed, in the queue of the people who may read it.

    `state` is the author's answer in the queue of safety (open, reported, not_applicable), and the
    reviewer's decision in that of compliance (open, released, returned, closed). `decided_at`: when
    a reviewer was done with it; from then on the retention period runs.
    """

    __tablename__ = "hold"
    __table_args__ = (Index("ix_hold_queue", "company_id", "queue", "decided_at"),)
    draft_id: Mapped[str] = mapped_column(index=True)
    author_id: Mapped[str]
    text: Mapped[bytes | None]  # sealed; never embedded, purged by retention
    text_hash: Mapped[str] = mapped_column(default="")  # SHA-256, stays in the trail after a purge
    rules: Mapped[list[str]] = mapped_column(default=list)
    queue: Mapped[str]  # safety or compliance
    state: Mapped[str] = mapped_column(default="open")
    receipt: Mapped[str] = mapped_column(default="")
    heard_on: Mapped[date | None]  # day 0: the day the MR learned it
    reason: Mapped[str] = mapped_column(default="")  # of older versions; sealed from now on
    answer: Mapped[bytes | None]  # sealed: why it does not apply
    created_at: Mapped[datetime]
    shown_at: Mapped[datetime | None]  # when the author saw what to do
    answered_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]


class Embedding(Base):
    """One vector of one part of a case. A visible case without its row is the queue (ADR 4)."""

    __tablename__ = "embedding"
    company_id: Mapped[str] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(primary_key=True)
    part: Mapped[str] = mapped_column(primary_key=True)  # whole, or a sentence's number
    content_hash: Mapped[str]
    vector: Mapped[bytes]  # float32, little-endian
    written_at: Mapped[datetime]
