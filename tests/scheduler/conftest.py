"""The stage: a small company on both databases (tests/databases.py), a fake platform."""

from __future__ import annotations

import pytest

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
def worker(
    database: ClockedDatabase,
    platform: FakePlatform,
    composer: FakeComposer,
    jobs: dict[str, Job],
) -> Worker:
    """A worker whose own clock is the test's too."""
    return Worker(
        database,
        platform,
        platform,
        jobs,
        composer,
        ticks=lambda: database.moment.timestamp(),
        dice=dice(1),
    )


@pytest.fixture
def planner(
    database: ClockedDatabase, composer: FakeComposer, jobs: dict[str, Job], company: str
) -> Planner:
    return Planner(database, composer, jobs)
