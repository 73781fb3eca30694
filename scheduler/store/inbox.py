"""Events on their way in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update

from scheduler.models import InboxEvent, InboxState
from scheduler.store.rows import Rows


class Inbox(Rows):
    """The inbox of one company."""

    async def event(self, event_id: str) -> InboxEvent | None:
        """One event by id."""
        return await self.session.get(InboxEvent, (self.company_id, event_id))

    async def versions(self, workspace_id: str, message: str) -> list[str]:
        """The external ids of all events about one message, handled or not."""
        found = select(InboxEvent.external_id).where(
            InboxEvent.company_id == self.company_id,
            InboxEvent.workspace_id == workspace_id,
            InboxEvent.message == message,
        )
        return list(await self.session.scalars(found))

    async def waiting_events(self, limit: int) -> Sequence[InboxEvent]:
        """Events that nobody is handling, oldest first; locked, those of others skipped."""
        found = select(InboxEvent).where(
            InboxEvent.company_id == self.company_id,
            InboxEvent.state == InboxState.RECEIVED,
            InboxEvent.next_at <= self.now,
        )
        found = found.order_by(InboxEvent.id).limit(limit).with_for_update(skip_locked=True)
        return (await self.session.scalars(found)).all()

    async def finish_event(self, event_id: str) -> bool:
        """`received` → `done`, raw erased. False when somebody else finished it first."""
        change = update(InboxEvent).where(
            InboxEvent.company_id == self.company_id,
            InboxEvent.id == event_id,
            InboxEvent.state == InboxState.RECEIVED,
        )
        done = await self.session.execute(
            change.values(state=InboxState.DONE, raw=None).returning(InboxEvent.id)
        )
        return done.scalar_one_or_none() is not None

    async def erase_raw(self, before: datetime) -> int:
        """Forgets what dead events held that were received before `before`: how many."""
        change = update(InboxEvent).where(
            InboxEvent.company_id == self.company_id,
            InboxEvent.state != InboxState.RECEIVED,
            InboxEvent.raw.is_not(None),
            InboxEvent.received_at < before,
        )
        done = await self.session.execute(change.values(raw=None).returning(InboxEvent.id))
        return len(done.all())

    async def counts(self) -> dict[str, int]:
        """How many events there are by state."""
        found = select(InboxEvent.state, func.count()).where(
            InboxEvent.company_id == self.company_id
        )
        rows = await self.session.execute(found.group_by(InboxEvent.state))
        return {str(state): number for state, number in rows.all()}
