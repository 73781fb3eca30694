"""What the bot and people say over time: digests, reflections, and where a conversation stands."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cases.columns import Base, Owned


class Digest(Base):
    """月次まとめ of one office; `month` (YYYY-MM) is the month it is about."""

    __tablename__ = "digest"
    company_id: Mapped[str] = mapped_column(primary_key=True)
    office_id: Mapped[str] = mapped_column(primary_key=True)
    month: Mapped[str] = mapped_column(primary_key=True)
    items: Mapped[list[dict[str, Any]]] = mapped_column(default=list)  # {case_id, reason}
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)
    made_at: Mapped[datetime]


class Reflection(Owned, Base):
    """振り返り: one question and a private answer, sealed until its writer shares it."""

    __tablename__ = "reflection"
    __table_args__ = (UniqueConstraint("company_id", "member_id", "asked_on"),)
    member_id: Mapped[str]
    asked_on: Mapped[str]  # JST date, YYYY-MM-DD
    prompt: Mapped[str]  # id of the prompt bank, or trial:<id>
    state: Mapped[str] = mapped_column(default="asked")  # asked, answered, passed, later
    answer: Mapped[bytes | None]  # sealed
    shared: Mapped[str | None]  # what its writer chose to share, checked by the guard
    trial_id: Mapped[str | None]
    draft_id: Mapped[str | None]
    answered_at: Mapped[datetime | None]


class Asked(Base):
    """A member's last search in one chat thread: what a follow-up there narrows."""

    __tablename__ = "asked"
    company_id: Mapped[str] = mapped_column(primary_key=True)
    member_id: Mapped[str] = mapped_column(primary_key=True)
    thread: Mapped[str] = mapped_column(primary_key=True)
    search: Mapped[dict[str, Any]] = mapped_column(default=dict)
    updated_at: Mapped[datetime]


class Talk(Base):
    """Where a member's conversation stands: the question that waits, the last search."""

    __tablename__ = "talk"
    company_id: Mapped[str] = mapped_column(primary_key=True)
    member_id: Mapped[str] = mapped_column(primary_key=True)
    waiting_for: Mapped[dict[str, Any]] = mapped_column(default=dict)
    search: Mapped[dict[str, Any]] = mapped_column(default=dict)
    updated_at: Mapped[datetime]
