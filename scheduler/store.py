"""The scheduler's only place that asks the database; every method stays inside one company."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, exists, false, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from cases.columns import Base
from cases.db import Shelf
from cases.models.org import Workspace
from cases.models.talk import Reflection
from scheduler.models import (
    ENDED,
    Delivery,
    DeliveryAttempt,
    DeliveryState,
    InboxEvent,
    InboxState,
    Occurrence,
    OccurrenceState,
    RateBucket,
    Schedule,
)

_ANEW = {"synchronize_session": False, "populate_existing": True}


class Ledger:
    """Inbox and ledger of the company of a Shelf. Times come from `shelf.now` only."""

    def __init__(self, shelf: Shelf) -> None:
        self.session = shelf.session
        self.company_id = shelf.scope.company_id
        self.now = shelf.now

    async def once(self, table: type[Base], **values: Any) -> bool:
        """Inserts a row unless one of its unique keys is taken (ON CONFLICT DO NOTHING)."""
        native = postgresql if self.session.get_bind().dialect.name == "postgresql" else sqlite
        row = native.insert(table).values(company_id=self.company_id, **values)
        row = row.on_conflict_do_nothing().returning(table.__table__.c.company_id)
        return (await self.session.execute(row)).scalar_one_or_none() is not None

    # inbox

    async def event(self, event_id: str) -> InboxEvent | None:
        """One event by id."""
        return await self.session.get(InboxEvent, (self.company_id, event_id))

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

    async def inbox_counts(self) -> dict[str, int]:
        """How many events there are by state."""
        found = select(InboxEvent.state, func.count()).where(
            InboxEvent.company_id == self.company_id
        )
        rows = await self.session.execute(found.group_by(InboxEvent.state))
        return {str(state): number for state, number in rows.all()}

    # schedules and occurrences

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
            Delivery.state.not_in(ENDED),
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

    # deliveries

    async def delivery(self, delivery_id: str) -> Delivery | None:
        """One delivery by id."""
        return await self.session.get(Delivery, (self.company_id, delivery_id))

    async def held(self, delivery_id: str, fence: int) -> Delivery | None:
        """The delivery, locked, if the fence is still ours; None: the lease is lost, stop."""
        found = select(Delivery).where(
            Delivery.company_id == self.company_id,
            Delivery.id == delivery_id,
            Delivery.fence == fence,
        )
        found = found.with_for_update().execution_options(populate_existing=True)
        return (await self.session.scalars(found)).first()

    async def claim(
        self, wanted: ColumnElement[bool], owner: str, lease: timedelta, limit: int, **values: Any
    ) -> Sequence[Delivery]:
        """Takes due rows that are `wanted` and whose workspace is active: a lease, fence + 1.

        Replies first, then oldest. Rows that another worker is claiming are skipped.
        """
        due = select(Delivery.id).where(
            Delivery.company_id == self.company_id, wanted, Delivery.next_at <= self.now
        )
        active = select(Workspace.id).where(
            Workspace.company_id == self.company_id, Workspace.state == "active"
        )
        due = due.where(Delivery.workspace_id.in_(active))
        due = due.order_by(Delivery.priority, Delivery.next_at, Delivery.id).limit(limit)
        ids = list(await self.session.scalars(due.with_for_update(skip_locked=True)))
        taken = update(Delivery).where(Delivery.company_id == self.company_id, Delivery.id.in_(ids))
        values |= {"lease_owner": owner, "lease_until": self.now + lease}
        taken = taken.values(fence=Delivery.fence + 1, **values).returning(Delivery)
        return (await self.session.scalars(taken, execution_options=_ANEW)).all()

    async def change(self, where: ColumnElement[bool], **values: Any) -> int:
        """Writes to all deliveries of the company that match: how many."""
        change = update(Delivery).where(Delivery.company_id == self.company_id, where)
        done = await self.session.execute(change.values(**values).returning(Delivery.id))
        return len(done.all())

    async def unsolicited(self, member_id: str, since: datetime) -> list[datetime]:
        """When the member's unsolicited messages since then go or went out; ended ones in vain
        do not count."""
        vain = [state for state in ENDED if state is not DeliveryState.SENT]
        found = select(Delivery.not_before).where(
            Delivery.company_id == self.company_id,
            Delivery.member_id == member_id,
            Delivery.unsolicited,
            Delivery.not_before >= since,
            Delivery.state.not_in(vain),
        )
        return list(await self.session.scalars(found))

    async def counts(self) -> dict[str, int]:
        """How many deliveries there are by state."""
        found = select(Delivery.state, func.count()).where(Delivery.company_id == self.company_id)
        rows = await self.session.execute(found.group_by(Delivery.state))
        return {str(state): number for state, number in rows.all()}

    async def deliveries(self, where: ColumnElement[bool], limit: int) -> Sequence[Delivery]:
        """Deliveries of the company that match, newest first."""
        found = select(Delivery).where(Delivery.company_id == self.company_id, where)
        return (await self.session.scalars(found.order_by(Delivery.id.desc()).limit(limit))).all()

    async def showing(
        self, case_ids: Sequence[str], done: Sequence[str], limit: int
    ) -> Sequence[Delivery]:
        """Sent messages that show one of the cases and have none of the outcomes, oldest first."""
        named = [cast(Delivery.case_ids, Text).contains(f'"{one}"') for one in case_ids]
        found = select(Delivery).where(
            Delivery.company_id == self.company_id,
            Delivery.state == DeliveryState.SENT,
            *(~Delivery.outcome.startswith(word) for word in done),
            or_(false(), *named),
        )
        return (await self.session.scalars(found.order_by(Delivery.id).limit(limit))).all()

    async def attempt(self, delivery_id: str, fence: int) -> DeliveryAttempt | None:
        """The attempt under one fence."""
        return await self.session.get(DeliveryAttempt, (self.company_id, delivery_id, fence))

    async def bucket(self, workspace_id: str, method: str, scope: str) -> RateBucket | None:
        """A shared bucket, locked until the transaction ends."""
        found = select(RateBucket).where(
            RateBucket.company_id == self.company_id,
            RateBucket.workspace_id == workspace_id,
            RateBucket.method == method,
            RateBucket.scope == scope,
        )
        return (await self.session.scalars(found.with_for_update())).first()
