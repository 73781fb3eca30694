"""Rows of every table of a company, made from the schema: the same ids in each company.

Row number i has the id, and every other text, `x{i}`, so that all keys fit; the other company has
more of everything, so that what counts or lists across the wall gives another answer.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, get_type_hints
from zlib import crc32

from sqlalchemy import Column, PrimaryKeyConstraint, Table, UniqueConstraint

from cases.columns import Base, Moment, Word
from tests.fakes.cast import NOON

MINE, THEIRS = 7, 11  # rows of each table
MAPPERS = {mapper.local_table: mapper.class_ for mapper in Base.registry.mappers}
WALLED = [table for table in Base.metadata.sorted_tables if "company_id" in table.c]


def rows_of(table: Table, company_id: str, number: int) -> list[dict[str, Any]]:
    """So many rows, each with another state and every second one without what may be missing."""
    return [
        {column.name: _value(table, column, company_id, at) for column in table.c}
        for at in range(1, number + 1)
    ]


def _value(table: Table, column: Column[Any], company_id: str, at: int) -> object:
    if column.name == "company_id":
        return company_id
    name = f"{table.name}.{column.name}"
    needed = not column.nullable or column.foreign_keys
    if not needed and (crc32(name.encode()) + at) % 2:
        return None
    if isinstance(column.type, Word):
        words: list[StrEnum] = list(column.type.words)
        return words[at % len(words)]
    if column.type.python_type is str:
        return f"{company_id}-x{at}" if _global(table, column) else f"x{at}"
    return _plain(table, column, at)


def _plain(table: Table, column: Column[Any], at: int) -> object:
    kind = datetime if isinstance(column.type, Moment) else column.type.python_type
    values: dict[type, object] = {
        bool: (crc32(column.name.encode()) + at) % 2 == 0,
        int: at,
        float: float(at),
        datetime: NOON - timedelta(hours=at),
        date: NOON.date() - timedelta(days=at),
        bytes: b"x",
    }
    if kind in values:
        return values[kind]
    hint = str(get_type_hints(MAPPERS[table]).get(column.key or "", ""))
    return [] if "list[" in hint else {}


def _global(table: Table, column: Column[Any]) -> bool:
    """True for what no two companies may share: a key without the company in it."""
    keyed = (UniqueConstraint, PrimaryKeyConstraint)
    keys = [one.columns for one in table.constraints if isinstance(one, keyed)]
    keys += [one.columns for one in table.indexes if one.unique]
    return any(column.name in key and "company_id" not in key for key in keys)
