"""Schedules, and the decision for each of their periods."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import exists, select, update

from cases.models.talk import Reflection
from scheduler.models import (
    OPEN,
    Delivery,
    DeliveryState,
    Occurrence,
    OccurrenceState,
    Schedule,
)
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

    async def schedule(self, kind: str) -> Schedule | None:
        """One schedule, locked until the transaction ends: two people change it in turn."""
        found = select(Schedule).where(
            Schedule.company_id == self.company_id, Schedule.kind == kind
        )
        found = found.with_for_update().execution_options(populate_existing=True)
        return (await self.session.scalars(found)).first()

    async def decided(self, schedule_id: str, keys: Iterable[str]) -> dict[str, Occurrence]:
        """The occurrences of these periods, whatever day they were due, by period key."""
        found = select(Occurrence).where(
            Occurrence.company_id == self.company_id,
            Occurrence.schedule_id == schedule_id,
            Occurrence.period_key.in_(list(keys)),
        )
        found = found.execution_options(populate_existing=True)
        return {row.period_key: row for row in await self.session.scalars(found)}

    async def undone(self) -> dict[str, list[Occurrence]]:
        """What was decided and is not fanned out yet, by schedule."""
        found = select(Occurrence).where(
            Occurrence.company_id == self.company_id, Occurrence.state == OccurrenceState.PLANNED
        )
        rows: dict[str, list[Occurrence]] = defaultdict(list)
        for row in await self.session.scalars(found):
            rows[row.schedule_id].append(row)
        return rows

    async def last_before(self, schedule_id: str, moment: datetime) -> Sequence[Occurrence]:
        """The newest dozen that were due before `moment`, newest first."""
        found = select(Occurrence).where(
            Occurrence.company_id == self.company_id,
            Occurrence.schedule_id == schedule_id,
            Occurrence.due_at < moment,
        )
        return (
            await self.session.scalars(found.order_by(Occurrence.due_at.desc()).limit(12))
        ).all()

    async def skipped(self, reasons: Iterable[str], limit: int = 100) -> Sequence[Occurrence]:
        """Turns skipped for one of these reasons, newest first."""
        found = select(Occurrence).where(
            Occurrence.company_id == self.company_id,
            Occurrence.state == OccurrenceState.SKIPPED,
            Occurrence.reason.in_(list(reasons)),
        )
        return (
            await self.session.scalars(found.order_by(Occurrence.due_at.desc()).limit(limit))
        ).all()

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

    async def hold(self, occurrence_id: str) -> bool:
        """Locks an occurrence that is still `planned` until the transaction ends; else False."""
        found = select(Occurrence.id).where(
            Occurrence.company_id == self.company_id,
            Occurrence.id == occurrence_id,
            Occurrence.state == OccurrenceState.PLANNED,
        )
        return (await self.session.scalars(found.with_for_update())).first() is not None

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

    async def owed(self, keys: Iterable[str]) -> set[str]:
        """Which of these messages were ever owed."""
        found = select(Delivery.dedupe_key).where(
            Delivery.company_id == self.company_id, Delivery.dedupe_key.in_(list(keys))
        )
        return set(await self.session.scalars(found))

    async def questions_sent(self, since: datetime) -> list[tuple[str, datetime]]:
        """Who was really asked, and when it was decided: questions that arrived."""
        found = select(Delivery.member_id, Delivery.created_at).where(
            Delivery.company_id == self.company_id,
            Delivery.kind == "reflection",
            Delivery.state == DeliveryState.SENT,
            Delivery.created_at >= since,
        )
        rows = await self.session.execute(found)
        return [(member_id, made) for member_id, made in rows.all() if member_id]

    async def reflections_since(self, day: str) -> Sequence[Reflection]:
        """All members' reflections asked on that JST date or later, newest first."""
        found = select(Reflection).where(
            Reflection.company_id == self.company_id, Reflection.asked_on >= day
        )
        return (await self.session.scalars(found.order_by(Reflection.asked_on.desc()))).all()

    async def put_off_reflections(self) -> Sequence[Reflection]:
        """Reflections that their member put off with 「あとで」."""
        found = select(Reflection).where(
            Reflection.company_id == self.company_id, Reflection.state == "later"
        )
        return (await self.session.scalars(found)).all()
