"""Who did what: an append-only trail, chained by hashes, with ids and no text of cases."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from cases.columns import Base

GENESIS = "0" * 64  # what the first entry of a company follows


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


def digest(entry: AuditEntry) -> str:
    """SHA-256 over the previous hash and the entry as canonical JSON."""
    body = [entry.seq, entry.at.isoformat(), entry.actor, entry.what, entry.subject]
    text = entry.prev_hash + json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
