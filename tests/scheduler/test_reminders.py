"""Reminders: a draft once, approvals once a week, and every card of them in both languages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.conversation.letters import CARDS
from bot.views.elements import plain
from bot.views.words import LOCALES
from cases import digests, offices
from cases.models.case import Draft
from cases.models.org import Account, Member
from cases.vocabulary import DraftState, Status
from scheduler.jobs import BY_NAME
from scheduler.planner import Planner, plan
from tests.fakes.clocked import ClockedDatabase
from tests.fakes.planning import SCOPE, add_case, promised, sent_by

MONDAY = datetime(2026, 11, 9, 1, 30, tzinfo=UTC)  # 10:30 JST


async def test_a_draft_is_reminded_of_once_and_the_next_one_in_another_week(
    planner: Planner, database: ClockedDatabase
) -> None:
    touched = MONDAY - timedelta(days=6)
    async with database.transaction(SCOPE) as shelf:
        for name, later in (("d1", 0), ("d2", 1)):
            when = touched + timedelta(hours=later)
            shelf.cases.add(
                Draft(company_id="c1", id=name, author_id="ito", created_at=when, updated_at=when)
            )
    await promised(planner, MONDAY - timedelta(hours=1))
    sent = []
    for day in (0, 1, 2, 7, 8):
        database.moment = MONDAY + timedelta(days=day)
        sent += [(day, who) for who in sent_by(await plan(planner, "c1"), "draft_waiting")]
    assert sent == [(0, "ito"), (7, "ito")]


async def test_a_case_is_asked_about_after_half_a_year_once_and_one_a_week(
    planner: Planner, database: ClockedDatabase
) -> None:
    async with database.transaction(SCOPE) as shelf:
        for case_id, days in (("a", 200), ("b", 190), ("young", 100)):
            await add_case(shelf, case_id, "ito")
            case = await shelf.cases.any(case_id)
            assert case is not None
            case.confirmed_at = MONDAY - timedelta(days=days)
    await promised(planner, MONDAY - timedelta(hours=1))
    asked: list[tuple[int, str]] = []
    for day in (0, 1, 7, 14):
        database.moment = MONDAY + timedelta(days=day)
        found = [one for one in await plan(planner, "c1") if one.new]
        asked += [(day, who) for who in sent_by(found, "still_valid") if who]
    assert asked == [(0, "ito"), (7, "ito")]
    async with database.transaction(SCOPE) as shelf:
        for locale in LOCALES:
            content = {"case_id": "a", "days": 30}
            card = plain(await CARDS["still_valid"](shelf, content, locale))
            assert "題" in card
            assert "30" in card


async def test_approvals_that_wait_over_two_business_days_are_said_once_a_week(
    planner: Planner, database: ClockedDatabase
) -> None:
    async with database.transaction(SCOPE) as shelf:
        shelf.people.add(
            Member(company_id="c1", id="hq", name="hq", roles=["hq_admin"]),
            Account(company_id="c1", workspace_id="w1", user="hq", member_id="hq"),
        )
        await add_case(shelf, "a", "sato")
        case = await shelf.cases.any("a")
        assert case is not None
        case.status, case.release_asked_at = Status.OFFICE, MONDAY - timedelta(days=3)
    await promised(planner, MONDAY - timedelta(hours=1))
    sent = []
    for day in range(9):
        database.moment = MONDAY + timedelta(days=day)
        found = [one for one in await plan(planner, "c1") if one.new]
        sent += [(day, who) for who in sent_by(found, "review_waiting")]
    assert sent == [(2, "hq"), (7, "hq")]


async def test_an_office_without_a_promoter_is_said_once_a_week_and_one_more_at_once(
    planner: Planner, database: ClockedDatabase
) -> None:
    async with database.transaction(SCOPE) as shelf:
        shelf.people.add(
            Member(company_id="c1", id="hq", name="hq", roles=["hq_admin"]),
            Account(company_id="c1", workspace_id="w1", user="hq", member_id="hq"),
        )
        assert await offices.vacancies(shelf) == ([], await shelf.people.offices())
        await offices.settle(shelf, "kobe", None, None)
    await promised(planner, MONDAY - timedelta(hours=1))
    sent = []
    for day in range(9):
        database.moment = MONDAY + timedelta(days=day)
        if day == 3:
            async with database.transaction(SCOPE) as shelf:
                await offices.settle(shelf, "sendai", None, None)
        found = [one for one in await plan(planner, "c1") if one.new]
        sent += [(day, who) for who in sent_by(found, "vacant_seats")]
    assert sent == [(0, "hq"), (3, "hq"), (7, "hq")]


async def test_a_post_that_nobody_sees_is_said_every_third_business_day(
    planner: Planner, database: ClockedDatabase
) -> None:
    async with database.transaction(SCOPE) as shelf:
        shelf.people.add(
            Member(company_id="c1", id="hq", name="hq", roles=["moderator"]),
            Account(company_id="c1", workspace_id="w1", user="hq", member_id="hq"),
        )
        draft = Draft(company_id="c1", id="d", author_id="ito", state=DraftState.WAITING)
        draft.created_at = draft.updated_at = draft.submitted_at = MONDAY - timedelta(days=3)
        shelf.cases.add(draft)
    await promised(planner, MONDAY - timedelta(hours=1))
    sent = []
    for day in range(9):
        database.moment = MONDAY + timedelta(days=day)
        found = [one for one in await plan(planner, "c1") if one.new]
        sent += [day for one in sent_by(found, "review_waiting") if one == "hq"]
    assert sent == [2, 7]  # once a week at most, by the budget of what nobody asked for


@pytest.mark.parametrize("locale", LOCALES)
async def test_every_reminder_has_its_words(
    planner: Planner, database: ClockedDatabase, locale: str
) -> None:
    turns = [
        {"kind": kind, "period": "2026-10", "reason": reason}
        for kind in ("monthly_digest", "reflection")
        for reason in ("too_late", "held", "rule_changed")
    ]
    contents = {
        "draft_waiting": {},
        "review_waiting": {"count": 2, "since": "2026-11-05", "again": ["2026-10"]},
        "skipped_turns": {"turns": turns},
        "vacant_seats": {"offices": [["仙台", "Sendai"]] * 12, "alone": 2},
        "reflection": {"habit": "silent"},
    }
    contents["hold_waiting"] = {"part": "author", "count": 1, "since": "2026-11-05"}
    async with database.transaction(SCOPE) as shelf:
        for kind, content in contents.items():
            said = plain(await CARDS[kind](shelf, content, locale))
            assert said
            assert "2026-11-05" not in said  # a day as people write it


def test_every_mailing_has_a_card() -> None:
    mailings = {name for name, job in BY_NAME.items() if hasattr(job, "messages")}
    assert mailings <= set(CARDS)


async def test_a_combined_digest_is_made_of_all_its_months(
    planner: Planner, database: ClockedDatabase
) -> None:
    async with database.transaction(SCOPE) as shelf:
        await add_case(shelf, "a", "sato")  # shared on 1 August
        read = await digests.read_month(shelf, "2026-10", ("2026-08", "2026-09"))
        found = await digests.make(shelf, "kobe", "2026-10", read)
        assert found.content["missed"] == ["2026-08", "2026-09"]
        assert found.content["summary"]["published"] == 1
        alone = await digests.read_month(shelf, "2026-10")
        assert [case.id for case in alone.published] == []
        again = await digests.preview(shelf, "kobe", "2026-10")
        assert again.content["missed"] == ["2026-08", "2026-09"]  # kept when it is made anew
