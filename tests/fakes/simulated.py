"""The database of a simulated world: its clock and its driver are replaced, the SQL is real."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from types import MappingProxyType
from typing import Any

from cases.db import Database, Shelf
from cases.scope import Scope
from cases.store.org import Directory
from tests.fakes.inline import engine_on
from tests.fakes.world import World


class SimulatedDatabase(Database):
    """Real SQL in memory; the world decides when a transaction happens, and whether it does."""

    def __init__(self, world: World, content: bytes) -> None:
        self.url = "sqlite+inline://"
        self.engine, self.plain = engine_on(content)
        self.directory = Directory(self.engine)
        self.world = world

    async def now(self, session: object, company_id: str) -> datetime:
        return self.world.now

    @asynccontextmanager
    async def transaction(self, scope: Scope) -> AsyncIterator[Shelf]:
        world = self.world
        await world.step()
        async with super().transaction(scope) as shelf:
            yield shelf
            world.die_by_chance()  # rolled back
            world.lose_the_database()
        world.die_by_chance()  # committed, but the process never learns
        await world.step()

    def look(self, sql: str, values: Mapping[str, object] = MappingProxyType({})) -> list[Any]:
        """What the tables hold now, past the world: no step, no fault, no SQLAlchemy."""
        return self.plain.execute(sql, dict(values)).fetchall()
