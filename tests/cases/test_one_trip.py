"""A statement on SQLite is one trip to its thread, and tells all that the database tells."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator

import pytest

from cases import one_trip
from tests.fakes import threadless


@pytest.fixture
async def connection() -> AsyncIterator[one_trip.Connection]:
    opened = threadless.with_a_thread(":memory:")  # the product's own
    await opened
    yield opened
    await opened.close()


async def test_rows_columns_and_counts_are_there_at_once(connection: one_trip.Connection) -> None:
    cursor = connection.cursor()
    await cursor.execute("create table word (id integer primary key, text)")
    assert cursor.description is None
    await cursor.executemany("insert into word (text) values (?)", [("一粒",), ("二粒",)])
    assert cursor.rowcount == 2
    await cursor.execute("insert into word (text) values (?) returning id", ("三粒",))
    assert (cursor.rowcount, await cursor.fetchall(), cursor.lastrowid) == (1, [(3,)], 3)
    await cursor.execute("select text from word")
    assert cursor.description[0][0] == "text"
    assert len(await cursor.fetchall()) == 3


async def test_an_error_of_the_database_reaches_the_asker(connection: one_trip.Connection) -> None:
    with pytest.raises(sqlite3.OperationalError):
        await connection.cursor().execute("select nothing from nowhere")
    cursor = connection.cursor()
    await cursor.execute("select 1")
    assert await cursor.fetchall() == [(1,)]
