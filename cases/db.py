"""The database: SQLite for one machine, PostgreSQL for replicas, one transaction at a time.

Recipes and measurements: docs/architecture.md (BEGIN IMMEDIATE, row-level security).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import Session, class_mapper
from sqlalchemy.orm.attributes import instance_state

from cases import audit, one_trip
from cases.errors import NotAllowed, NotFound
from cases.scope import Scope
from cases.store.audit import Audit
from cases.store.case import Cases
from cases.store.holds import Holds
from cases.store.keeping import Keeping
from cases.store.loop import Loop
from cases.store.org import Directory, People
from cases.store.review import Reviews
from cases.store.roster import Roster
from cases.store.talk import Talks

DENIED = "denied"
# Read by each transaction, so time and shift come in one statement.
_NOW = {
    "sqlite": "select strftime('%Y-%m-%d %H:%M:%f', 'now'),"
    " (select clock_shift from company where id = ?)",
    "postgresql": "select (now() at time zone 'utc'),"
    " (select clock_shift from company where id = %s)",
}


@dataclass(slots=True)
class Shelf:
    """The stores inside one transaction, and its time.

    `now` is the database's clock, read once (the sample company's may be shifted by the tour).
    Use cases take a Shelf and never commit.
    """

    scope: Scope
    session: AsyncSession
    now: datetime
    people: People
    cases: Cases
    holds: Holds
    loop: Loop
    talks: Talks
    audit: Audit
    roster: Roster
    reviews: Reviews
    keeping: Keeping


class _Session(AsyncSession):
    """A row that this transaction has read is found again without a switch to the driver."""

    async def get(self, entity: Any, ident: Any, **options: Any) -> Any:
        """As AsyncSession.get."""
        known = self.sync_session.identity_map.get(
            class_mapper(entity).identity_key_from_primary_key(ident)
        )
        if known is None or options or instance_state(known).expired:
            return await super().get(entity, ident, **options)
        return known

    async def __aexit__(self, *error: Any) -> None:
        """As AsyncSession's, which closes in a task of its own even with nothing to end."""
        if self.in_transaction():
            await super().__aexit__(*error)
        else:
            self.sync_session.close()


class Database:
    """One engine. `transaction(scope)` commits at its end or, if anything is raised, not at all."""

    def __init__(self, url: str) -> None:
        self.url = _with_driver(url)
        self.engine: AsyncEngine = create_async_engine(
            self.url,
            pool_pre_ping=self.is_postgresql,
            connect_args={} if self.is_postgresql else {"async_creator_fn": one_trip.connect},
            hide_parameters=True,  # an error must not quote what somebody typed
        )
        if not self.is_postgresql:
            _sqlite_recipe(self.engine)
        _not_found_where_no_text(self.engine)
        self.directory = Directory(self.engine.execution_options(reads=True))

    @property
    def is_postgresql(self) -> bool:
        """True on PostgreSQL, False on SQLite; there is no third."""
        return self.url.startswith("postgresql")

    async def close(self) -> None:
        """Gives all connections back."""
        await self.engine.dispose()

    @asynccontextmanager
    async def transaction(self, scope: Scope) -> AsyncIterator[Shelf]:
        """One unit of work in one company; nothing is sent while it is open (rule 21)."""
        async with self._begun(self.engine, scope) as shelf:
            yield shelf

    @asynccontextmanager
    async def reading(self, scope: Scope) -> AsyncIterator[Shelf]:
        """The same for a long read that writes nothing: on SQLite no writer waits for it."""
        async with self._begun(self.engine.execution_options(reads=True), scope) as shelf:
            yield shelf

    @asynccontextmanager
    async def _begun(self, engine: AsyncEngine, scope: Scope) -> AsyncIterator[Shelf]:
        """What is denied inside is undone as a whole, and then kept in the audit trail."""
        try:
            async with self._opened(engine, scope) as shelf:
                yield shelf
        except NotAllowed as error:
            async with self._opened(self.engine, scope) as shelf:
                await audit.record(shelf, DENIED, error.about)
            raise

    @asynccontextmanager
    async def _opened(self, engine: AsyncEngine, scope: Scope) -> AsyncIterator[Shelf]:
        async with _Session(engine, expire_on_commit=False) as session, session.begin():
            if self.is_postgresql:
                await session.execute(
                    text("select set_config('app.company_id', :company, true)"),
                    {"company": scope.company_id},
                )
            now = await self.now(session, scope.company_id)
            shelf = Shelf(
                scope=scope,
                session=session,
                now=now,
                people=People(session, scope),
                cases=Cases(session, scope),
                holds=Holds(session, scope),
                loop=Loop(session, scope),
                talks=Talks(session, scope),
                audit=Audit(session, scope, now, locks=self.is_postgresql),
                roster=Roster(session, scope),
                reviews=Reviews(session, scope),
                keeping=Keeping(session, scope),
            )
            yield shelf
            await shelf.audit.chain()  # last: other writers of the company wait for it (ADR 22)

    async def now(self, session: AsyncSession, company_id: str) -> datetime:
        """Database time of this transaction, plus the clock shift of a sample company."""
        # In the driver's own words: each transaction asks it, and nothing has to be compiled.
        sql = _NOW[self.engine.dialect.name]

        def ask(bare: Session) -> Any:  # in one switch: it begins the transaction, too
            return bare.connection().exec_driver_sql(sql, (company_id,)).one()

        read, shift = await session.run_sync(ask)
        moment = datetime.fromisoformat(read) if isinstance(read, str) else read
        return moment.replace(tzinfo=UTC) + timedelta(seconds=shift or 0)


def _with_driver(url: str) -> str:
    """The URL with the async driver of its database: aiosqlite or psycopg 3."""
    parsed = make_url(url)
    driver = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg"}
    name = driver[parsed.get_backend_name()]
    return parsed.set(drivername=name).render_as_string(hide_password=False)


def _not_found_where_no_text(engine: AsyncEngine) -> None:
    """An id that no database takes as a text is nobody's: NUL on PostgreSQL, half a character.

    Here, so that no door has to look for it: both drivers refuse it before anything is sent, and
    what people type has lost it by then (cases/text.py).
    """

    @event.listens_for(engine.sync_engine, "handle_error")
    def refused(context: ExceptionContext) -> None:
        error = context.original_exception
        nul = type(error).__name__ == "DataError" and "NUL (0x00)" in str(error)
        if nul or isinstance(error, UnicodeEncodeError):
            raise NotFound from None  # the driver's words may quote what came


def _sqlite_recipe(engine: AsyncEngine) -> None:
    """WAL, full sync and BEGIN IMMEDIATE: without it 874 of 3,000 concurrent updates were lost."""

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "busy_timeout=10000",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",  # what is erased is overwritten in the file
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Any) -> None:
        reads = connection.get_execution_options().get("reads", False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
