"""Each period is decided once, whatever restarts, and nobody gets more than they agreed to."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from cases.db import Shelf
from cases.models.case import Case
from cases.models.loop import Trial
from cases.models.org import Account, Member
from cases.scope import Scope
from cases.vocabulary import Kind, Status, TrialState
from scheduler import planner as planning
from scheduler.dispatch import Worker, drain
from scheduler.fan_out import Planned
from scheduler.job import Chore, Job, Message, Turn, each_day
from scheduler.jobs import BY_NAME, JOBS
from scheduler.models import Delivery, DeliveryState, Occurrence, OccurrenceState
from scheduler.planner import Planner, know, plan, plan_all, rehearse
from scheduler.store import Ledger
from tests.fakes.clocked import ClockedDatabase
from tests.fakes.platform import FakeComposer, FakePlatform

SCOPE = Scope("c1")
LONG_AGO = datetime(2026, 8, 1, tzinfo=UTC)
DIGEST_DAY = datetime(2026, 11, 5, 1, 0, tzinfo=UTC)  # 10:00 JST


@pytest.fixture
def planner(
    database: ClockedDatabase, composer: FakeComposer, jobs: dict[str, Job], company: str
) -> Planner:
    return Planner(database, composer, jobs)


async def promised(planner: Planner, since: datetime) -> None:
    """The company has known its schedules since then."""
    async with planner.database.transaction(SCOPE) as shelf:
        await know(shelf, planner.jobs, since)


async def deliveries(database: ClockedDatabase) -> Sequence[Delivery]:
    async with database.transaction(SCOPE) as shelf:
        return await Ledger(shelf).deliveries(Delivery.id.is_not(None), 1000)


async def occurrences(database: ClockedDatabase, kind: str) -> dict[str, Occurrence]:
    async with database.transaction(SCOPE) as shelf:
        ledger = Ledger(shelf)
        return await ledger.occurrences((await ledger.schedules())[kind].id, LONG_AGO)


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


async def test_reflections_ask_each_mr_once_and_leave_out_who_had_enough(
    planner: Planner, database: ClockedDatabase
) -> None:
    database.moment = datetime(2026, 11, 13, 1, 15, tzinfo=UTC)  # Friday 10:15 JST
    async with database.transaction(SCOPE) as shelf:
        for member_id, changes in (
            ("ito", {"paused_until": date(2026, 11, 14)}),
            ("mori", {"wants_questions": False}),
        ):
            member = await shelf.people.member(member_id)
            assert member is not None
            for name, value in changes.items():
                setattr(member, name, value)
    await promised(planner, database.moment - timedelta(hours=1))
    found = [one for one in await plan(planner, "c1") if one.kind == "reflection"]
    assert {one.member_id: one.reason for one in found} == {
        "ito": "paused", "kato": "", "mori": "no_questions", "sato": "",
    }  # fmt: skip
    async with database.transaction(SCOPE) as shelf:
        assert len(await shelf.talks.reflections_of("sato")) == 1
        assert len(await shelf.talks.reflections_of("ito")) == 0


async def test_a_promoter_skips_the_reflection_on_a_digest_day(
    planner: Planner, database: ClockedDatabase
) -> None:
    database.moment = datetime(2026, 5, 8, 2, 0, tzinfo=UTC)  # digest and reflection meet
    await promised(planner, database.moment - timedelta(hours=3))
    found = await plan(planner, "c1")
    assert sent_by(found, "monthly_digest") == ["kato", "mori"]
    assert sent_by(found, "reflection") == ["ito", "sato"]
    reasons = {one.member_id: one.reason for one in found if one.state is DeliveryState.CANCELLED}
    assert reasons == {"kato": "daily_budget", "mori": "daily_budget"}


async def test_a_trial_is_asked_about_after_fourteen_days_and_shares_the_reflections_slot(
    planner: Planner, database: ClockedDatabase
) -> None:
    opened = datetime(2026, 10, 30, 3, 0, tzinfo=UTC)
    async with database.transaction(SCOPE) as shelf:
        await add_case(shelf, "case1", "sato")
        shelf.loop.add(
            Trial(company_id="c1", id="t1", case_id="case1", member_id="ito", opened_at=opened)
        )
    database.moment = datetime(2026, 11, 12, 5, 0, tzinfo=UTC)
    await promised(planner, opened)
    assert sent_by(await plan(planner, "c1"), "trial_follow_up") == []
    database.moment = datetime(2026, 11, 13, 1, 20, tzinfo=UTC)  # 14 days, a reflection Friday
    found = await plan(planner, "c1")
    assert sent_by(found, "trial_follow_up") == ["ito"]
    assert "ito" not in sent_by(found, "reflection")
    database.moment = datetime(2026, 11, 16, 1, 20, tzinfo=UTC)
    assert sent_by(await plan(planner, "c1"), "trial_follow_up") == []


async def test_not_yet_tried_is_asked_once_more(
    planner: Planner, database: ClockedDatabase
) -> None:
    answered = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
    async with database.transaction(SCOPE) as shelf:
        await add_case(shelf, "case1", "sato")
        shelf.loop.add(
            Trial(
                company_id="c1", id="t1", case_id="case1", member_id="ito", asked=1,
                opened_at=answered - timedelta(days=14), answered_at=answered,
                state=TrialState.LATER,
            )
        )  # fmt: skip
    database.moment = datetime(2026, 11, 16, 1, 20, tzinfo=UTC)
    await promised(planner, database.moment - timedelta(hours=1))
    assert sent_by(await plan(planner, "c1"), "trial_follow_up") == ["ito"]
    database.moment = datetime(2026, 12, 16, 1, 20, tzinfo=UTC)
    assert sent_by(await plan(planner, "c1"), "trial_follow_up") == []


async def test_an_author_hears_once_a_day_what_became_of_a_case(
    planner: Planner, database: ClockedDatabase
) -> None:
    database.moment = datetime(2026, 11, 10, 1, 30, tzinfo=UTC)
    async with database.transaction(SCOPE) as shelf:
        await add_case(shelf, "case1", "sato")
        for member_id, state in (("ito", TrialState.WORKED), ("kato", TrialState.DID_NOT)):
            shelf.loop.add(
                Trial(
                    company_id="c1", case_id="case1", member_id=member_id, state=state, asked=1,
                    office_id="kobe", opened_at=LONG_AGO, answered_at=shelf.now,
                )
            )  # fmt: skip
    await promised(planner, database.moment - timedelta(hours=1))
    assert sent_by(await plan(planner, "c1"), "impact_note") == ["sato"]
    (row,) = [row for row in await deliveries(database) if row.kind == "impact_note"]
    assert b"'tried': 2, 'worked': 1" in (row.payload or b"")
    database.turn(days=1)
    assert sent_by(await plan(planner, "c1"), "impact_note") == []


async def test_asker_and_answerer_of_a_wish_are_told(
    planner: Planner, database: ClockedDatabase
) -> None:
    database.moment = datetime(2026, 11, 10, 1, 30, tzinfo=UTC)
    async with database.transaction(SCOPE) as shelf:
        await add_case(shelf, "case1", "sato")
        from cases.models.loop import Wish

        shelf.loop.add(
            Wish(
                company_id="c1", theme="訪問規制", asker_id="ito", state="answered",
                answered_by="case1", asked_at=LONG_AGO, answered_at=shelf.now,
            )
        )  # fmt: skip
    await promised(planner, database.moment - timedelta(hours=1))
    assert sent_by(await plan(planner, "c1"), "wishes") == ["ito", "sato"]
    assert await plan(planner, "c1") == []


async def test_a_reflection_put_off_comes_back_next_week(
    planner: Planner, database: ClockedDatabase
) -> None:
    database.moment = datetime(2026, 11, 13, 1, 15, tzinfo=UTC)
    await promised(planner, database.moment - timedelta(hours=1))
    await plan(planner, "c1")
    async with database.transaction(SCOPE) as shelf:
        (row,) = await shelf.talks.reflections_of("sato")
        row.state = "later"
    database.turn(hours=1)
    assert sent_by(await plan(planner, "c1"), "reflection_again") == []
    database.moment = datetime(2026, 11, 16, 1, 15, tzinfo=UTC)
    assert sent_by(await plan(planner, "c1"), "reflection_again") == ["sato"]


@pytest.mark.parametrize("change", ["left", "no_digest", "role_lost", "paused"])
async def test_who_changes_their_mind_after_planning_gets_nothing(
    planner: Planner,
    database: ClockedDatabase,
    worker: Worker,
    platform: FakePlatform,
    change: str,
) -> None:
    await promised(planner, DIGEST_DAY - timedelta(hours=1))
    await plan(planner, "c1")
    async with database.transaction(SCOPE) as shelf:
        member = await shelf.people.member("kato")
        promoter = await shelf.people.promoter("kobe")
        assert member is not None
        assert promoter is not None
        _change(change, member, promoter)
    await drain(worker, ["c1"])
    outcomes = {row.member_id: row.outcome for row in await deliveries(database)}
    assert outcomes == {"kato": change, "mori": ""}
    assert len(platform.posts) == 1


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


async def test_a_withdrawn_case_is_not_shown_by_a_message_that_waits(
    planner: Planner, database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    async with database.transaction(SCOPE) as shelf:
        await add_case(shelf, "case1", "sato")
    await promised(planner, DIGEST_DAY - timedelta(hours=1))
    await plan(planner, "c1")
    async with database.transaction(SCOPE) as shelf:
        case = await shelf.cases.any("case1")
        assert case is not None
        case.status = Status.WITHDRAWN
    await drain(worker, ["c1"])
    outcomes = {row.member_id: row.outcome for row in await deliveries(database)}
    assert outcomes["kato"] == "case_withdrawn"
    assert len(platform.posts) == list(outcomes.values()).count("")


async def test_a_message_that_waited_into_the_evening_goes_out_in_the_morning(
    planner: Planner, database: ClockedDatabase, worker: Worker, platform: FakePlatform
) -> None:
    await promised(planner, DIGEST_DAY - timedelta(hours=1))
    await plan(planner, "c1")
    database.turn(hours=9)
    await drain(worker, ["c1"])
    assert platform.posts == []
    database.moment = datetime(2026, 11, 5, 23, 30, tzinfo=UTC)
    await drain(worker, ["c1"])
    assert platform.copies() == [1, 1]
    assert {row.state for row in (await occurrences(database, "monthly_digest")).values()} == {
        OccurrenceState.CLOSED
    }


async def test_retention_erases_originals_after_fourteen_days(
    planner: Planner, database: ClockedDatabase
) -> None:
    from cases.models.case import Draft

    database.moment = datetime(2026, 11, 4, 18, 0, tzinfo=UTC)  # 03:00 JST
    async with database.transaction(SCOPE) as shelf:
        for name, days in (("old", 15), ("young", 13)):
            then = shelf.now - timedelta(days=days)
            shelf.cases.add(
                Draft(
                    company_id="c1", id=name, author_id="sato", original=b"sealed",
                    created_at=then, updated_at=then,
                )
            )  # fmt: skip
    await promised(planner, database.moment - timedelta(hours=1))
    await plan(planner, "c1")
    async with database.transaction(SCOPE) as shelf:
        kept = [await shelf.session.get(Draft, ("c1", name)) for name in ("old", "young")]
    assert [draft.original for draft in kept if draft] == [None, b"sealed"]


def test_every_job_has_its_line_and_its_own_name() -> None:
    assert len(BY_NAME) == len(JOBS) == 7
    assert all(job.rule for job in JOBS)
    assert planning.LOOK_AHEAD.days > 31


def test_a_message_names_its_receiver() -> None:
    assert Message(key="k", content={}, member_id="sato").room_id is None
