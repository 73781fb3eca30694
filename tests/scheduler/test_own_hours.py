"""Own hours, own day, breaks and silence: each member's word counts up to the moment of sending."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.models.org import Company, Member
from cases.models.talk import Reflection
from cases.scope import Scope
from cases.vocabulary import Role
from scheduler import calendar as dates
from scheduler import hours
from scheduler.calendar import DEFAULT, TOKYO
from scheduler.dispatch import Worker, drain
from scheduler.jobs import reflection
from scheduler.models import Delivery, DeliveryState
from scheduler.planner import Planner, plan
from scheduler.store.ledger import Ledger
from tests.fakes.clocked import ClockedDatabase
from tests.fakes.planning import SCOPE, deliveries, promised, sent_by
from tests.fakes.platform import FakePlatform
from tests.faults.matrix import fault

FRIDAY = datetime(2026, 11, 13, 1, 15, tzinfo=UTC)  # 10:15 JST, a reflection day


async def change(database: ClockedDatabase, member_id: str, **values: object) -> None:
    async with database.transaction(SCOPE) as shelf:
        member = await shelf.people.member(member_id)
        assert member is not None
        for name, value in values.items():
            setattr(member, name, value)


async def questions(database: ClockedDatabase) -> dict[str, Delivery]:
    rows = [row for row in await deliveries(database) if row.kind == "reflection"]
    return {row.member_id or "": row for row in rows}


async def test_a_question_waits_for_the_day_and_the_hours_that_a_member_likes(
    planner: Planner, database: ClockedDatabase
) -> None:
    await change(database, "ito", question_day=1, window_from="13:00", window_until="15:00")
    await promised(planner, FRIDAY - timedelta(hours=1))
    database.moment = FRIDAY
    await plan(planner, "c1")
    found = await questions(database)
    assert found["sato"].not_before == FRIDAY
    assert found["ito"].not_before == datetime(2026, 11, 17, 4, 0, tzinfo=UTC)  # Tue 13:00 JST
    expires = found["ito"].expires_at
    assert expires == found["ito"].not_before + reflection.EXPIRES


async def test_a_promoter_keeps_the_day_of_the_schedule(
    planner: Planner, database: ClockedDatabase
) -> None:
    await change(database, "kato", question_day=1)
    await promised(planner, FRIDAY - timedelta(hours=1))
    database.moment = FRIDAY
    await plan(planner, "c1")
    assert (await questions(database))["kato"].not_before == FRIDAY


@fault(22)
async def test_hours_that_changed_while_it_was_queued_move_the_same_message(
    planner: Planner, database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    """FM22: new time, same key, one message."""
    await promised(planner, FRIDAY - timedelta(hours=1))
    database.moment = FRIDAY
    await plan(planner, "c1")
    key = (await questions(database))["ito"].dedupe_key
    await change(database, "ito", window_from="16:00", window_until="18:00")
    await drain(worker, ["c1"])
    waits = (await questions(database))["ito"]
    assert (waits.state, waits.dedupe_key) == (DeliveryState.READY, key)
    assert waits.next_at == datetime(2026, 11, 13, 7, 0, tzinfo=UTC)  # 16:00 JST
    database.turn(hours=5, minutes=45)
    await drain(worker, ["c1"])
    assert (await questions(database))["ito"].state is DeliveryState.SENT
    assert len(platform.visible[(await questions(database))["ito"].id]) == 1


@fault(22)
async def test_a_time_zone_that_changed_while_it_was_queued_moves_the_same_message(
    planner: Planner, database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    """FM22: 10:15 in Tokyo is 02:15 in Berlin."""
    await promised(planner, FRIDAY - timedelta(hours=1))
    database.moment = FRIDAY
    await plan(planner, "c1")
    async with database.transaction(SCOPE) as shelf:
        company = await shelf.session.get(Company, "c1")
        assert company is not None
        company.zone = "Europe/Berlin"
    await drain(worker, ["c1"])
    assert platform.posts == []
    database.turn(hours=8)
    await drain(worker, ["c1"])
    assert set(platform.copies()) == {1}


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),  # noqa: DTZ001  # made aware below
    st.integers(17, 34),
    st.integers(2, 4),
    st.sampled_from(["Asia/Tokyo", "Pacific/Honolulu", "Europe/Berlin"]),
)
@fault(22)
def test_a_message_never_leaves_outside_the_members_own_hours(
    moment: datetime, first: int, length: int, name: str
) -> None:
    last = min(first + length, 36)
    zone = ZoneInfo(name)
    member = Member(
        window_from=f"{first // 2:02d}:{first % 2 * 30:02d}",
        window_until=f"{last // 2:02d}:{last % 2 * 30:02d}",
    )
    asked = moment.replace(tzinfo=UTC)
    opens = hours.opens(DEFAULT, asked, zone, member)
    local = opens.astimezone(zone)
    assert opens >= asked
    assert DEFAULT.is_business_day(local.date())
    assert time.fromisoformat(member.window_from) <= local.time()  # type: ignore[arg-type]  # set above
    assert local.time() < time.fromisoformat(member.window_until)  # type: ignore[arg-type]  # set above
    assert hours.opens(DEFAULT, opens, zone, member) == opens


@given(st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.integers(0, 4))
def test_a_favourite_day_is_kept_or_the_day_of_the_schedule(day: date, wanted: int) -> None:
    member = Member(roles=["member"], question_day=wanted)
    due = dates.at(DEFAULT.next_business_day(day), dates.REFLECTION_SLOT)
    found = hours.starts(DEFAULT, due, TOKYO, member, reflection.JOB)
    assert due <= found < due + timedelta(days=7)
    assert found == due or found.astimezone(TOKYO).weekday() == wanted


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"wants_questions": False}, "no_questions"),
        ({"active": False}, "left"),
        ({"paused_until": date(2026, 12, 1)}, "paused"),
    ],
)
@fault(23)
async def test_who_leaves_pauses_or_opts_out_after_fan_out_gets_nothing(
    planner: Planner,
    database: ClockedDatabase,
    worker: Worker,
    values: dict[str, object],
    reason: str,
) -> None:
    """FM23: asked again just before sending."""
    await promised(planner, FRIDAY - timedelta(hours=1))
    database.moment = FRIDAY
    await plan(planner, "c1")
    await change(database, "ito", **values)
    await drain(worker, ["c1"])
    row = (await questions(database))["ito"]
    assert (row.state, row.outcome) == (DeliveryState.CANCELLED, reason)


async def ask(planner: Planner, database: ClockedDatabase, worker: Worker, day: datetime) -> str:
    """Lives one reflection day; what ito was sent: a question, silence, or nothing."""
    database.moment = day
    found = await plan(planner, "c1")
    await drain(worker, ["c1"])
    if "ito" not in sent_by(found, "reflection"):
        return ""
    async with database.transaction(SCOPE) as shelf:
        rows = await Ledger(shelf).deliveries(Delivery.kind == "reflection", 1000)
        row = next(r for r in rows if r.member_id == "ito")
    return "silence" if b"silent" in (row.payload or b"") else "question"


# 10:15 JST on the reflection days of 2026-11 to 2027-02
DAYS = [
    datetime(2026, 11, 13, 1, 15, tzinfo=UTC), datetime(2026, 11, 20, 1, 15, tzinfo=UTC),
    datetime(2026, 12, 11, 1, 15, tzinfo=UTC), datetime(2026, 12, 18, 1, 15, tzinfo=UTC),
    datetime(2027, 1, 8, 1, 15, tzinfo=UTC), datetime(2027, 1, 22, 1, 15, tzinfo=UTC),
    datetime(2027, 2, 12, 1, 15, tzinfo=UTC), datetime(2027, 2, 19, 1, 15, tzinfo=UTC),
]  # fmt: skip


async def test_after_three_unanswered_questions_it_says_so_once_and_goes_quiet(
    planner: Planner, database: ClockedDatabase, worker: Worker
) -> None:
    await promised(planner, DAYS[0] - timedelta(hours=1))
    sent = [await ask(planner, database, worker, day) for day in DAYS[:6]]
    assert sent == ["question", "question", "question", "silence", "", ""]
    await change(database, "ito", quiet_since=None)  # 「再開」
    sent = [await ask(planner, database, worker, day) for day in DAYS[6:]]
    assert sent == ["question", "question"]  # the old ones do not count again


async def test_an_answer_keeps_the_questions_coming_and_three_passes_make_them_monthly(
    planner: Planner, database: ClockedDatabase, worker: Worker
) -> None:
    await promised(planner, DAYS[0] - timedelta(hours=1))
    for number, day in enumerate(DAYS[:3]):
        assert await ask(planner, database, worker, day) == "question"
        await _set_states(database, "passed" if number else "answered")
    assert await ask(planner, database, worker, DAYS[3]) == "question"  # answered, passed, passed
    await _set_states(database, "passed")
    assert await ask(planner, database, worker, DAYS[4]) == "question"  # the first of January
    await _set_states(database, "passed")
    assert await ask(planner, database, worker, DAYS[5]) == ""  # the second


async def _set_states(database: ClockedDatabase, state: str) -> None:
    async with database.transaction(Scope("c1", "ito", frozenset({Role.MEMBER}))) as shelf:
        newest = (await shelf.talks.reflections_of("ito"))[0]
        row = await shelf.session.get(Reflection, ("c1", newest.id))
        assert row is not None
        row.state = state
