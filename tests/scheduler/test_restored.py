"""A company after a restore: what was due is looked for first, what fell due is not made up for."""

from __future__ import annotations

from datetime import timedelta

from scheduler import restored
from scheduler.ledger import Owed, owe
from scheduler.models import DeliveryState, Occurrence, OccurrenceState
from scheduler.planner import Planner
from scheduler.store.plans import Plans
from tests.fakes.clocked import ClockedDatabase
from tests.fakes.planning import DIGEST_DAY, SCOPE, deliveries, occurrences, promised

DIGEST = "monthly_digest"
HOUR = timedelta(hours=1)


async def settled(database: ClockedDatabase) -> restored.Settled:
    async with database.transaction(SCOPE) as shelf:
        return await restored.settle(shelf)


async def test_what_was_due_is_looked_for_and_what_comes_later_waits(
    planner: Planner, database: ClockedDatabase
) -> None:
    async with database.transaction(SCOPE) as shelf:
        for key, when in (("due", shelf.now), ("later", shelf.now + HOUR)):
            row = Owed(key, "reply", b"text", workspace_id="w1", user="kato", not_before=when)
            await owe(shelf, row)
    assert await settled(database) == restored.Settled(doubtful=1, skipped=0)
    rows = {row.dedupe_key: row for row in await deliveries(database)}
    assert (rows["due"].state, rows["due"].outcome) == (DeliveryState.UNKNOWN, restored.REASON)
    assert rows["due"].next_at == database.moment
    assert (rows["later"].state, rows["later"].outcome) == (DeliveryState.READY, "")


async def test_a_turn_that_fell_due_is_skipped_and_one_to_come_is_not(
    planner: Planner, database: ClockedDatabase
) -> None:
    await promised(planner, DIGEST_DAY - 24 * HOUR)
    async with database.transaction(SCOPE) as shelf:
        schedule = (await Plans(shelf).schedules())[DIGEST]
        for key, due in (("2026-10", shelf.now), ("2026-11", shelf.now + 700 * HOUR)):
            row = Occurrence(company_id="c1", id=key, schedule_id=schedule.id, period_key=key)
            row.due_at = due
            shelf.session.add(row)
    assert await settled(database) == restored.Settled(doubtful=0, skipped=1)
    rows = await occurrences(database, DIGEST)
    assert {key: (row.state, row.reason) for key, row in rows.items()} == {
        "2026-10": (OccurrenceState.SKIPPED, restored.REASON),
        "2026-11": (OccurrenceState.PLANNED, ""),
    }
    async with database.transaction(SCOPE) as shelf:
        known = {row.known_since for row in (await Plans(shelf).schedules()).values()}
    assert known == {database.moment}  # no period before now is promised any more
