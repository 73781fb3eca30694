"""The audit trail's store: it appends and reads, and has no way to change or delete."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from cases.models.audit import AuditEntry
from cases.scope import Scope


class Audit:
    """One company's chain. `write` is called in the transaction of the act it records."""

    def __init__(self, session: AsyncSession, scope: Scope, now: datetime, *, locks: bool) -> None:
        self.session = session
        self.scope = scope
        self.now = now
        self.locks = locks

    async def last(self) -> AuditEntry | None:
        """The newest entry. On PostgreSQL other writers of this company wait for this one."""
        if self.locks:
            await self.session.execute(
                text("select pg_advisory_xact_lock(hashtext(:key))"),
                {"key": f"audit:{self.scope.company_id}"},
            )
        found = select(AuditEntry).where(AuditEntry.company_id == self.scope.company_id)
        return (await self.session.scalars(found.order_by(AuditEntry.seq.desc()).limit(1))).first()

    def append(self, entry: AuditEntry) -> None:
        """Adds the entry that follows `last`."""
        self.session.add(entry)

    async def entries(self) -> Sequence[AuditEntry]:
        """The whole chain in order."""
        found = select(AuditEntry).where(AuditEntry.company_id == self.scope.company_id)
        return (await self.session.scalars(found.order_by(AuditEntry.seq))).all()

    async def has(self, what: str, subject: str) -> bool:
        """True when such an act on such a subject is in the chain."""
        found = select(AuditEntry.seq).where(
            AuditEntry.company_id == self.scope.company_id,
            AuditEntry.what == what,
            AuditEntry.subject == subject,
        )
        return (await self.session.scalars(found.limit(1))).first() is not None

    async def latest(self, subject: str) -> AuditEntry | None:
        """The newest act on a subject."""
        found = select(AuditEntry).where(
            AuditEntry.company_id == self.scope.company_id, AuditEntry.subject == subject
        )
        return (await self.session.scalars(found.order_by(AuditEntry.seq.desc()).limit(1))).first()
