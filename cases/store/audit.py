"""The audit trail's store: it appends, reads, and forgets what is older than the period."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from cases.columns import Moment
from cases.models.audit import GENESIS, AuditEntry, digest
from cases.scope import Scope

PAGE = 2000  # entries that are read at once
REFUSED = timedelta(days=1097)  # three years, and a leap day: the trigger deletes nothing younger


class Audit:
    """One company's chain. What is noted is chained as the transaction's last step (ADR 22)."""

    def __init__(self, session: AsyncSession, scope: Scope, now: datetime, *, locks: bool) -> None:
        self.session = session
        self.scope = scope
        self.now = now
        self.locks = locks
        self.noted: list[tuple[str, str, str]] = []

    def note(self, actor: str, what: str, subject: str) -> None:
        """An act of this transaction; `chain` writes it."""
        self.noted.append((actor, what, subject))

    async def chain(self) -> None:
        """Writes what was noted after the newest entry.

        On PostgreSQL other writers of this company wait from here to the end of the transaction,
        so nothing but the commit comes after it.
        """
        noted, self.noted = self.noted, []
        if not noted:
            return
        seq, previous = await self.head()
        for number, (actor, what, subject) in enumerate(noted, seq + 1):
            entry = AuditEntry(
                company_id=self.scope.company_id,
                seq=number,
                at=self.now,
                actor=actor,
                what=what,
                subject=subject,
                prev_hash=previous,
                hash="",
            )
            previous = entry.hash = digest(entry)
            self.session.add(entry)
        await self.session.flush()

    async def head(self) -> tuple[int, str]:
        """Number and hash of the newest entry, alone with it until the transaction ends."""
        if self.locks:
            await self.session.execute(
                text("select pg_advisory_xact_lock(hashtext(:key))"),
                {"key": f"audit:{self.scope.company_id}"},
            )
        newest = (
            select(AuditEntry.seq, AuditEntry.hash)
            .where(AuditEntry.company_id == self.scope.company_id)
            .order_by(AuditEntry.seq.desc())
            .limit(1)
        )
        found = (await self.session.execute(newest)).first()
        return (found.seq, found.hash) if found else (0, GENESIS)

    def append(self, entry: AuditEntry) -> None:
        """Adds an entry that its caller has chained."""
        self.session.add(entry)

    async def last(self) -> AuditEntry | None:
        """The newest entry."""
        return await self._first(self._mine().order_by(AuditEntry.seq.desc()))

    async def entries(self) -> Sequence[AuditEntry]:
        """The whole chain in order."""
        return [entry async for entry in self.pages()]

    async def pages(
        self, since: datetime | None = None, until: datetime | None = None
    ) -> AsyncIterator[AuditEntry]:
        """The entries of acts in [since, until) in order, read a page at a time."""
        await self.chain()
        found, after = self._mine().order_by(AuditEntry.seq).limit(PAGE), 0
        if since is not None:
            found = found.where(AuditEntry.at >= since)
        if until is not None:
            found = found.where(AuditEntry.at < until)
        while rows := (await self.session.scalars(found.where(AuditEntry.seq > after))).all():
            for row in rows:
                yield row
            after = rows[-1].seq

    async def of(self, *whats: str) -> Sequence[AuditEntry]:
        """All acts of some kinds, in order."""
        await self.chain()
        found = self._mine().where(AuditEntry.what.in_(whats)).order_by(AuditEntry.seq)
        return (await self.session.scalars(found)).all()

    async def has(self, what: str, subject: str) -> bool:
        """True when such an act on such a subject is in the chain."""
        found = self._mine().where(AuditEntry.what == what, AuditEntry.subject == subject)
        return await self._first(found) is not None

    async def knows(self, subject: str, digest: str) -> bool:
        """True when the chain has the very entry of this hash on a subject."""
        found = self._mine().where(AuditEntry.subject == subject, AuditEntry.hash == digest)
        return await self._first(found) is not None

    async def latest(self, subject: str) -> AuditEntry | None:
        """The newest act on a subject."""
        found = self._mine().where(AuditEntry.subject == subject)
        return await self._first(found.order_by(AuditEntry.seq.desc()))

    async def first(self) -> int:
        """The number of the oldest entry that is still there; 0 for none."""
        row = await self._first(self._mine().order_by(AuditEntry.seq))
        return row.seq if row else 0

    async def before(self, moment: datetime) -> AuditEntry | None:
        """The last entry of the oldest ones that were all written before `moment`.

        At most what the database lets go, by its own clock: a rehearsal of later days deletes
        nothing younger.
        """
        now = (await self.session.execute(select(func.current_timestamp(type_=Moment())))).one()
        moment = min(moment, now[0] - REFUSED)
        young = self._mine().where(AuditEntry.at >= moment).order_by(AuditEntry.seq)
        kept = await self._first(young)
        old = self._mine().order_by(AuditEntry.seq.desc())
        return await self._first(old if kept is None else old.where(AuditEntry.seq < kept.seq))

    async def forget(self, until: int) -> None:
        """Deletes the entries up to a number. The database refuses it for the last three years."""
        mine = AuditEntry.company_id == self.scope.company_id
        await self.session.execute(delete(AuditEntry).where(mine, AuditEntry.seq <= until))

    def _mine(self) -> Select[Any]:
        return select(AuditEntry).where(AuditEntry.company_id == self.scope.company_id)

    async def _first(self, found: Select[Any]) -> AuditEntry | None:
        await self.chain()
        row: AuditEntry | None = (await self.session.scalars(found.limit(1))).first()
        return row
