"""No store method of one company gives or touches a row of another, whatever ids are asked for."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import literal_column, select, text
from sqlalchemy import table as table_named
from sqlalchemy.exc import DBAPIError

from cases.columns import Base
from cases.db import Shelf
from cases.models.audit import AuditEntry
from cases.models.case import Draft, Embedding, Hold
from cases.models.loop import Reaction, Wish
from cases.models.roster import Move, RosterFile
from cases.models.talk import Asked, Digest, Reflection, Talk
from cases.store.audit import Audit
from cases.store.case import Cases
from cases.store.holds import Holds
from cases.store.loop import Loop
from cases.store.org import People
from cases.store.roster import Roster
from cases.store.talk import Talks
from tests.conformance.conftest import Acts
from tests.fakes.cast import NOON, case_of, trial_of
from tests.fakes.clocked import ClockedDatabase

STORES: dict[str, type] = {
    "people": People, "cases": Cases, "loop": Loop, "talks": Talks, "audit": Audit,
    "roster": Roster, "holds": Holds,
}  # fmt: skip
LATER = NOON + timedelta(days=1)
# What each parameter of a store method is called with: ids that both companies have.
ARGUMENTS: dict[str, Any] = {
    "office_id": "sendai", "member_id": "sato", "member_ids": ["sato"],
    "email": "sato@c2.example", "workspace_id": "w1",
    "user": "sato", "room_id": "room-sendai", "draft_id": "draft", "case_id": "case",
    "case_ids": ["case"], "ids": ["case"], "source": "source", "since": None, "until": None,
    "moment": LATER, "model": "m", "parts": None, "queue": "safety", "trial_id": "trial",
    "kind": "helpful", "wish_id": "wish", "month": "2026-10", "reflection_id": "reflection",
    "on_day": "2026-11-01", "first_day": "2026-11-01", "prompt": "S2-BEN-Q1", "now": NOON,
    "hold_id": "hold", "limit": 3, "part": "whole", "first": NOON, "last": LATER,
    "what": "x", "subject": "c1",
    "thread": "slack:T1:C1:1.2", "before": NOON,
    "day": LATER.date(), "move_id": "move", "file_id": "file",
}  # fmt: skip
WRITES = {
    "add", "forget_asked", "append", "flush", "drop", "put_vectors", "forget_model", "visible",
    "seen_by",
}  # fmt: skip
METHODS = [
    (store, name)
    for store, kind in STORES.items()
    for name, _ in inspect.getmembers(kind, inspect.isfunction)
    if not name.startswith("_") and name not in WRITES
]


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


def every_row(answer: object) -> list[Base]:
    """All rows in what a store method gave, however deep."""
    if isinstance(answer, Base):
        return [answer]
    if isinstance(answer, Mapping):
        answer = list(answer.values())
    if isinstance(answer, str) or not isinstance(answer, Iterable):
        return []
    return [row for part in answer for row in every_row(part)]


async def call(shelf: Shelf, store: str, name: str) -> object:
    method = getattr(getattr(shelf, store), name)
    wanted = inspect.signature(method).parameters
    positional = [
        ARGUMENTS[key] for key, one in wanted.items() if one.kind is one.POSITIONAL_OR_KEYWORD
    ]
    return await method(*positional)


@pytest.mark.parametrize("company_id", ["c1", "c2"])
async def test_every_method_gives_rows_of_its_own_company_only(
    furnished: Acts, company_id: str
) -> None:
    seen: dict[str, int] = {}
    for store, name in METHODS:
        async with furnished("sato", company_id) as shelf:
            rows = every_row(await call(shelf, store, name))
            assert {getattr(row, "company_id", company_id) for row in rows} <= {company_id}, name
            seen[f"{store}.{name}"] = len(rows)
    assert sum(count > 0 for count in seen.values()) > len(seen) / 2, seen  # others count


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


async def test_ids_that_only_the_other_company_has_are_not_found(furnished: Acts) -> None:
    async with furnished(None, "c2") as shelf:
        shelf.cases.add(case_of("theirs", company_id="c2"))
        shelf.loop.add(trial_of("theirs", "kato", company_id="c2", id="their-trial"))
    async with furnished("nakamura", "c1") as shelf:
        assert await shelf.cases.any("theirs") is None
        assert await shelf.cases.get("theirs") is None
        assert await shelf.loop.trial("their-trial") is None
        assert "theirs" not in await shelf.cases.visible_ids()


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
    if table.name not in ("company", "workspace", "process", "install_state")
]


on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@on_postgresql
async def test_raw_sql_sees_one_company_and_needs_one(
    furnished: Acts, database: ClockedDatabase
) -> None:
    for table in WALLED:
        read = select(literal_column("company_id")).select_from(table_named(table))
        async with furnished(None, "c1") as shelf:
            seen = set(await shelf.session.scalars(read))
            assert seen <= {"c1"}, table
        if not seen:  # a scan of an empty table may end before it asks its policy
            continue
        async with database.engine.connect() as connection:
            with pytest.raises(DBAPIError, match="no company is set"):
                await connection.execute(read)


@on_postgresql
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
