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


def new_engine() -> AsyncEngine:
    """An engine with the product's recipe, on one connection."""
    found = create_engine("sqlite://", poolclass=StaticPool)
    found.dialect.is_async = True  # all that AsyncEngine asks
    wrapped = AsyncEngine(found)
    found.dialect.is_async = False  # else the first connection waits for a lock of asyncio's
    _sqlite_recipe(wrapped)
    return wrapped


engine = cache(new_engine)  # one for all worlds: it remembers how each statement is compiled


def engine_on(content: bytes) -> tuple[AsyncEngine, sqlite3.Connection]:
    """The engine on this database, and its one connection; what was in it before is gone."""
    found = engine()
    with found.sync_engine.connect() as connection:
        connection.rollback()
        plain: Any = connection.connection.driver_connection
    plain.deserialize(content)
    return found, plain
