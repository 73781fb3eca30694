"""The shared rate buckets of one company."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from scheduler.models import RateBucket
from scheduler.store.rows import Rows


class Buckets(Rows):
    """What is left of each limit."""

    async def locked(
        self, workspace_id: str, method: str, scopes: Sequence[str]
    ) -> Sequence[RateBucket]:
        """Shared buckets, locked until the transaction ends; always in the same order."""
        found = select(RateBucket).where(
            RateBucket.company_id == self.company_id,
            RateBucket.workspace_id == workspace_id,
            RateBucket.method == method,
            RateBucket.scope.in_(scopes),
        )
        found = found.order_by(RateBucket.scope).with_for_update()
        return (
            await self.session.scalars(found, execution_options={"populate_existing": True})
        ).all()

    async def forget(self, method: str, before: datetime) -> None:
        """Deletes buckets of a method that were last opened before: full ones, by then."""
        idle = delete(RateBucket).where(
            RateBucket.company_id == self.company_id,
            RateBucket.method == method,
            RateBucket.refilled_at < before,
        )
        await self.session.execute(idle)

    async def make(self, rows: list[dict[str, Any]]) -> None:
        """New buckets, where another worker has not made them meanwhile."""
        await self.all_once(RateBucket, rows)
