"""事務局 changes schedules: nothing that was sent comes again, nothing of the past is promised."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from cases.errors import NotAllowed, NotFound
from cases.models.org import Account, Member
from cases.scope import Scope
from cases.vocabulary import Role
from scheduler import schedules
from scheduler.company_days import BadDay
from scheduler.jobs import BY_NAME
from scheduler.models import DeliveryState, OccurrenceState, Schedule, ScheduleState
from scheduler.planner import Planner, plan, rehearse
from scheduler.rules import BadChoice
from scheduler.schedules import Overtaken, Plan
from scheduler.store.plans import Plans
from scheduler.trial_send import send_to
from scheduler.watchdog import silent
from tests.fakes.clocked import ClockedDatabase
from tests.fakes.planning import DIGEST_DAY, SCOPE, deliveries, occurrences, promised, sent_by

HEAD = Scope("c1", "ito", frozenset({Role.HQ_ADMIN}))
DIGEST = "monthly_digest"


async def schedule(database: ClockedDatabase, kind: str = DIGEST) -> Schedule:
    async with database.transaction(SCOPE) as shelf:
        return (await Plans(shelf).schedules())[kind]


async def shown(database: ClockedDatabase, kind: str = DIGEST) -> Plan:
    async with database.transaction(HEAD) as shelf:
        return next(p for p in await schedules.listing(shelf, BY_NAME) if p.kind == kind)


async def set_rule(database: ClockedDatabase, kind: str = DIGEST, **chosen: Any) -> None:
    plan_now = await shown(database, kind)
    async with database.transaction(HEAD) as shelf:
        raw = dict(plan_now.chosen) | chosen
        await schedules.change(shelf, BY_NAME, kind, raw, plan_now.version)


async def set_state(database: ClockedDatabase, kind: str, state: ScheduleState) -> None:
    async with database.transaction(HEAD) as shelf:
        await schedules.set_state(shelf, BY_NAME, kind, state)


async def test_the_next_five_dates_are_those_of_the_calendar(
    planner: Planner, database: ClockedDatabase
) -> None:
    found = await shown(database)
    assert [turn.key for turn in found.next] == [
        "2026-11", "2026-12", "2027-01", "2027-02", "2027-03",
    ]  # fmt: skip
    assert found.next[0].due_at == datetime(2026, 12, 3, 1, 0, tzinfo=UTC)


async def test_a_change_that_comes_after_the_digest_sends_it_no_second_time(
    planner: Planner, database: ClockedDatabase
) -> None:
    await promised(planner, DIGEST_DAY - timedelta(hours=1))
    await plan(planner, "c1")
    await set_rule(database, business_day="7")
    assert (await schedule(database)).version == 2
    assert (await shown(database)).next[0].key == "2026-11"  # October is decided
    before = len(await deliveries(database))
    for _ in range(20):
        database.turn(days=1)
        found = await plan(planner, "c1")
        assert sent_by(found, DIGEST) == []
    kinds = [row.kind for row in await deliveries(database)]
    assert kinds.count(DIGEST) == 2
    assert len(kinds) > before  # the other jobs went on


async def test_a_change_to_a_day_that_is_over_promises_nothing_of_the_past(
    planner: Planner, database: ClockedDatabase
) -> None:
    """On 4 November the 1st business day is over: October is skipped, and somebody sees it."""
    database.moment = DIGEST_DAY - timedelta(days=1)
    await promised(planner, DIGEST_DAY - timedelta(days=5))
    async with database.transaction(HEAD) as shelf:
        raw = {"business_day": "1", "time": "10:00"}
        _, lost = await schedules.preview(shelf, BY_NAME, DIGEST, raw)
    assert lost == ("2026-10",)
    await set_rule(database, business_day="1")
    database.turn(days=2)
    assert sent_by(await plan(planner, "c1"), DIGEST) == []
    row = (await occurrences(database, DIGEST))["2026-10"]
    assert (row.state, row.reason) == (OccurrenceState.SKIPPED, "rule_changed")
    assert [one.reason for one in (await shown(database)).skipped] == ["rule_changed"]


async def test_what_was_due_by_the_old_rule_still_goes_out_after_a_change(
    planner: Planner, database: ClockedDatabase
) -> None:
    """Saved at 10:00:05, before the planner rang: the digest of that minute is not lost."""
    await promised(planner, DIGEST_DAY - timedelta(hours=1))
    database.turn(seconds=5)
    await set_rule(database, business_day="9")
    assert sent_by(await plan(planner, "c1"), DIGEST) == ["kato", "mori"]
    database.moment = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)  # the 9th business day
    assert sent_by(await plan(planner, "c1"), DIGEST) == []


async def test_a_skipped_month_joins_the_next_digest_and_head_office_hears_of_it_once(
    planner: Planner, database: ClockedDatabase
) -> None:
    async with database.transaction(SCOPE) as shelf:
        shelf.people.add(
            Member(company_id="c1", id="hq", name="hq", roles=["hq_admin"]),
            Account(company_id="c1", workspace_id="w1", user="hq", member_id="hq"),
        )
    await promised(planner, DIGEST_DAY - timedelta(hours=1))
    database.moment = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)  # 11 business days late
    await plan(planner, "c1")
    database.moment = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
    assert sent_by(await plan(planner, "c1"), "skipped_turns") == ["hq"]
    database.moment = datetime(2026, 12, 3, 1, 0, tzinfo=UTC)
    found = await plan(planner, "c1")
    assert sent_by(found, "skipped_turns") == []
    assert sent_by(found, DIGEST) == ["kato", "mori"]
    rows = [r for r in await deliveries(database) if r.kind == DIGEST]
    assert all(b"('missed', ['2026-10'])" in (row.payload or b"") for row in rows)


async def test_what_falls_due_on_hold_is_sent_late_after_the_hold(
    planner: Planner, database: ClockedDatabase
) -> None:
    await promised(planner, DIGEST_DAY - timedelta(hours=1))
    await set_state(database, DIGEST, ScheduleState.HELD)
    assert sent_by(await plan(planner, "c1"), DIGEST) == []
    database.turn(days=4)
    assert sent_by(await plan(planner, "c1"), DIGEST) == []
    async with database.transaction(SCOPE) as shelf:
        assert not [one for one in await silent(shelf, planner.jobs) if one.kind == DIGEST]
    await set_state(database, DIGEST, ScheduleState.ON)
    assert sent_by(await plan(planner, "c1"), DIGEST) == ["kato", "mori"]
    rows = [row for row in await deliveries(database) if row.kind == DIGEST]
    assert all(b"('late', True)" in (row.payload or b"") for row in rows)


async def test_a_hold_that_lasts_too_long_skips_with_a_reason(
    planner: Planner, database: ClockedDatabase
) -> None:
    await promised(planner, DIGEST_DAY - timedelta(hours=1))
    await set_state(database, DIGEST, ScheduleState.HELD)
    database.turn(days=20)
    for _ in range(2):
        await plan(planner, "c1")
    row = (await occurrences(database, DIGEST))["2026-10"]
    assert (row.state, row.reason) == (OccurrenceState.SKIPPED, "held")
    await set_state(database, DIGEST, ScheduleState.ON)
    assert sent_by(await plan(planner, "c1"), DIGEST) == []


async def test_turned_off_promises_nothing_and_turned_on_starts_anew(
    planner: Planner, database: ClockedDatabase
) -> None:
    await promised(planner, DIGEST_DAY - timedelta(hours=1))
    await set_state(database, DIGEST, ScheduleState.OFF)
    assert (await shown(database)).next == ()
    database.turn(days=3)
    assert sent_by(await plan(planner, "c1"), DIGEST) == []
    await set_state(database, DIGEST, ScheduleState.ON)
    await set_state(database, DIGEST, ScheduleState.ON)  # twice is once
    assert sent_by(await plan(planner, "c1"), DIGEST) == []
    assert "2026-10" not in await occurrences(database, DIGEST)


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        (DIGEST, {"business_day": "40", "time": "10:00"}),
        (DIGEST, {"business_day": "3", "time": "03:00"}),
        (DIGEST, {"business_day": "3"}),
        (DIGEST, {"business_day": "3", "time": "10:00", "who": "everybody"}),
        ("reflection", {"weekday": "4", "time": "10:15", "weeks": ["1", "2", "3"]}),
        ("reflection", {"weekday": "6", "time": "10:15", "weeks": ["1"]}),
        ("reflection", {"weekday": "4", "time": "10:15", "weeks": []}),
        ("reflection", {"weekday": "4", "time": "10:15", "weeks": 3}),
    ],
)
async def test_a_choice_that_is_not_offered_is_refused(
    planner: Planner, database: ClockedDatabase, kind: str, raw: dict[str, object]
) -> None:
    version = (await shown(database, kind)).version
    with pytest.raises(BadChoice):
        async with database.transaction(HEAD) as shelf:
            await schedules.change(shelf, BY_NAME, kind, raw, version)
    assert (await schedule(database, kind)).settings == {}


async def test_only_head_office_sees_and_changes_and_a_duty_stays(
    planner: Planner, database: ClockedDatabase
) -> None:
    with pytest.raises(NotAllowed):
        async with database.transaction(Scope("c1", "ito")) as shelf:
            await schedules.listing(shelf, BY_NAME)
    with pytest.raises(NotAllowed):
        async with database.transaction(Scope("c1", "ito")) as shelf:
            await schedules.set_state(shelf, BY_NAME, DIGEST, ScheduleState.OFF)
    with pytest.raises(NotAllowed):
        async with database.transaction(Scope("c1", "ito")) as shelf:
            await schedules.set_calendar(shelf, BY_NAME, {})
    with pytest.raises(NotFound):
        await set_state(database, "retention", ScheduleState.OFF)


async def test_the_second_of_two_people_who_change_at_once_is_told(
    planner: Planner, database: ClockedDatabase
) -> None:
    await set_rule(database, business_day="4")
    raw = {"business_day": "5", "time": "10:00"}
    async with database.transaction(HEAD) as shelf:
        with pytest.raises(Overtaken):
            await schedules.change(shelf, BY_NAME, DIGEST, raw, 1)
    await set_rule(database, business_day="4")  # nothing new is no change
    assert (await schedule(database)).version == 2


async def test_a_closure_moves_the_digest_and_the_past_stays(
    planner: Planner, database: ClockedDatabase
) -> None:
    database.moment = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
    await promised(planner, database.moment - timedelta(hours=1))
    typed = {"closed": "12-01 創立記念日\n2026-12-02〜2026-12-04 臨時休業", "year_end": "on"}
    async with database.transaction(HEAD) as shelf:
        await schedules.set_calendar(shelf, BY_NAME, typed | {"usual": "on"})
    coming = (await shown(database)).next[0]
    assert (coming.key, coming.due_at.date()) == ("2026-11", date(2026, 12, 9))
    database.moment = datetime(2026, 12, 3, 1, 0, tzinfo=UTC)
    assert sent_by(await plan(planner, "c1"), DIGEST) == []
    database.moment = datetime(2026, 12, 9, 1, 0, tzinfo=UTC)
    assert sent_by(await plan(planner, "c1"), DIGEST) == ["kato", "mori"]
    with pytest.raises(BadDay):
        async with database.transaction(HEAD) as shelf:
            await schedules.set_calendar(shelf, BY_NAME, {"closed": "夏休み"})


async def test_a_test_send_goes_to_one_person_once_a_press_and_leaves_nothing_else(
    planner: Planner, database: ClockedDatabase
) -> None:
    for press, new in (("a", True), ("a", False), ("b", True)):
        async with database.transaction(HEAD) as shelf:
            job = BY_NAME["reflection"]
            assert await send_to(shelf, job, planner.composer, "ito", press) is new
    rows = await deliveries(database)
    assert [(row.kind, row.member_id, row.state) for row in rows] == [
        ("test_send", "ito", DeliveryState.READY)
    ] * 2
    assert b"'test', True" in (rows[0].payload or b"")
    async with database.transaction(Scope("c1", "ito")) as shelf:
        assert await shelf.talks.reflections_of("ito") == []
    for job, who in ((BY_NAME["retention"], "ito"), (BY_NAME["reflection"], "nobody")):
        with pytest.raises(NotFound):
            async with database.transaction(HEAD) as shelf:
                await send_to(shelf, job, planner.composer, who, "c")


async def test_a_rehearsal_follows_the_changed_rule(
    planner: Planner, database: ClockedDatabase
) -> None:
    await promised(planner, DIGEST_DAY - timedelta(days=2))
    database.moment = DIGEST_DAY - timedelta(days=1)
    await set_rule(database, business_day="5", time="09:00")
    due = (await shown(database)).next[0].due_at
    assert due == datetime(2026, 11, 9, 0, 0, tzinfo=UTC)
    found = await rehearse(planner, "c1", due)
    assert sent_by(found, DIGEST) == ["kato", "mori"]
    assert await deliveries(database) == []
