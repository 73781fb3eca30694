"""All rows of one company, table by table: counted, and deleted for good under the owner's role.

The tables are those of the database that have a `company_id`, also ones that only it knows.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import (
    ColumnElement,
    Connection,
    column,
    delete,
    func,
    inspect,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

BATCH = 5_000  # rows that are deleted in one transaction: others write in between
TRAIL = "audit_entry"
# Deleted last, in this order: until then the command can be given again after a crash.
LAST = (TRAIL, "member", "office", "company")
OWNS = (
    "select pg_has_role(current_user, relowner, 'USAGE') from pg_class"
    " where oid = 'audit_entry'::regclass"
)
GUARD = "select sql from sqlite_master where type = 'trigger' and name = 'audit_entry_no_delete'"


class Ending:
    """One company's rows over all tables."""

    def __init__(self, engine: AsyncEngine, company_id: str) -> None:
        self.engine = engine
        self.company_id = company_id
        self.is_postgresql = engine.dialect.name == "postgresql"

    async def may(self) -> bool:
        """Whether this role owns the audit trail: nobody else may take its guard off."""
        if not self.is_postgresql:
            return True
        async with self._begun() as connection:
            return bool((await connection.execute(text(OWNS))).scalar())

    async def counts(self) -> dict[str, int]:
        """Rows by table, without empty ones, in the order in which they go."""
        async with self._begun() as connection:
            found = {
                name: await self._count(connection, name)
                for name in await connection.run_sync(_tables)
            }
        return {name: count for name, count in found.items() if count}

    async def wipe(self) -> dict[str, int]:
        """Deletes everything, a batch a transaction; gives what went by table."""
        gone: dict[str, int] = {}
        for name in await self.counts():
            while count := await self._batch(name):
                gone[name] = gone.get(name, 0) + count
        return gone

    async def _batch(self, name: str) -> int:
        row: ColumnElement[str] = literal_column("ctid" if self.is_postgresql else "rowid")
        some = select(row).select_from(table(name)).where(self._mine(name)).limit(BATCH)
        gone = delete(table(name)).where(row.in_(some))
        async with self._begun() as connection:
            if name != TRAIL:
                return (await connection.execute(gone)).rowcount
            async with self._unguarded(connection):
                return (await connection.execute(gone)).rowcount

    @asynccontextmanager
    async def _unguarded(self, connection: AsyncConnection) -> AsyncIterator[None]:
        """The trail's guard rests for this transaction; nobody else sees it rest."""
        guard = "alter table audit_entry {} trigger user"
        off, on = guard.format("disable"), guard.format("enable")
        if not self.is_postgresql:
            off = "drop trigger audit_entry_no_delete"
            on = str((await connection.execute(text(GUARD))).scalar_one())
        await connection.exec_driver_sql(off)
        yield
        await connection.exec_driver_sql(on)

    async def _count(self, connection: AsyncConnection, name: str) -> int:
        found = select(func.count()).select_from(table(name)).where(self._mine(name))
        return int((await connection.execute(found)).scalar_one())

    def _mine(self, name: str) -> ColumnElement[bool]:
        return column("id" if name == "company" else "company_id") == self.company_id

    @asynccontextmanager
    async def _begun(self) -> AsyncIterator[AsyncConnection]:
        async with self.engine.begin() as connection:
            if self.is_postgresql:
                named = {"company": self.company_id}
                setting = text("select set_config('app.company_id', :company, true)")
                await connection.execute(setting, named)
            yield connection


def _tables(plain: Connection) -> list[str]:
    """Whoever refers to another table goes before it; LAST goes last."""
    seen = inspect(plain)
    order = [name for name, _ in seen.get_sorted_table_and_fkc_names() if name]
    owned = {
        name for name in order if any(c["name"] == "company_id" for c in seen.get_columns(name))
    }
    return [*(name for name in reversed(order) if name in owned - set(LAST)), *LAST]
