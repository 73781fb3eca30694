"""What colleagues do with a case: try it, react to it, or ask for one that is not there yet."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cases.columns import Base, Owned, Word
from cases.vocabulary import TrialState


class Trial(Owned, Base):
    """試してみる: the core object. 再現 is computed from these rows and never stored."""

    __tablename__ = "trial"
    __table_args__ = (UniqueConstraint("company_id", "case_id", "member_id"),)
    case_id: Mapped[str]
    member_id: Mapped[str] = mapped_column(index=True)
    office_id: Mapped[str | None]  # the office of the time
    state: Mapped[TrialState] = mapped_column(Word(TrialState), default=TrialState.OPEN)
    opened_at: Mapped[datetime]
    asked: Mapped[int] = mapped_column(default=0)  # how often the question went out
    asked_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]  # when the author heard of the result
    note: Mapped[str] = mapped_column(default="")


class Reaction(Base):
    """参考になった or この方に聞く; a trial is not a reaction."""

    __tablename__ = "reaction"
    company_id: Mapped[str] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(primary_key=True)
    member_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class Wish(Owned, Base):
    """求む！事例: a theme that nobody has answered yet. The asker is never shown."""

    __tablename__ = "wish"
    theme: Mapped[str]
    filters: Mapped[dict[str, Any]] = mapped_column(default=dict)
    asker_id: Mapped[str]  # empty once nobody has to be told (cases/keeping.py)
    office_id: Mapped[str | None]
    state: Mapped[str] = mapped_column(default="open")  # open, answered, closed
    answered_by: Mapped[str | None]  # case id
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
