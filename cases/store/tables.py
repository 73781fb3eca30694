"""All tables at once: the search for a clear text, and backups. Nothing else may look so widely."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from sqlalchemy import func, inspect, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cases.columns import Base
from cases.models.audit import AuditEntry


async def every_row(engine: AsyncEngine) -> AsyncIterator[tuple[str, tuple[object, ...]]]:
    """(table, row) over all tables of the program that exist, all companies."""
    async with engine.connect() as connection:
        for name, table in sorted(Base.metadata.tables.items()):
            for row in await connection.execute(select(table)):
                yield name, tuple(row)


@dataclass(frozen=True, slots=True)
class Contents:
    """What a database holds: its migration, rows by table, the newest audit hash by company."""

    schema: str
    rows: dict[str, int]
    audit: dict[str, str]


async def contents(connection: AsyncConnection) -> Contents:
    """Everything is read in the transaction of the connection, over all companies."""
    schema = await connection.execute(text("select version_num from alembic_version"))
    there = await connection.run_sync(lambda plain: inspect(plain).get_table_names())
    rows = {
        name: (await connection.execute(select(func.count()).select_from(table))).scalar_one()
        for name, table in sorted(Base.metadata.tables.items())
        if name in there
    }
    entry = AuditEntry.__table__.c
    newest = select(entry.company_id, func.max(entry.seq).label("seq")).group_by(entry.company_id)
    last = newest.subquery()
    heads = select(entry.company_id, entry.hash).join(
        last, (last.c.company_id == entry.company_id) & (last.c.seq == entry.seq)
    )
    audit = {row.company_id: row.hash for row in await connection.execute(heads)}
    return Contents(str(schema.scalar_one()), rows, audit)


async def snapshot(connection: AsyncConnection) -> str:
    """PostgreSQL: the name of what this transaction sees, for a dump that sees the same."""
    return str((await connection.execute(text("select pg_export_snapshot()"))).scalar_one())
