"""What /metrics counts in one company: numbers, never a name or a text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select

from scheduler.models import Delivery, DeliveryAttempt, DeliveryState, InboxEvent, InboxState
from scheduler.store.rows import Rows

DAY = timedelta(days=1)


class Figures(Rows):
    """Counts and ages of one company; ages are seconds on the database's time."""

    async def deliveries(self) -> dict[str, int]:
        """How many deliveries there are by state."""
        found = select(Delivery.state, func.count()).where(Delivery.company_id == self.company_id)
        rows = await self.session.execute(found.group_by(Delivery.state))
        return {str(state): number for state, number in rows.all()}

    async def inbox(self) -> dict[str, int]:
        """How many events there are by state."""
        found = select(InboxEvent.state, func.count()).where(
            InboxEvent.company_id == self.company_id
        )
        rows = await self.session.execute(found.group_by(InboxEvent.state))
        return {str(state): number for state, number in rows.all()}

    async def inbox_lag(self) -> float:
        """The age of the oldest event that waits; 0 when none does."""
        oldest = select(func.min(InboxEvent.received_at)).where(
            InboxEvent.company_id == self.company_id, InboxEvent.state == InboxState.RECEIVED
        )
        return self._age(await self.session.scalar(oldest))

    async def oldest_ready(self) -> float:
        """For how long the message that has been due longest has been due; 0 when none is."""
        oldest = select(func.min(Delivery.not_before)).where(
            Delivery.company_id == self.company_id,
            Delivery.state == DeliveryState.READY,
            Delivery.next_at <= self.now,
        )
        return self._age(await self.session.scalar(oldest))

    async def lateness(self) -> Sequence[float]:
        """Seconds from due to sent of everything sent within a day."""
        found = select(Delivery.not_before, Delivery.sent_at).where(
            Delivery.company_id == self.company_id,
            Delivery.state == DeliveryState.SENT,
            Delivery.sent_at >= self.now - DAY,
        )
        rows = await self.session.execute(found)
        return [max(0.0, (sent - due).total_seconds()) for due, sent in rows.all() if sent]

    async def attempts(self) -> tuple[int, int]:
        """How many attempts ended without proof, and how many the platform throttled (429)."""
        counted = select(
            func.count().filter(DeliveryAttempt.result == "unknown"),
            func.count().filter(DeliveryAttempt.http_status == 429),
        ).where(DeliveryAttempt.company_id == self.company_id)
        ambiguous, throttled = (await self.session.execute(counted)).one()
        return int(ambiguous), int(throttled)

    async def removed(self) -> int:
        """How many second copies were found and deleted."""
        counted = select(func.coalesce(func.sum(Delivery.removed), 0)).where(
            Delivery.company_id == self.company_id
        )
        return int(await self.session.scalar(counted) or 0)

    def _age(self, since: datetime | None) -> float:
        return max(0.0, (self.now - since).total_seconds()) if since else 0.0
