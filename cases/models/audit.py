"""Who did what: an append-only trail, chained by hashes, with ids and no text of cases."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from cases.columns import Base


class AuditEntry(Base):
    """One act. `hash` covers the previous hash and this row, so a changed row shows."""

    __tablename__ = "audit_entry"
    company_id: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str]
    what: Mapped[str]
    subject: Mapped[str]
    prev_hash: Mapped[str]
    hash: Mapped[str]
