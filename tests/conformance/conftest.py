"""The stage of the conformance suite: the same company, with the same ids, once or twice."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Protocol

import pytest

from cases.db import Shelf
from cases.scope import Scope
from tests.fakes.cast import company_of, people_of, scope_of
from tests.fakes.clocked import ClockedDatabase


class Acts(Protocol):
    """Opens a transaction as one of the cast; None acts as the system."""

    def __call__(
        self, member_id: str | None = None, company_id: str = "c1"
    ) -> AbstractAsyncContextManager[Shelf]: ...


async def settle(database: ClockedDatabase, company_id: str) -> None:
    """Brings the cast into a company."""
    async with database.transaction(Scope(company_id)) as shelf:
        shelf.session.add_all(company_of(company_id))
        await shelf.session.flush()
        shelf.session.add_all(people_of(company_id))


@pytest.fixture
async def acts(database: ClockedDatabase) -> Acts:
    """Transactions of company c1, where the cast lives."""
    await settle(database, "c1")
    return lambda member_id=None, company_id="c1": database.transaction(
        scope_of(member_id, company_id)
    )


@pytest.fixture
async def two_companies(acts: Acts, database: ClockedDatabase) -> Acts:
    """A second company, c2, in which every id is that of the first."""
    await settle(database, "c2")
    return acts
