"""What the roster holds beside its members: dated moves, and a file between preview and word."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from cases.columns import Base, Owned


class Move(Owned, Base):
    """入社・異動・退職 on a day (F82). Done moves stay: they are the member's history."""

    __tablename__ = "move"
    __table_args__ = (Index("ix_move_due", "company_id", "done_at", "day"),)
    member_id: Mapped[str]
    day: Mapped[date]  # the first day on which it holds, JST
    what: Mapped[str]  # join, move or leave
    office_id: Mapped[str | None]  # where to; None: to no office, or it stays as it is on leaving
    from_office_id: Mapped[str | None]  # written when it is done
    roles: Mapped[list[str] | None]  # from that day on; None: as they are
    duty: Mapped[str] = mapped_column(default="")  # main or deputy promoter of the new office
    made_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class RosterFile(Owned, Base):
    """A roster that somebody sent and has not confirmed yet, sealed; erased after one day."""

    __tablename__ = "roster_file"
    member_id: Mapped[str]  # who sent it
    content: Mapped[bytes]  # sealed
    made_at: Mapped[datetime]
