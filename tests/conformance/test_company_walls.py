"""The walls of a company: its ids in the stores (see test_crossing), PostgreSQL under them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, literal_column, select, text
from sqlalchemy import table as table_named
from sqlalchemy.exc import DBAPIError

from cases.columns import Base
from cases.models.audit import AuditEntry
from cases.models.case import Draft, Embedding, Hold
from cases.models.loop import Reaction, Wish
from cases.models.org import Company
from cases.models.roster import Move, RosterFile
from cases.models.talk import Asked, Digest, Reflection, Talk
from cases.scope import Scope
from tests.conformance.conftest import Acts
from tests.databases import Postgres
from tests.fakes import two_of_everything
from tests.fakes.cast import NOON, case_of, trial_of
from tests.fakes.clocked import ClockedDatabase

LATER = NOON + timedelta(days=1)


def rows_of(company_id: str) -> list[Base]:
    """One row of every table that a store of `cases` reads, with the same ids in each company."""
    mine = {"company_id": company_id}
    at = {"created_at": NOON}
    return [
        case_of("case", **mine, source="source", release_asked_at=NOON),
        Draft(**mine, **at, id="draft", author_id="sato", updated_at=NOON, unchecked_since=NOON),
        Hold(**mine, **at, id="hold", draft_id="draft", author_id="sato", queue="safety"),
        Embedding(
            **mine, case_id="case", model="m", part="whole", content_hash="h",
            vector=company_id.encode(), written_at=LATER,
        ),
        trial_of("case", "sato", **mine, id="trial"),
        Reaction(**mine, case_id="case", member_id="sato", kind="helpful", at=NOON),
        Wish(**mine, id="wish", theme=company_id, asker_id="sato", state="answered", asked_at=NOON),
        Digest(**mine, office_id="sendai", month="2026-10", made_at=NOON),
        Reflection(
            **mine, id="reflection", member_id="sato", asked_on="2026-11-01", prompt="S2-BEN-Q1",
            shared=company_id,
        ),
        Talk(**mine, member_id="sato", updated_at=NOON),
        Asked(**mine, member_id="sato", thread="slack:T1:C1:1.2", updated_at=NOON),
        Move(**mine, id="move", member_id="sato", day=NOON.date(), what="leave", made_at=NOON),
        RosterFile(**mine, id="file", member_id="sato", content=b"x", made_at=NOON),
        AuditEntry(
            **mine, seq=1, at=NOON, actor="sato", what="x", subject=company_id, prev_hash="",
            hash="",
        ),
    ]  # fmt: skip


@pytest.fixture
async def furnished(two_companies: Acts) -> Acts:
    for company_id in ("c1", "c2"):
        async with two_companies(None, company_id) as shelf:
            shelf.session.add_all(rows_of(company_id))
    return two_companies


async def test_nothing_of_another_company_is_touched(furnished: Acts) -> None:
    async with furnished("sato", "c1") as shelf:
        await shelf.cases.drop_vectors("case")
        draft = await shelf.cases.draft("draft")
        assert draft is not None
        await shelf.cases.drop(draft)
    async with furnished("sato", "c2") as shelf:
        assert await shelf.cases.draft("draft") is not None
        vectors = await shelf.cases.vectors_since("m", None)
        assert [row.vector for row in vectors] == [b"c2"]


@pytest.mark.attack(16)
async def test_ids_that_only_the_other_company_has_are_not_found(furnished: Acts) -> None:
    async with furnished(None, "c2") as shelf:
        shelf.cases.add(case_of("theirs", company_id="c2"))
        shelf.loop.add(trial_of("theirs", "kato", company_id="c2", id="their-trial"))
    async with furnished("nakamura", "c1") as shelf:
        assert await shelf.cases.any("theirs") is None
        assert await shelf.cases.get("theirs") is None
        assert await shelf.loop.trial("their-trial") is None
        assert "theirs" not in {one.id for one in await shelf.cases.listed()}


async def test_an_envelope_reaches_its_own_company_only(
    furnished: Acts, database: ClockedDatabase
) -> None:
    directory = database.directory
    assert [company.id for company in await directory.companies()] == ["c1", "c2"]
    found = await directory.route("slack", "T-c2")
    assert found is not None
    assert (found.company_id, found.workspace_id, found.state) == ("c2", "w1", "active")
    assert await directory.route("teams", "T-c2") is None
    assert {row.company_id for row in await directory.workspaces("slack")} == {"c1", "c2"}
    assert await directory.workspaces("teams") == []


# PostgreSQL's own walls: what a forgotten `where company_id` would meet.

WALLED = [
    table.name
    for table in Base.metadata.sorted_tables
    if table.name not in ("company", "workspace", "process", "install_state", "ended_company")
]


on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@on_postgresql
@pytest.mark.attack(18, 19)
async def test_raw_sql_sees_one_company_and_needs_one(
    furnished: Acts, database: ClockedDatabase
) -> None:
    async with furnished(None, "c1") as shelf:
        shelf.session.add(Company(id="full", name="x", settings={}))
    async with database.transaction(Scope("full")) as shelf:
        for table in Base.metadata.sorted_tables:
            if "company_id" in table.c:
                await shelf.session.execute(
                    insert(table), two_of_everything.rows_of(table, "full", 1)
                )
    for table_name in WALLED:
        read = select(literal_column("company_id")).select_from(table_named(table_name))
        async with database.transaction(Scope("full")) as shelf:
            assert set(await shelf.session.scalars(read)) == {"full"}, table_name
        async with database.engine.connect() as connection:  # the pool's, which had a company
            with pytest.raises(DBAPIError, match="no company is set"):
                await connection.execute(read)


@on_postgresql
@pytest.mark.attack(18)
async def test_every_table_of_a_company_has_its_wall_also_against_its_owner(
    furnished: Acts, postgres: Postgres
) -> None:
    with postgres.admin.connect() as connection:
        tables = connection.execute(
            text(
                "select relname, relrowsecurity and relforcerowsecurity, pg_get_userbyid(relowner)"
                " from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
            )
        ).all()
        free = "select rolname from pg_roles where rolbypassrls or rolsuper"
        assert not {"hitotsubu_app", "hitotsubu_owner"} & set(connection.scalars(text(free)))
    walled = {name for name, forced, _ in tables if forced}
    assert walled >= set(WALLED)
    assert {owner for name, _, owner in tables if name in WALLED} == {"hitotsubu_owner"}


@on_postgresql
@pytest.mark.attack(18)
async def test_raw_sql_cannot_write_into_another_company(furnished: Acts) -> None:
    async with furnished(None, "c1") as shelf:
        moved = await shelf.session.execute(
            text("update wish set theme = 'x' where company_id = 'c2' returning id")
        )
        assert moved.all() == []
    for attempt in (
        "update wish set company_id = 'c2'",
        "insert into reaction values ('c2', 'case', 'kato', 'helpful', now())",
    ):
        with pytest.raises(DBAPIError, match="row-level security"):
            await refused(furnished, attempt)


@on_postgresql
async def test_the_app_role_cannot_take_the_walls_down(furnished: Acts) -> None:
    for attempt in (
        "alter table wish disable row level security",
        "drop policy company_wall on wish",
        "truncate audit_entry",
        "set role hitotsubu_owner",
    ):
        with pytest.raises(DBAPIError, match=r"must be owner|permission denied"):
            await refused(furnished, attempt)


async def refused(acts: Acts, statement: str) -> None:
    async with acts(None, "c1") as shelf:
        await shelf.session.execute(text(statement))
