"""SQLite for simulations: SQLAlchemy's async API over plain `sqlite3`, without a thread.

A statement is executed where it is awaited, so a transaction never yields. The product's driver,
aiosqlite, answers from a thread of its own; that hop cost more than the statement.
"""

from __future__ import annotations

import sqlite3
from functools import cache
from typing import Any

from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import StaticPool

from cases.db import _sqlite_recipe


@cache
def _engine() -> AsyncEngine:
    """One for all worlds: it remembers how each statement is compiled."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    engine.dialect.is_async = True  # all that AsyncEngine asks
    found = AsyncEngine(engine)
    engine.dialect.is_async = False  # else the first connection waits for a lock of asyncio's
    _sqlite_recipe(found)
    return found


def engine_on(content: bytes) -> tuple[AsyncEngine, sqlite3.Connection]:
    """The engine on this database, and its one connection; what was in it before is gone."""
    engine = _engine()
    with engine.sync_engine.connect() as connection:
        connection.rollback()
        plain: Any = connection.connection.driver_connection
    plain.deserialize(content)
    return engine, plain
