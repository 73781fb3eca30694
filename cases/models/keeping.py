"""What stops the clock of retention: legal holds; and which companies ended."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from cases.columns import Base, Owned


class LegalHold(Owned, Base):
    """訴訟・調査のための保全: nothing of its subject is purged before it is lifted."""

    __tablename__ = "legal_hold"
    what: Mapped[str]  # company, member or case
    subject: Mapped[str]  # the id of it
    reference: Mapped[str]  # the number of a file outside; no names
    placed_by: Mapped[str]
    placed_at: Mapped[datetime]
    lifted_by: Mapped[str | None]
    lifted_at: Mapped[datetime | None]


class EndedCompany(Base):
    """A company whose rows were all deleted: its id alone, so that no restore brings it back."""

    __tablename__ = "ended_company"
    id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
