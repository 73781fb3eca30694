"""Who is asked, told and left alone: each job on the days it is due."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta

from cases.models.loop import Trial
from cases.vocabulary import TrialState
from scheduler import buckets
from scheduler import planner as planning
from scheduler.dispatch import Worker, drain
from scheduler.jobs import BY_NAME, JOBS, retention
from scheduler.ledger import Owed, owe
from scheduler.models import Delivery, DeliveryState
from scheduler.planner import Planner, plan
from scheduler.store.buckets import Buckets
from scheduler.store.ledger import Ledger
from tests.fakes.clocked import ClockedDatabase
from tests.fakes.planning import (
    LONG_AGO,
    SCOPE,
    add_case,
    deliveries,
    promised,
    sent_by,
)


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
    async with database.transaction(SCOPE) as shelf:
        (row,) = await shelf.talks.reflections_of("sato")
        row.state = "later"  # said once more: asked once more
    database.moment = datetime(2026, 11, 24, 1, 15, tzinfo=UTC)
    assert sent_by(await plan(planner, "c1"), "reflection_again") == ["sato"]


async def test_the_text_of_a_message_goes_after_fourteen_days_and_its_hash_stays(
    planner: Planner, database: ClockedDatabase, worker: Worker
) -> None:
    async with database.transaction(SCOPE) as shelf:
        await owe(shelf, Owed("a", "reply", b"text", workspace_id="w1", user="kato"))
        await owe(shelf, Owed("b", "reply", b"text", workspace_id="gone", user="kato"))
    await drain(worker, ["c1"])
    for days, kept in ((13, [b"text", b"text"]), (2, [None, None])):
        database.turn(days=days)
        async with database.transaction(SCOPE) as shelf:
            await retention.work(shelf, None)  # type: ignore[arg-type]  # it needs no turn
            rows = sorted(
                await Ledger(shelf).deliveries(Delivery.id.is_not(None), 9),
                key=lambda row: row.dedupe_key,
            )
        assert [row.payload for row in rows] == kept
    assert all(row.payload_sha256 == hashlib.sha256(b"text").hexdigest() for row in rows)


async def test_the_bucket_of_a_quiet_chat_goes_and_that_of_its_workspace_stays(
    planner: Planner, database: ClockedDatabase
) -> None:
    async with database.transaction(SCOPE) as shelf:
        await buckets.opened(shelf, "slack", "w1")
        await buckets.chats(shelf, "slack", "w1", ["kato", "ito"])
    database.turn(days=2)
    async with database.transaction(SCOPE) as shelf:
        await buckets.chats(shelf, "slack", "w1", ["ito"])
        await retention.work(shelf, None)  # type: ignore[arg-type]  # it needs no turn
        store = Buckets(shelf)
        left = await store.locked("w1", buckets.CHAT, ["kato", "ito"])
        assert [row.scope for row in left] == ["ito"]
        assert len(await store.locked("w1", buckets.POST, [""])) == 1


async def test_retention_deletes_drafts_after_fourteen_days(
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
    assert [draft.original for draft in kept if draft] == [b"sealed"]


def test_every_job_has_its_line_and_its_own_name() -> None:
    assert len(BY_NAME) == len(JOBS) == 18
    assert all(job.rule for job in JOBS)
    assert planning.LOOK_AHEAD.days > 31
