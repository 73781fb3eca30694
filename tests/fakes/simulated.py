"""The database of a simulated world: only its clock is replaced, every transaction is real SQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import event

from cases.db import Shelf
from cases.scope import Scope
from tests.fakes.clocked import ClockedDatabase
from tests.fakes.world import World


class SimulatedDatabase(ClockedDatabase):
    """Real SQL; each transaction waits for the world, and may die before or after its commit."""

    def __init__(self, url: str, world: World) -> None:
        super().__init__(url)
        self.world = world

        @event.listens_for(self.engine.sync_engine, "connect")
        def hurry(connection: Any, _record: Any) -> None:
            # Power does not fail in this world, only processes do: no need to wait for the disk.
            connection.execute("PRAGMA synchronous=OFF")

    async def now(self, session: object, company_id: str) -> datetime:
        return self.world.now

    @asynccontextmanager
    async def transaction(self, scope: Scope) -> AsyncIterator[Shelf]:
        await self.world.step()
        self.world.open += 1
        try:
            async with super().transaction(scope) as shelf:
                yield shelf
                self.world.maybe_die()  # rolled back
        finally:
            self.world.open -= 1
            self.world.moved.set()
        self.world.maybe_die()  # committed, but the process never learns
