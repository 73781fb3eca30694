"""A long read keeps no writer waiting."""

from __future__ import annotations

from cases.scope import Scope
from tests.conformance.conftest import Acts
from tests.fakes.cast import case_of
from tests.fakes.clocked import ClockedDatabase


async def test_somebody_writes_while_a_long_read_is_open(
    acts: Acts, database: ClockedDatabase
) -> None:
    async with acts() as shelf:
        shelf.cases.add(case_of("one"))
    async with database.reading(Scope("c1")) as reader:
        assert len(await reader.cases.changed_since(None)) == 1
        async with acts() as shelf:  # on SQLite it would wait ten seconds, and fail
            shelf.cases.add(case_of("two"))
    async with database.reading(Scope("c1")) as reader:
        assert len(await reader.cases.changed_since(None)) == 2
