"""Every row of every table, for the search for a clear text; nothing else may look this widely."""

from __future__ import annotations

from collections.abc import AsyncIterator

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from cases.columns import Base


async def every_row(engine: AsyncEngine) -> AsyncIterator[tuple[str, tuple[object, ...]]]:
    """(table, row) over all tables of the program that exist, all companies."""
    async with engine.connect() as connection:
        for name, table in sorted(Base.metadata.tables.items()):
            for row in await connection.execute(select(table)):
                yield name, tuple(row)
