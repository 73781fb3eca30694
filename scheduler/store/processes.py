"""Who lives: the processes of this installation, over all companies; they hold no row of any."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cases.db import Database
from scheduler.models import Process


class Processes:
    """Heartbeats, each in a transaction of its own, on the database's time."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def beat(self, process_id: str, kind: str, planned: float | None) -> None:
        """The process lives; its planner's last tick was `planned` seconds ago (None: it has none).

        Raises what the database raises: nothing can be written.
        """
        async with AsyncSession(self.database.engine) as session, session.begin():
            now = await self.database.now(session, "")
            planned_at = None if planned is None else now - timedelta(seconds=planned)
            change = update(Process).where(Process.id == process_id)
            change = change.values(beat_at=now, planned_at=planned_at).returning(Process.id)
            if (await session.execute(change)).scalar_one_or_none() is None:
                row = Process(id=process_id, kind=kind, started_at=now, beat_at=now)
                row.planned_at = planned_at
                session.add(row)

    async def known(self) -> tuple[Sequence[Process], datetime]:
        """All processes that did not say good-bye, oldest first, and the time."""
        async with AsyncSession(self.database.engine, expire_on_commit=False) as session:
            now = await self.database.now(session, "")
            return (await session.scalars(select(Process).order_by(Process.started_at))).all(), now

    async def forget(self, process_ids: Sequence[str]) -> None:
        """These ended in order, or others do their work."""
        async with AsyncSession(self.database.engine) as session, session.begin():
            await session.execute(delete(Process).where(Process.id.in_(process_ids)))

    async def clock(self) -> datetime:
        """The database's own clock, whatever a test or the tour makes of it."""
        async with AsyncSession(self.database.engine) as session:
            return await Database.now(self.database, session, "")
