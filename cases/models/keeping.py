"""What changes how long a case holds (legal holds, what changed outside); companies that ended."""

from __future__ import annotations

from datetime import date, datetime

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


class Revision(Owned, Base):
    """添付文書・資材・ツールが変わった, as somebody named it: cases older than it are asked about.

    The id says what changed and is the same for the same change, whoever names it again.
    """

    __tablename__ = "revision"
    what: Mapped[str]  # insert, material or tool
    word: Mapped[str]  # as typed, where it stands in one of the cases; else empty
    tags: Mapped[list[str]]  # areas:…, channels:…, tools:…
    since: Mapped[date]  # the JST day from which on it holds
    named_by: Mapped[str]
    named_at: Mapped[datetime]


class EndedCompany(Base):
    """A company whose rows were all deleted: its id alone, so that no restore brings it back."""

    __tablename__ = "ended_company"
    id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
