"""Every method of every store answers as if there were one company only, and changes no other.

Made from the schema and from the classes: a new table, store or method is tried, or fails here.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert, select, true

import cases.store
import scheduler.store
from cases.columns import Base
from cases.db import Shelf
from cases.models.org import Company
from cases.scope import Scope
from cases.store import installs, sign_in, support
from scheduler.models import DeliveryState, InboxState, OccurrenceState
from scheduler.store.buckets import Buckets
from scheduler.store.figures import Figures
from scheduler.store.inbox import Inbox
from scheduler.store.ledger import Ledger
from scheduler.store.plans import Plans
from tests.fakes.cast import NOON
from tests.fakes.clocked import ClockedDatabase
from tests.fakes.two_of_everything import MINE, THEIRS, WALLED, rows_of

MADE: dict[type, Callable[[Shelf], object]] = {
    **{one: one for one in (Ledger, Plans, Inbox, Figures, Buckets)},
    installs.Installs: installs.Installs,
    sign_in.SignIns: sign_in.SignIns,
    support.Readings: support.Readings,
}
# What routes envelopes and knows processes: before a company is known (ADR 10, ADR 18).
# Ending opens transactions of its own as the owner; test_ending.py has its neighbour.
DOORS = {"Directory", "Ending", "InstallStates", "Processes"}
# No stores, or parts of those.
VALUES = {"Route", "Question", "Contents", "Rows", "VectorRows", "CaseLists", "Listed"}
# They take rows that the caller read or made inside its own company.
GIVEN = {"add", "append", "drop", "put_vectors", "once", "all_once", "make", "read_along"}
NO_QUESTIONS = {"flush", "seen_by", "visible"}
NEW = 36  # characters of an id that a method makes
X = [f"x{at}" for at in range(1, THEIRS + 1)]
ARGUMENTS: dict[str, object] = {
    "str": "x2", "str | None": "x2", "int": 3, "int | None": 3, "bool": True, "float": 1.0,
    "Collection[str]": X, "Iterable[str]": X, "Sequence[str]": X, "Iterable[str] | None": X,
    "datetime": NOON - timedelta(hours=3), "datetime | None": NOON - timedelta(hours=3),
    "date": NOON.date(), "timedelta": timedelta(hours=1), "Sequence[int]": [1, 2, 3],
    "InboxState": InboxState.DONE, "OccurrenceState": OccurrenceState.CLOSED,
    "ColumnElement[bool]": true(),
}  # fmt: skip
SPECIAL: dict[str, dict[str, Any]] = {
    "Audit.forget": {"until": 0},  # its table only grows
    "Keeping.drop_of": {"kinds": ("draft", "talk")},
    "Ledger.change": {"values": {"outcome": "mine"}},
    "Ledger.claim": {"values": {"state": DeliveryState.SENDING}},
    "Ledger.settle": {"rows": [{"id": one, "fence": 2, "outcome": "mine"} for one in X]},
    "Ledger.end_attempts": {
        "rows": [
            dict.fromkeys(("result", "error", "http_status", "retry_after"))
            | {"delivery_id": one, "fence": 2}
            for one in X
        ]
    },
}


def classes() -> Iterator[type]:
    """All classes of the packages that may ask the database."""
    for package in (cases.store, scheduler.store):
        for found in pkgutil.iter_modules(package.__path__):
            module = importlib.import_module(f"{package.__name__}.{found.name}")
            for _, one in inspect.getmembers(module, inspect.isclass):
                if one.__module__ == module.__name__ and one.__name__ not in DOORS | VALUES:
                    yield one


def methods() -> list[tuple[type, str]]:
    return [
        (store, name)
        for store in classes()
        for name, _ in inspect.getmembers(store, inspect.isfunction)
        if not name.startswith("_") and name not in GIVEN | NO_QUESTIONS
    ]


def of(shelf: Shelf, store: type) -> object:
    """The store inside this transaction. Fails for one that nobody told this test about."""
    stores = [getattr(shelf, key) for key in shelf.__slots__]
    mine = [one for one in stores if type(one) is store]
    return mine[0] if mine else MADE[store](shelf)


async def call(shelf: Shelf, store: type, name: str) -> object:
    method = getattr(of(shelf, store), name)
    special = SPECIAL.get(f"{store.__name__}.{name}", {})
    positional: list[object] = []
    named: dict[str, Any] = dict(special.get("values", {}))
    for key, one in inspect.signature(method).parameters.items():
        if one.kind is one.POSITIONAL_OR_KEYWORD:
            positional.append(special[key] if key in special else ARGUMENTS[str(one.annotation)])
        elif one.kind is one.VAR_POSITIONAL:
            positional += X
        elif one.kind is one.KEYWORD_ONLY and one.default is one.empty:
            named[key] = ARGUMENTS[str(one.annotation)]
    answer = method(*positional, **named)
    if inspect.isasyncgen(answer):
        return [row async for row in answer]
    return await answer if inspect.isawaitable(answer) else answer


def plain(answer: object) -> object:
    """An answer as values that can be compared: rows by their columns, sets in order."""
    if isinstance(answer, Base):
        names = [column.key for column in answer.__table__.columns]
        return {key: plain(answer.__dict__.get(key)) for key in names}
    if isinstance(answer, Mapping):
        return {str(key): plain(value) for key, value in answer.items()}
    if isinstance(answer, set | frozenset):
        return sorted(map(str, answer))
    if isinstance(answer, list | tuple):
        return [plain(one) for one in answer]
    return "new" if isinstance(answer, str) and len(answer) == NEW else answer


async def furnish(database: ClockedDatabase, company_id: str, number: int) -> None:
    async with database.transaction(Scope(company_id)) as shelf:
        shelf.session.add(Company(id=company_id, name=company_id, settings={}))
        await shelf.session.flush()
        for table in WALLED:
            await shelf.session.execute(insert(table), rows_of(table, company_id, number))


async def everything_of(shelf: Shelf, company_id: str) -> dict[str, list[Any]]:
    found = {}
    for table in WALLED:
        rows = await shelf.session.execute(select(table).where(table.c.company_id == company_id))
        found[table.name] = sorted(map(repr, rows))
    return found


class _UndoneError(Exception):
    """So that one method does not change what the next one finds."""


@asynccontextmanager
async def undone(database: ClockedDatabase, scope: Scope) -> AsyncIterator[Shelf]:
    with suppress(_UndoneError):
        async with database.transaction(scope) as shelf:
            yield shelf
            await shelf.session.flush()
            raise _UndoneError


@contextmanager
def writes(database: ClockedDatabase) -> Iterator[list[str]]:
    """The statements that write, as the database is given them."""
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith(("UPDATE", "DELETE", "INSERT")):
            seen.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    yield seen
    event.remove(database.engine.sync_engine, "before_cursor_execute", note)


async def answers(database: ClockedDatabase) -> dict[str, object]:
    """What each method of each store gives one member of the first company."""
    found = {}
    for store, name in methods():
        async with undone(database, Scope("c1", "x2", offices=frozenset({"x2"}))) as shelf:
            found[f"{store.__name__}.{name}"] = plain(await call(shelf, store, name))
    return found


@pytest.mark.parametrize(
    "database_url", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)], indirect=True
)
@pytest.mark.attack(16, 21)
async def test_answers_are_the_same_whether_there_is_another_company_or_not(
    database: ClockedDatabase,
) -> None:
    await furnish(database, "c1", MINE)
    alone = await answers(database)
    await furnish(database, "c2", THEIRS)
    beside = await answers(database)
    assert [name for name, answer in alone.items() if beside[name] != answer] == []
    assert sum(bool(answer) for answer in alone.values()) > 0.6 * len(alone)


@pytest.mark.attack(16)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # PostgreSQL has its policies
async def test_what_a_method_writes_leaves_the_other_company_as_it_is(
    database: ClockedDatabase,
) -> None:
    await furnish(database, "c1", MINE)
    await furnish(database, "c2", THEIRS)
    async with database.transaction(Scope("c2")) as shelf:
        theirs = await everything_of(shelf, "c2")
    wrote = []
    with writes(database) as seen:
        for store, name in methods():
            seen.clear()
            async with undone(database, Scope("c1", "x2", offices=frozenset({"x2"}))) as shelf:
                await call(shelf, store, name)
                await shelf.session.flush()
                if seen:
                    wrote.append(name)
                    assert await everything_of(shelf, "c2") == theirs, f"{store.__name__}.{name}"
    assert len(wrote) > 20, wrote


def test_every_store_is_tried_and_every_table_has_rows() -> None:
    assert {store.__name__ for store in classes()} >= {"Cases", "Reviews", "Keeping", "Ledger"}
    assert all(rows_of(table, "c1", MINE) for table in WALLED)
