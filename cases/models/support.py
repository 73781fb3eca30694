"""Who read a case for support, when, and why."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from cases.columns import Base, Owned


class SupportReading(Owned, Base):
    """An IT administrator's look at one case; the trail has the act with a hash of the reason."""

    __tablename__ = "support_reading"
    __table_args__ = (Index("ix_support_reading_who", "company_id", "member_id", "case_id"),)
    member_id: Mapped[str]
    case_id: Mapped[str]
    reason: Mapped[bytes]  # sealed
    read_at: Mapped[datetime]
    until: Mapped[datetime]  # the same person may look again before this moment
