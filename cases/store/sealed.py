"""Every sealed column of every table: what a new key has to seal anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, LargeBinary, Table, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cases.columns import Base

PLAIN = {("embedding", "vector"), ("delivery", "payload")}  # bytes that are not sealed

Sealed = Column[Any]


def columns() -> list[Sealed]:
    """The sealed columns of the tables that are loaded."""
    return [
        column
        for _, table in sorted(Base.metadata.tables.items())
        for column in table.columns
        if isinstance(column.type, LargeBinary) and (table.name, column.name) not in PLAIN
    ]


async def count(session: AsyncSession, company_id: str, column: Column[Any], key_id: str) -> int:
    """How many values a key has sealed."""
    found = select(func.count()).select_from(column.table)
    mine = found.where(column.table.c.company_id == company_id, _by(column, key_id))
    return int((await session.execute(mine)).scalar_one())


async def others(
    session: AsyncSession, company_id: str, column: Column[Any], key_id: str, most: int
) -> Sequence[tuple[tuple[Any, ...], bytes]]:
    """(primary key, value) of some that another key has sealed."""
    table = column.table
    found = select(*_key(table), column).where(
        table.c.company_id == company_id, column.is_not(None), ~_by(column, key_id)
    )
    rows = await session.execute(found.limit(most))
    return [(tuple(row[:-1]), row[-1]) for row in rows]


async def swap(
    session: AsyncSession, column: Column[Any], key: tuple[Any, ...], old: bytes, new: bytes
) -> bool:
    """Puts `new` in the place of `old`; False where somebody has written something else there."""
    same = [part == value for part, value in zip(_key(column.table), key, strict=True)]
    change = update(column.table).where(*same, column == old).values({column.name: new})
    done = await session.execute(change.returning(column.table.c.company_id))
    return bool(done.all())


def _by(column: Column[Any], key_id: str) -> ColumnElement[bool]:
    """True for a value that begins with the key's id and a colon; of "" for every value."""
    if not key_id:
        return column.is_not(None)
    begin = f"{key_id}:".encode()
    return func.substr(column, 1, len(begin), type_=LargeBinary()) == begin


def _key(table: Any) -> list[Column[Any]]:
    assert isinstance(table, Table)  # noqa: S101  # of our metadata
    return list(table.primary_key.columns)
