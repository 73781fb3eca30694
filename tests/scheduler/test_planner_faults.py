"""What goes wrong around the planner: wild clocks, renamed functions, many planners at once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.db import Shelf
from cases.models.org import Account, Member
from scheduler import calendar as dates
from scheduler.calendar import TOKYO
from scheduler.job import Mailing, Message, Turn
from scheduler.jobs import BY_NAME, monthly_digest
from scheduler.models import DeliveryState
from scheduler.planner import Planner, plan, plan_all
from scheduler.steady import Steady
from tests.fakes.clocked import ClockedDatabase, dice
from tests.fakes.planning import DIGEST_DAY, SCOPE, deliveries, occurrences, promised, sent_by
from tests.faults.matrix import fault

DIGEST = "monthly_digest"
HOUR = timedelta(hours=1)


async def digests(database: ClockedDatabase) -> list[str]:
    rows = [row for row in await deliveries(database) if row.kind == DIGEST]
    return sorted(row.dedupe_key for row in rows)


@pytest.mark.parametrize("error", [HOUR, -HOUR])
@fault(20)
async def test_an_hour_of_error_and_back_doubles_and_loses_nothing(
    planner: Planner, database: ClockedDatabase, error: timedelta
) -> None:
    """FM20, with the clock that the planner reads."""
    await promised(planner, DIGEST_DAY - 3 * HOUR)
    for step in range(5):
        wrong = error if step in (1, 2) else timedelta()
        database.moment = DIGEST_DAY + step * timedelta(minutes=20) + wrong
        await plan_all(planner)
    assert await digests(database) == [f"{DIGEST}:2026-10:{o}" for o in ("kobe", "sendai")]


@fault(20)
async def test_forty_days_ahead_and_back_doubles_and_loses_nothing(
    planner: Planner, database: ClockedDatabase
) -> None:
    """FM20: a clock that is days away from the process's own seconds is not believed."""
    seconds = [0.0]
    doubting = replace(planner, steady=Steady(ticks=lambda: seconds[0]))
    await promised(planner, DIGEST_DAY - HOUR)
    start = DIGEST_DAY - timedelta(minutes=10)
    for tick in range(81):  # 20 minutes, one tick each 15 s; wrong from the second minute on
        seconds[0] = tick * 15.0
        wrong = timedelta(days=40) if 8 <= tick < 36 else timedelta()
        database.moment = start + timedelta(seconds=seconds[0]) + wrong
        await plan_all(doubting)
    assert await digests(database) == [f"{DIGEST}:2026-10:{o}" for o in ("kobe", "sendai")]
    assert set(await occurrences(database, DIGEST)) == {"2026-10"}
    rows = [row for row in await deliveries(database) if row.kind == DIGEST]
    assert {row.not_before for row in rows} == {DIGEST_DAY}


def test_a_clock_that_stays_changed_is_believed_after_an_hour() -> None:
    seconds, start = [0.0], datetime(2026, 11, 5, tzinfo=UTC)
    steady = Steady(ticks=lambda: seconds[0])
    assert steady.believes(start)
    assert not steady.believes(start + timedelta(days=40))
    seconds[0] = 3599.0
    assert not steady.believes(start + timedelta(days=40, seconds=3599))
    seconds[0] = 3600.0
    assert steady.believes(start + timedelta(days=40, hours=1))
    assert Steady().believes(start)  # a process that starts believes what it is told


@fault(33)
async def test_a_renamed_function_changes_nothing_of_the_schedule(
    planner: Planner, database: ClockedDatabase
) -> None:
    """FM33: a schedule is a row under the job's name, no stored function."""
    await promised(planner, DIGEST_DAY - HOUR)

    async def another_name(shelf: Shelf, turn: Turn) -> list[Message]:
        return await monthly_digest.messages(shelf, turn)

    job = replace(monthly_digest.JOB, messages=another_name, rule="said in other words")
    renamed = replace(planner, jobs={**planner.jobs, DIGEST: job})
    assert sent_by(await plan(renamed, "c1"), DIGEST) == ["kato", "mori"]
    assert sent_by(await plan(planner, "c1"), DIGEST) == []


@fault(33)
async def test_a_job_that_was_taken_out_for_a_while_comes_back_where_it_was(
    planner: Planner, database: ClockedDatabase
) -> None:
    await promised(planner, DIGEST_DAY - HOUR)
    without = {name: job for name, job in BY_NAME.items() if name != DIGEST}
    assert sent_by(await plan(replace(planner, jobs=without), "c1"), DIGEST) == []
    database.turn(days=1)
    assert sent_by(await plan(planner, "c1"), DIGEST) == ["kato", "mori"]


async def _a_thousand(shelf: Shelf, turn: Turn) -> list[Message]:
    people = await shelf.people.members()
    return [Message(f"{turn.period.key}:{one.id}", {}, one.id) for one in people]


async def test_eight_planners_in_the_same_second_make_one_row_each(
    database: ClockedDatabase, planner: Planner
) -> None:
    """FM15 in one process; tests/faults has it with eight real ones."""
    async with database.transaction(SCOPE) as shelf:
        for number in range(46):
            name = f"p{number}"
            shelf.people.add(
                Member(company_id="c1", id=name, name=name, roles=["member"]),
                Account(company_id="c1", workspace_id="w1", user=name, member_id=name),
            )
    job = Mailing("note", "each business day", BY_NAME["wishes"].periods, _a_thousand)
    planners = [Planner(database, planner.composer, {"note": job}) for _ in range(8)]
    await promised(planners[0], DIGEST_DAY - HOUR)
    database.turn(hours=1)
    found = await asyncio.gather(*(plan(one, "c1") for one in planners))
    assert sum(len(one) for one in found) == 50
    keys = [row.dedupe_key for row in await deliveries(database)]
    assert len(keys) == len(set(keys)) == 50


@pytest.fixture
async def sqlite_only(database: ClockedDatabase, database_url: str) -> ClockedDatabase:
    if not database_url.startswith("sqlite"):
        pytest.skip("chance is played out on one database: the rules are the same code")
    return database


@pytest.mark.slow
@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10_000))
async def test_nobody_gets_more_than_agreed_over_random_months(
    sqlite_only: ClockedDatabase, planner: Planner, seed: int
) -> None:
    """At most one unsolicited message a week to an MR, three to others, one a day; none twice."""
    await _lives(sqlite_only, planner, seed, steps=40)  # about six weeks


async def test_nobody_gets_more_than_agreed_in_a_fortnight_of_chance(
    sqlite_only: ClockedDatabase, planner: Planner
) -> None:
    await _lives(sqlite_only, planner, seed=1, steps=12)


async def _lives(database: ClockedDatabase, planner: Planner, seed: int, steps: int) -> None:
    """So many planners' rounds from a day of chance on, then the budget is looked at."""
    chance = dice(seed)
    async with database.transaction(SCOPE) as shelf:
        await _clean(shelf)
        for member in await shelf.people.members():
            member.question_day = chance.choice([None, 0, 1, 2, 3, 4])
            member.paused_until, member.quiet_since = None, None
    moment = datetime(2026, chance.randint(1, 9), chance.randint(1, 28), tzinfo=UTC)
    await promised(planner, moment)
    for _ in range(steps):  # with days on which nothing runs
        moment += timedelta(hours=chance.choice([6, 12, 24, 24, 24, 48, 96]))
        database.moment = moment + timedelta(hours=1, minutes=30)
        await plan(planner, "c1")
        if chance.random() < 0.3:
            assert await plan(planner, "c1") == []
    await _within_budget(database)


async def _clean(shelf: Shelf) -> None:
    from sqlalchemy import delete

    from scheduler.models import Delivery, Occurrence, Schedule

    for table in (Delivery, Occurrence, Schedule):
        await shelf.session.execute(delete(table))


async def _within_budget(database: ClockedDatabase) -> None:
    weeks: dict[Any, int] = {}
    days: dict[Any, int] = {}
    for row in await deliveries(database):
        if row.unsolicited and row.state is DeliveryState.READY:
            day: date = dates.local_date(row.not_before, TOKYO)
            week = (row.member_id, dates.week_key(day))
            weeks[week] = weeks.get(week, 0) + 1
            days[row.member_id, day] = days.get((row.member_id, day), 0) + 1
    promoters = ("kato", "mori")
    assert all(count <= (3 if who in promoters else 1) for (who, _), count in weeks.items())
    assert set(days.values()) <= {1}
    assert weeks
