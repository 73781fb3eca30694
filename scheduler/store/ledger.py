"""Messages on their way out: deliveries, their attempts and the shared rate buckets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, false, func, or_, select, update

from cases.models.org import Workspace
from scheduler.models import ENDED, Delivery, DeliveryAttempt, DeliveryState, RateBucket
from scheduler.store.rows import Rows

_ANEW = {"synchronize_session": False, "populate_existing": True}


class Ledger(Rows):
    """The ledger of one company."""

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
