"""Schedules, and the decision for each of their periods."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, select, update

from cases.models.talk import Reflection
from scheduler.models import OPEN, Delivery, Occurrence, OccurrenceState, Schedule
from scheduler.store.rows import Rows


class Plans(Rows):
    """Schedules and occurrences of one company."""

    async def schedules(self) -> dict[str, Schedule]:
        """The company's schedules by kind."""
        found = select(Schedule).where(Schedule.company_id == self.company_id)
        return {row.kind: row for row in await self.session.scalars(found)}

    async def occurrences(self, schedule_id: str, since: datetime) -> dict[str, Occurrence]:
        """Occurrences due at or after `since`, by period key."""
        found = select(Occurrence).where(
            Occurrence.company_id == self.company_id,
            Occurrence.schedule_id == schedule_id,
            Occurrence.due_at >= since,
        )
        rows = await self.session.scalars(found.order_by(Occurrence.due_at))
        return {row.period_key: row for row in rows}

    async def move(self, occurrence_id: str, state: OccurrenceState, reason: str = "") -> bool:
        """`planned` → `state`; False when another planner was first."""
        change = update(Occurrence).where(
            Occurrence.company_id == self.company_id,
            Occurrence.id == occurrence_id,
            Occurrence.state == OccurrenceState.PLANNED,
        )
        done = await self.session.execute(
            change.values(state=state, reason=reason).returning(Occurrence.id)
        )
        return done.scalar_one_or_none() is not None

    async def close_finished(self) -> None:
        """Closes each occurrence whose deliveries have all ended."""
        still_open = exists().where(
            Delivery.company_id == self.company_id,
            Delivery.occurrence_id == Occurrence.id,
            Delivery.state.in_(OPEN),
        )
        await self.session.execute(
            update(Occurrence)
            .where(
                Occurrence.company_id == self.company_id,
                Occurrence.state == OccurrenceState.FANNED_OUT,
                ~still_open,
            )
            .values(state=OccurrenceState.CLOSED)
            .execution_options(synchronize_session=False)
        )

    async def put_off_reflections(self) -> Sequence[Reflection]:
        """Reflections that their member put off with 「あとで」."""
        found = select(Reflection).where(
            Reflection.company_id == self.company_id, Reflection.state == "later"
        )
        return (await self.session.scalars(found)).all()
