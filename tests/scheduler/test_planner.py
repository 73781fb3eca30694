"""Each period is decided once, whatever restarts, and nobody gets more than they agreed to."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

from cases.db import Shelf
from cases.models.org import Account, Member
from scheduler.job import Chore, Message, Turn, each_day
from scheduler.models import DeliveryState, OccurrenceState
from scheduler.planner import Planner, plan, plan_all, rehearse
from tests.fakes.clocked import ClockedDatabase
from tests.fakes.planning import (
    DIGEST_DAY,
    SCOPE,
    deliveries,
    occurrences,
    promised,
    sent_by,
)
from tests.fakes.platform import FakeComposer
from tests.faults.matrix import fault


async def test_a_digest_goes_to_every_promoter_and_planning_again_adds_nothing(
    planner: Planner, database: ClockedDatabase, composer: FakeComposer
) -> None:
    await promised(planner, DIGEST_DAY - timedelta(hours=1))
    first = await plan(planner, "c1")
    assert sent_by(first, "monthly_digest") == ["kato", "mori"]
    assert {one.period for one in first} == {"2026-10"}
    count = len(await deliveries(database))
    for _ in range(2):
        assert await plan(planner, "c1") == []
    assert len(await deliveries(database)) == count
    assert sorted(composer.rendered) == [("monthly_digest", "kato"), ("monthly_digest", "mori")]


async def test_two_planners_at_once_make_one_row_each(
    planner: Planner, database: ClockedDatabase
) -> None:
    await promised(planner, DIGEST_DAY - timedelta(hours=1))
    await asyncio.gather(*(plan(planner, "c1") for _ in range(4)))
    keys = [row.dedupe_key for row in await deliveries(database)]
    assert sorted(keys) == ["monthly_digest:2026-10:kobe", "monthly_digest:2026-10:sendai"]


async def test_what_was_due_before_the_company_came_is_not_promised(
    planner: Planner, database: ClockedDatabase
) -> None:
    database.turn(seconds=1)
    assert await plan(planner, "c1") == []
    assert await occurrences(database, "monthly_digest") == {}


async def test_a_rehearsal_writes_and_renders_nothing(
    planner: Planner, database: ClockedDatabase, composer: FakeComposer
) -> None:
    await promised(planner, DIGEST_DAY - timedelta(hours=1))
    found = await rehearse(planner, "c1", DIGEST_DAY)
    assert sent_by(found, "monthly_digest") == ["kato", "mori"]
    assert await deliveries(database) == []
    assert composer.rendered == []


@fault(16)
async def test_two_hours_down_on_the_due_day_is_sent_and_marked_late(
    planner: Planner, database: ClockedDatabase
) -> None:
    await promised(planner, DIGEST_DAY - timedelta(hours=1))
    database.turn(hours=2)
    await plan(planner, "c1")
    rows = await deliveries(database)
    assert all(b"('late', True)" in (row.payload or b"") for row in rows)
    assert {row.not_before for row in rows} == {database.moment}


async def test_after_hours_it_waits_for_the_next_morning(
    planner: Planner, database: ClockedDatabase
) -> None:
    await promised(planner, DIGEST_DAY - timedelta(hours=1))
    database.turn(hours=9)  # 19:00 JST
    await plan(planner, "c1")
    assert {row.not_before for row in await deliveries(database)} == {
        datetime(2026, 11, 5, 23, 30, tzinfo=UTC)  # Friday 08:30 JST
    }


@fault(17)
async def test_three_months_down_bring_one_digest(
    planner: Planner, database: ClockedDatabase
) -> None:
    await promised(planner, datetime(2026, 9, 1, tzinfo=UTC))
    found = await plan(planner, "c1")
    assert sent_by(found, "monthly_digest") == ["kato", "mori"]
    states = {
        key: row.state for key, row in (await occurrences(database, "monthly_digest")).items()
    }
    assert states == {
        "2026-08": OccurrenceState.SKIPPED,
        "2026-09": OccurrenceState.SKIPPED,
        "2026-10": OccurrenceState.FANNED_OUT,
    }
    rows = [row for row in await deliveries(database) if row.kind == "monthly_digest"]
    assert all(b"['2026-08', '2026-09']" in (row.payload or b"") for row in rows)


async def test_a_digest_over_ten_business_days_late_is_skipped_with_a_reason(
    planner: Planner, database: ClockedDatabase
) -> None:
    await promised(planner, DIGEST_DAY - timedelta(hours=1))
    database.moment = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)  # the 11th business day after
    await plan(planner, "c1")
    row = (await occurrences(database, "monthly_digest"))["2026-10"]
    assert (row.state, row.reason) == (OccurrenceState.SKIPPED, "too_late")


async def test_nobody_without_an_account_is_forgotten_silently(
    planner: Planner, database: ClockedDatabase
) -> None:
    async with database.transaction(SCOPE) as shelf:
        account = await shelf.session.get(Account, ("c1", "w1", "kato"))
        await shelf.session.delete(account)
    await promised(planner, DIGEST_DAY - timedelta(hours=1))
    reasons = {one.member_id: one.reason for one in await plan(planner, "c1")}
    assert reasons == {"kato": "no_account", "mori": ""}


async def test_a_message_that_cannot_be_rendered_stops_no_other_one(
    planner: Planner, database: ClockedDatabase, composer: FakeComposer
) -> None:
    composer.breaks_for = "kato"
    await promised(planner, DIGEST_DAY - timedelta(hours=1))
    states = {one.member_id: one.state for one in await plan(planner, "c1")}
    assert states == {"kato": DeliveryState.DEAD, "mori": DeliveryState.READY}


async def test_a_job_that_fails_is_planned_again(
    planner: Planner, database: ClockedDatabase
) -> None:
    failures = [ValueError("broken"), None]

    async def work(_shelf: Shelf, _turn: Turn) -> int:
        failure = failures.pop(0)
        if failure:
            raise failure
        return 1

    chore = Chore("chore", "each day", each_day(datetime(2026, 1, 1, 9).time()), work)  # noqa: DTZ001  # a time of day
    broken = Planner(database, planner.composer, {"chore": chore})
    await promised(broken, DIGEST_DAY - timedelta(hours=3))
    await plan(broken, "c1")
    (row,) = (await occurrences(database, "chore")).values()
    assert (row.state, row.reason) == (OccurrenceState.PLANNED, "ValueError")
    await plan_all(broken)
    (row,) = (await occurrences(database, "chore")).values()
    assert row.state is OccurrenceState.CLOSED


def _change(change: str, member: Member, promoter: object) -> None:
    match change:
        case "left":
            member.active = False
        case "no_digest":
            member.wants_digest = False
        case "paused":
            member.paused_until = date(2026, 12, 1)
        case _:
            promoter.member_id = "ito"  # type: ignore[attr-defined]  # a Promoter


def test_a_message_names_its_receiver() -> None:
    assert Message(key="k", content={}, member_id="sato").room_id is None
