"""Reminders of held texts: whom, on which days, and what nobody reads in them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.views.elements import plain
from bot.views.holds import waiting_card
from bot.views.words import LOCALES
from cases.models.case import Hold
from cases.models.org import Account, Member
from scheduler.dispatch import Worker, drain
from scheduler.job import Job
from scheduler.jobs import hold_waiting
from scheduler.planner import Planner, plan
from tests.fakes.clocked import ClockedDatabase
from tests.fakes.planning import SCOPE, promised, sent_by
from tests.fakes.platform import FakePlatform

FRIDAY = datetime(2026, 11, 6, 6, 0, tzinfo=UTC)  # 15:00 JST
MORNING = datetime(2026, 11, 6, 1, 5, tzinfo=UTC)  # 10:05 JST


@pytest.fixture
def jobs() -> dict[str, Job]:
    """This one alone: the others cost time and say nothing here."""
    return {hold_waiting.NAME: hold_waiting.JOB}


async def stopped(database: ClockedDatabase, *rows: tuple[str, str, datetime]) -> None:
    """Texts by queue, author and moment."""
    async with database.transaction(SCOPE) as shelf:
        for number, (queue, author, moment) in enumerate(rows):
            shelf.cases.add(
                Hold(
                    company_id="c1", id=f"h{number}", draft_id=f"d{number}", author_id=author,
                    queue=queue, rules=["adverse_event"], text=b"x", created_at=moment,
                )
            )  # fmt: skip


async def people(database: ClockedDatabase, **roles: str) -> None:
    async with database.transaction(SCOPE) as shelf:
        for name, role in roles.items():
            shelf.people.add(
                Member(company_id="c1", id=name, name=name, roles=[role]),
                Account(company_id="c1", workspace_id="w1", user=name, member_id=name),
            )


async def days(
    planner: Planner, database: ClockedDatabase, count: int
) -> list[tuple[int, list[str | None]]]:
    """Who is written to on each of the days after Friday."""
    found = []
    for day in range(1, count + 1):
        database.moment = MORNING + timedelta(days=day)
        fresh = [one for one in await plan(planner, "c1") if one.new]
        if sent := sent_by(fresh, "hold_waiting"):
            found.append((day, sent))
    return found


async def test_author_and_safety_are_reminded_each_business_day_until_the_answer(
    planner: Planner, database: ClockedDatabase
) -> None:
    await people(database, anzen="safety", hq="hq_admin")
    await stopped(database, ("safety", "ito", FRIDAY))
    await promised(planner, MORNING)
    assert await days(planner, database, 4) == [(3, ["anzen", "ito"]), (4, ["anzen", "ito"])]
    async with database.transaction(SCOPE) as shelf:
        hold = await shelf.holds.get("h0")
        assert hold is not None
        hold.state = "reported"
    assert await days(planner, database, 11) == [(5, ["anzen"]), (10, ["anzen"])]
    async with database.transaction(SCOPE) as shelf:
        hold = await shelf.holds.get("h0")
        assert hold is not None
        hold.decided_at = shelf.now
    database.moment += timedelta(days=7)
    assert sent_by(await plan(planner, "c1"), "hold_waiting") == []


async def test_a_pause_silences_no_duty(
    planner: Planner, database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    await people(database, anzen="safety")
    await stopped(database, ("safety", "ito", FRIDAY))
    async with database.transaction(SCOPE) as shelf:
        for name in ("anzen", "ito"):
            member = await shelf.people.member(name)
            assert member is not None
            member.paused_until = date(2026, 12, 1)
    await promised(planner, MORNING)
    assert await days(planner, database, 3) == [(3, ["anzen", "ito"])]
    await drain(worker, ["c1"])
    assert len(platform.posts) == 2  # asked again before sending, and sent all the same


async def test_compliance_hears_the_next_day_and_weekly_when_it_is_late(
    planner: Planner, database: ClockedDatabase
) -> None:
    await people(database, shiori="moderator")
    await stopped(database, ("compliance", "ito", FRIDAY))
    await promised(planner, MORNING)
    found = await days(planner, database, 12)
    assert found == [(3, ["shiori"]), (5, ["shiori"]), (10, ["shiori"])]


async def test_a_queue_that_nobody_may_read_is_told_to_the_office_once_a_week(
    planner: Planner, database: ClockedDatabase
) -> None:
    await people(database, hq="hq_admin")
    await stopped(database, ("safety", "ito", FRIDAY), ("compliance", "ito", FRIDAY))
    await promised(planner, MORNING)
    found = await days(planner, database, 5)
    assert found == [(3, ["hq", "hq", "ito"]), (4, ["ito"]), (5, ["ito"])]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(
    "part", ["author", "safety", "compliance", "nobody_safety", "nobody_compliance"]
)
def test_every_reminder_says_what_to_do(part: str, locale: str) -> None:
    content = {"part": part, "count": 2, "open": 2, "answered": 1, "since": "2026-11-06"}
    text = plain(waiting_card(content, locale))
    assert "2" in text
    assert "受け付け" not in text
