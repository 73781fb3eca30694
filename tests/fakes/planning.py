"""Short ways to look at what was planned, for tests of planner, jobs and re-check."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from cases.db import Shelf
from cases.models.case import Case
from cases.scope import Scope
from cases.vocabulary import Kind, Status
from scheduler.fan_out import Planned
from scheduler.models import Delivery, DeliveryState, Occurrence
from scheduler.planner import Planner, know
from scheduler.store.ledger import Ledger
from scheduler.store.plans import Plans
from tests.fakes.clocked import ClockedDatabase

SCOPE = Scope("c1")
LONG_AGO = datetime(2026, 8, 1, tzinfo=UTC)
DIGEST_DAY = datetime(2026, 11, 5, 1, 0, tzinfo=UTC)  # 10:00 JST


async def promised(planner: Planner, since: datetime) -> None:
    """The company has known its schedules since then."""
    async with planner.database.transaction(SCOPE) as shelf:
        await know(shelf, planner.jobs, since)


async def deliveries(database: ClockedDatabase) -> Sequence[Delivery]:
    async with database.transaction(SCOPE) as shelf:
        return await Ledger(shelf).deliveries(Delivery.id.is_not(None), 1000)


async def occurrences(database: ClockedDatabase, kind: str) -> dict[str, Occurrence]:
    async with database.transaction(SCOPE) as shelf:
        plans = Plans(shelf)
        return await plans.occurrences((await plans.schedules())[kind].id, LONG_AGO)


def sent_by(found: Sequence[Planned], kind: str) -> list[str | None]:
    ready = [one for one in found if one.kind == kind and one.state is DeliveryState.READY]
    return sorted(one.member_id or "" for one in ready)


async def add_case(shelf: Shelf, case_id: str, author: str) -> None:
    shelf.cases.add(
        Case(
            company_id="c1", id=case_id, kind=Kind.CUSTOMER_CASE, author_id=author,
            office_id="sendai", title="題", action="やった", result="変わった",
            status=Status.COMPANY, shared_at=LONG_AGO, changed_at=LONG_AGO,
        )
    )  # fmt: skip
    await shelf.cases.flush()
