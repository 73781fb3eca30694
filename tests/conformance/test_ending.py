"""A whole company ends, on both databases: no row of it is left, and its neighbour keeps all."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import DBAPIError

from cases import audit, ending, legal_holds
from cases.db import Database
from cases.errors import BadInput, NotAllowed, OnHold, SamePerson
from cases.models.org import Company
from cases.scope import Scope
from cases.store import ending as store
from cases.vocabulary import Role
from tests.conformance.conftest import Acts
from tests.databases import Postgres
from tests.fakes.cast import NOON
from tests.fakes.clocked import ClockedDatabase
from tests.fakes.two_of_everything import WALLED, rows_of

SECOND = Scope("c1", "tanaka", frozenset({Role.HQ_ADMIN}))
EACH = 7  # rows of each table of each of two companies


@pytest.fixture
async def full(database: ClockedDatabase) -> ClockedDatabase:
    """Two companies with rows of every table; the ids are the same."""
    for company_id in ("gone", "stays"):
        async with database.transaction(Scope(company_id)) as shelf:
            shelf.session.add(Company(id=company_id, name=company_id, settings={}))
            await shelf.session.flush()
            for table in WALLED:
                rows = rows_of(table, company_id, EACH)
                await shelf.session.execute(insert(table), rows)
    return database


@pytest.fixture
async def owner(database_url: str, request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    """Who may take the guard off the audit trail."""
    if database_url.startswith("postgresql"):
        server: Postgres = request.getfixturevalue("postgres")
        database_url = server.url("hitotsubu_owner")
    found = Database(database_url)
    yield found
    await found.close()


async def test_every_row_of_every_table_goes_and_none_of_a_neighbours(
    full: ClockedDatabase, owner: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "BATCH", 3)  # more than one of each
    wanted = {table.name: EACH for table in WALLED} | {"company": 1}
    assert await ending.counts(owner, "gone") == wanted
    assert await ending.wipe(owner, "gone") == (wanted, {})
    assert await ending.counts(owner, "gone") == {}
    assert await ending.counts(owner, "stays") == wanted
    assert await ending.wipe(owner, "gone") == ({}, {})


async def test_the_guard_of_the_trail_is_there_again(
    full: ClockedDatabase, owner: Database
) -> None:
    await ending.wipe(owner, "gone")
    async with full.transaction(Scope("stays")) as shelf:
        with pytest.raises(DBAPIError, match="append-only"):
            await shelf.audit.forget(EACH)
        await shelf.session.rollback()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_the_role_of_the_program_ends_no_company(full: ClockedDatabase) -> None:
    before = await ending.counts(full, "gone")
    with pytest.raises(BadInput, match="MIGRATION_URL"):
        await ending.wipe(full, "gone")
    assert await ending.counts(full, "gone") == before


async def test_two_of_head_office_and_no_legal_hold(acts: Acts) -> None:
    refused = [
        ("nakamura", Scope("c1", "nakamura", SECOND.roles), SamePerson),
        ("nakamura", Scope("c1", "kato", frozenset({Role.MEMBER})), NotAllowed),
        ("sato", SECOND, NotAllowed),
    ]
    for who, second, error in refused:
        with pytest.raises(error):
            async with acts(who) as shelf:
                await ending.begin(shelf, second)
    async with acts("nakamura") as shelf:
        await legal_holds.place(shelf, "member", "kato", "A1")
        with pytest.raises(OnHold):
            await ending.begin(shelf, SECOND)


async def test_the_certificate_has_the_end_of_the_trail_and_the_id_is_remembered(
    acts: Acts, database: ClockedDatabase, owner: Database
) -> None:
    async with acts("nakamura") as shelf:
        head = await ending.begin(shelf, SECOND)
        last = await shelf.audit.last()
        assert last is not None
        assert (last.actor, last.what, last.subject, last.at) == (
            "nakamura", "company.delete", "c1 second=tanaka", NOON,
        )  # fmt: skip
        assert audit.anchors(head, "c1") == {last.seq: last.hash}
    gone, left = await ending.wipe(owner, "c1")
    assert left == {}
    assert await database.directory.ended() == ["c1"]
    assert await database.directory.companies() == []
    made = ending.certificate(Company(id="c1", name="サンプル製薬"), head, gone, NOON)
    assert made["rows"] == sum(made["deleted"].values()) == sum(gone.values())
    async with database.transaction(Scope("c1")) as shelf:
        await ending.remember(shelf, "c1")  # a restore may say so again
