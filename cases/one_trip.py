"""SQLite behind a thread, one trip a statement: aiosqlite's own cursor makes four.

A trip to the thread and back costs two switches; on two busy cores they were half of all time.
The only door to aiosqlite.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Self

import aiosqlite


class Connection(aiosqlite.Connection):
    """A connection whose cursors are made, asked, read and closed in one go."""

    def cursor(self) -> Cursor:  # type: ignore[override]  # SQLAlchemy only enters it
        """A cursor without a thread of its own; nothing happens yet."""
        return Cursor(self)

    async def trip(self, work: Callable[..., None], *arguments: Any) -> None:
        """Runs `work` in the connection's thread."""
        await self._execute(work, *arguments)  # type: ignore[no-untyped-call]  # the only way in


class Cursor:
    """What SQLAlchemy's async cursor asks of a driver's; the rows are there when `execute` ends."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: Sequence[Any] = ()
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Runs one statement and reads all of its rows."""
        await self._connection.trip(self._run, sql, parameters)

    async def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> None:
        """Runs one statement for each row of parameters."""
        await self._connection.trip(self._run_many, sql, parameters)

    async def fetchall(self) -> Sequence[Any]:
        """The rows that were read."""
        return self._rows

    async def close(self) -> None:
        """Nothing: the real cursor is closed."""

    def _run(self, sql: str, parameters: Sequence[Any]) -> None:
        self._keep(self._connection._conn.execute(sql, parameters))

    def _run_many(self, sql: str, parameters: Iterable[Sequence[Any]]) -> None:
        self._keep(self._connection._conn.executemany(sql, parameters))

    def _keep(self, cursor: sqlite3.Cursor) -> None:
        self.description = cursor.description
        self._rows = cursor.fetchall() if cursor.description else ()
        self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid
        cursor.close()


def connect(path: str, **options: Any) -> Connection:
    """An unopened connection: `sqlite3.connect`'s arguments; awaiting it opens the file."""
    connection = Connection(lambda: sqlite3.connect(path, **options), iter_chunk_size=64)
    connection._thread.daemon = True  # a process that ends does not wait for it
    return connection
