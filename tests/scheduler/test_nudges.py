"""Nudges: the budget they share, what a member said of them, and the look before sending."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from cases.models.org import Member
from scheduler import asking, nudges
from scheduler.dispatch import Worker, drain
from scheduler.ledger import Owed, owe
from scheduler.models import DeliveryState
from tests.fakes.clocked import ClockedDatabase
from tests.fakes.planning import SCOPE, deliveries
from tests.fakes.platform import FakePlatform

MONDAY = datetime(2026, 11, 9, 1, 30, tzinfo=UTC)  # 10:30 JST
NIGHT = datetime(2026, 11, 9, 13, 0, tzinfo=UTC)  # 22:00 JST


@pytest.fixture
def clock(company: str, database: ClockedDatabase) -> ClockedDatabase:
    """A small company on a Monday morning."""
    database.moment = MONDAY
    return database


async def owes(
    database: ClockedDatabase, kind: str = nudges.KIND, *, key: str = "other", **more: object
) -> None:
    """An unsolicited message to 伊藤, due now."""
    async with database.transaction(SCOPE) as shelf:
        there = {"workspace_id": "w1", "user": "ito", "member_id": "ito", "unsolicited": True}
        await owe(shelf, Owed(key, kind, b"{}", **(there | more)))  # type: ignore[arg-type]  # the fields by name


async def slot(database: ClockedDatabase, **values: object) -> nudges.Slot | None:
    async with database.transaction(SCOPE) as shelf:
        member = await shelf.people.member("ito")
        assert member is not None
        for key, value in values.items():
            setattr(member, key, value)
        return await nudges.slot(shelf, member)


async def passes(database: ClockedDatabase, *weeks: str) -> None:
    """「今回は見送る」 to the nudges of these weeks."""
    for week in weeks:
        await owes(database, key=nudges.key_of("ito", week), not_before=MONDAY - timedelta(days=30))
        async with database.transaction(SCOPE) as shelf:
            assert await nudges.answered(shelf, "ito", week, nudges.PASSED)
            assert not await nudges.answered(shelf, "ito", week, nudges.PASSED)


async def test_a_nudge_comes_at_once_in_the_hours_and_else_when_they_begin(
    clock: ClockedDatabase,
) -> None:
    assert await slot(clock) == nudges.Slot(MONDAY, "2026-W46")
    clock.moment = NIGHT
    found = await slot(clock)
    assert found is not None
    assert found.at == datetime(2026, 11, 9, 23, 30, tzinfo=UTC)  # Tuesday 08:30 JST


async def test_another_push_of_the_week_leaves_no_room(clock: ClockedDatabase) -> None:
    await owes(clock, "reflection")
    assert await slot(clock) is None


async def test_two_nudges_of_one_week_are_one_for_a_promoter_too(clock: ClockedDatabase) -> None:
    await slot(clock, roles=["member", "promoter"])
    week = "2026-W46"
    await owes(clock, key=nudges.key_of("ito", week), unsolicited=False)
    assert await slot(clock) is None


@pytest.mark.parametrize(
    "values",
    [{"wants_nudges": False}, {"roles": ["manager"]}, {"paused_until": date(2026, 11, 20)}],
)
async def test_who_wants_none_or_rests_gets_none(
    clock: ClockedDatabase, values: dict[str, object]
) -> None:
    assert await slot(clock, **values) is None


async def test_two_passes_are_90_days_of_quiet_and_a_draft_breaks_the_row(
    clock: ClockedDatabase,
) -> None:
    await passes(clock, "2026-W40")
    assert await slot(clock) is not None
    await passes(clock, "2026-W41")
    assert await slot(clock) is None
    async with clock.transaction(SCOPE) as shelf:
        assert await nudges.is_quiet(shelf, "ito")
    clock.moment = MONDAY + timedelta(days=91)
    assert await slot(clock) is not None
    clock.moment = MONDAY
    async with clock.transaction(SCOPE) as shelf:
        assert await nudges.answered(shelf, "ito", "2026-W41", nudges.DRAFTED)
    assert await slot(clock) is not None


async def test_marks_are_told_one_a_day_and_after_a_rest(clock: ClockedDatabase) -> None:
    async def told(**values: object) -> datetime:
        async with clock.transaction(SCOPE) as shelf:
            member = await shelf.people.member("ito")
            assert member is not None
            for key, value in values.items():
                setattr(member, key, value)
            return (await nudges.marked_slot(shelf, member)).at

    assert await told() == MONDAY
    await owes(clock, nudges.MARKED, unsolicited=False)
    assert await told() == MONDAY + timedelta(days=1)
    resumes = date(2026, 11, 20)
    assert await told(paused_until=resumes) == datetime(2026, 11, 19, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize("change", ["", "paused", "no_nudges", "left"])
async def test_it_is_asked_once_more_before_sending(
    clock: ClockedDatabase, worker: Worker, platform: FakePlatform, change: str
) -> None:
    await owes(clock)
    async with clock.transaction(SCOPE) as shelf:
        member = await shelf.people.member("ito")
        assert member is not None
        _change(change, member)
    await drain(worker, ["c1"])
    assert [row.outcome for row in await deliveries(clock)] == [change]
    assert len(platform.posts) == (not change)


async def test_what_waited_past_the_hours_waits_for_the_next_ones(
    clock: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    clock.moment = NIGHT
    await owes(clock)
    await drain(worker, ["c1"])
    (row,) = await deliveries(clock)
    assert (row.state, platform.posts) == (DeliveryState.READY, [])


async def test_a_message_that_waits_is_forgotten_and_one_that_was_sent_loses_its_text(
    clock: ClockedDatabase, worker: Worker
) -> None:
    await owes(clock, "on_behalf", key="sent", unsolicited=False)
    await drain(worker, ["c1"])
    later = MONDAY + timedelta(days=1)
    await owes(clock, "on_behalf", key="waits", unsolicited=False, not_before=later)
    async with clock.transaction(SCOPE) as shelf:
        for key in ("sent", "waits"):
            assert await asking.said_before(shelf, key)
            await asking.forget(shelf, key)
        assert not await asking.said_before(shelf, "never")
        assert await asking.reachable(shelf, "ito")
        assert not await asking.reachable(shelf, "nobody")
    rows = {row.dedupe_key: (row.state, row.payload) for row in await deliveries(clock)}
    assert rows == {"sent": (DeliveryState.SENT, None), "waits": (DeliveryState.CANCELLED, None)}


def _change(change: str, member: Member) -> None:
    match change:
        case "paused":
            member.paused_until = date(2026, 12, 1)
        case "no_nudges":
            member.wants_nudges = False
        case "left":
            member.active = False
