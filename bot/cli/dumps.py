"""The two ways in which a database becomes one file and back: SQLite's own, and pg_dump."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection

from cases.db import Database
from cases.errors import BadInput, CannotStart
from cases.store.tables import Contents, contents, snapshot

# The index's own tables are made anew from the cases, and only a superuser may restore pgvector.
WITHOUT_INDEX = ("--exclude-table=search_*", "--extension=plpgsql", "--no-comments")


async def dump(url: str, target: Path) -> Contents:
    """The database at one moment, while it is in use, and what it holds then.

    Raises CannotStart without pg_dump, BadInput when it fails.
    """
    is_file = url.startswith("sqlite")
    if is_file:
        _copy(_path(url), target)
    async with _connected(f"sqlite:///{target}" if is_file else url) as connection:
        if not is_file:
            await connection.execution_options(isolation_level="REPEATABLE READ")
            seen = f"--snapshot={await snapshot(connection)}"
            options = ["--format=custom", f"--file={target}", seen, *WITHOUT_INDEX]
            await asyncio.to_thread(_tool, "pg_dump", url, options)
        return await contents(connection)


async def holds(url: str) -> Contents:
    """What a database holds now."""
    async with _connected(url) as connection:
        return await contents(connection)


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[AsyncConnection]:
    database = Database(url)
    try:
        async with database.engine.connect() as connection:
            yield connection
    finally:
        await database.close()


def load(source: Path, url: str) -> None:
    """Puts a dump into an empty database. Raises CannotStart or BadInput."""
    if url.startswith("sqlite"):
        path = _path(url)
        path.parent.mkdir(parents=True, exist_ok=True)
        _copy(source, path)
    else:
        database = str(make_url(url).database)
        _tool(
            "pg_restore",
            url,
            ["--no-owner", "--exit-on-error", "--single-transaction", f"--dbname={database}"],
            source,
        )


def checkpoint(url: str) -> None:
    """SQLite: what the write-ahead log still has of erased text goes with the log.

    Where another process reads just then, it goes at the next checkpoint.
    """
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(_path(url))) as connection:
            connection.execute("pragma wal_checkpoint(truncate)")


def _path(url: str) -> Path:
    return Path(str(make_url(url).database))


def _copy(source: Path, target: Path) -> None:
    if not source.exists():
        raise BadInput("no_database_file", path=source)
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as old,
        closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new)


def _tool(name: str, url: str, options: Sequence[str], file: Path | None = None) -> None:
    """PostgreSQL's own program; where to, and the password, go through its environment."""
    program = shutil.which(name)
    if program is None:
        raise CannotStart("no_tool", name=name)
    command = [program, *options, *([str(file)] if file else [])]
    done = subprocess.run(command, env=os.environ | _place(url), capture_output=True, check=False)  # noqa: S603  # a fixed program, our own options
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines() or [name]
        raise BadInput("tool_failed", name=name, told=lines[0])


def _place(url: str) -> dict[str, str]:
    made = make_url(url)
    found = {
        "PGHOST": made.host or made.query.get("host"),
        "PGPORT": made.port or made.query.get("port"),
        "PGUSER": made.username,
        "PGPASSWORD": made.password,
        "PGDATABASE": made.database,
        "PGSSLMODE": made.query.get("sslmode"),
    }
    return {name: str(value) for name, value in found.items() if value}
