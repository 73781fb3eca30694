"""Held texts in the queues of safety and compliance, and drafts that the guard has not read yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cases.models.case import Draft, Hold
from cases.scope import Scope
from cases.vocabulary import DraftState


class Holds:
    """One company's holds: callers check who may see them (cases/holds.py)."""

    def __init__(self, session: AsyncSession, scope: Scope) -> None:
        self.session = session
        self.company_id = scope.company_id

    async def get(self, hold_id: str) -> Hold | None:
        """One held item of either queue."""
        return await self.session.get(Hold, (self.company_id, hold_id))

    async def alone(self, hold_id: str) -> Hold | None:
        """As `get`, read anew and locked: of two who decide the second sees the first one's."""
        key, now = (self.company_id, hold_id), {"populate_existing": True}
        return await self.session.get(Hold, key, with_for_update=True, execution_options=now)

    async def latest(self, draft_id: str, queue: str) -> Hold | None:
        """The latest hold of a draft in the queue of safety or compliance."""
        found = select(Hold).where(
            Hold.company_id == self.company_id, Hold.draft_id == draft_id, Hold.queue == queue
        )
        return (
            await self.session.scalars(found.order_by(Hold.created_at.desc(), Hold.id.desc()))
        ).first()

    async def waiting(self, queue: str) -> Sequence[Hold]:
        """What nobody has decided in a queue (safety or compliance), oldest first."""
        found = select(Hold).where(
            Hold.company_id == self.company_id, Hold.queue == queue, Hold.decided_at.is_(None)
        )
        return (await self.session.scalars(found.order_by(Hold.created_at, Hold.id))).all()

    async def by_author(self, member_id: str) -> Sequence[Hold]:
        """A member's own undecided items of both queues, oldest first."""
        found = select(Hold).where(
            Hold.company_id == self.company_id,
            Hold.author_id == member_id,
            Hold.decided_at.is_(None),
        )
        return (await self.session.scalars(found.order_by(Hold.created_at, Hold.id))).all()

    async def between(self, first: datetime, last: datetime) -> Sequence[Hold]:
        """Items of safety that were stopped in [first, last), oldest first."""
        found = select(Hold).where(
            Hold.company_id == self.company_id,
            Hold.queue == "safety",
            Hold.created_at >= first,
            Hold.created_at < last,
        )
        return (await self.session.scalars(found.order_by(Hold.created_at, Hold.id))).all()

    async def decided_before(self, queue: str, moment: datetime) -> Sequence[Hold]:
        """Items whose text is still there though they were decided at or before `moment`."""
        found = select(Hold).where(
            Hold.company_id == self.company_id,
            Hold.queue == queue,
            Hold.decided_at <= moment,
            Hold.text.is_not(None),
        )
        return (await self.session.scalars(found)).all()

    async def draft(self, draft_id: str) -> Draft | None:
        """The draft of a held text, whoever wrote it."""
        return await self.session.get(Draft, (self.company_id, draft_id))

    async def unchecked(self) -> Sequence[Draft]:
        """Drafts that were kept because the guard could not run, oldest first."""
        found = select(Draft).where(
            Draft.company_id == self.company_id,
            Draft.unchecked_since.is_not(None),
            Draft.state == DraftState.OPEN,
        )
        return (await self.session.scalars(found.order_by(Draft.unchecked_since))).all()
