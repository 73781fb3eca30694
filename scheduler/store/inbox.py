"""Events on their way in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update

from scheduler.models import InboxEvent, InboxState, Watermark
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

    async def of_state(self, state: InboxState, limit: int = 100) -> Sequence[InboxEvent]:
        """Events in one state, newest first."""
        found = select(InboxEvent).where(
            InboxEvent.company_id == self.company_id, InboxEvent.state == state
        )
        return (await self.session.scalars(found.order_by(InboxEvent.id.desc()).limit(limit))).all()

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

    async def watermarks(self, workspace_id: str) -> dict[str, Watermark]:
        """How far each room of a workspace was read, by room."""
        found = select(Watermark).where(
            Watermark.company_id == self.company_id, Watermark.workspace_id == workspace_id
        )
        return {row.room: row for row in await self.session.scalars(found)}

    async def mark(self, workspace_id: str, room: str, last_ts: str, filled_at: datetime) -> None:
        """Everything in the room up to `last_ts` is kept; the look began at `filled_at`."""
        values = {"last_ts": last_ts, "filled_at": filled_at}
        if await self.once(Watermark, workspace_id=workspace_id, room=room, **values):
            return
        change = update(Watermark).where(
            Watermark.company_id == self.company_id,
            Watermark.workspace_id == workspace_id,
            Watermark.room == room,
            Watermark.filled_at <= filled_at,
        )
        await self.session.execute(change.values(**values))

    async def counts(self) -> dict[str, int]:
        """How many events there are by state."""
        found = select(InboxEvent.state, func.count()).where(
            InboxEvent.company_id == self.company_id
        )
        rows = await self.session.execute(found.group_by(InboxEvent.state))
        return {str(state): number for state, number in rows.all()}
