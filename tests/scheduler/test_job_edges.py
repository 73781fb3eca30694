"""Jobs and planning at their edges: people and cases that are gone, rooms, a company that fails."""

from __future__ import annotations

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from cases.db import Shelf
from cases.errors import NotFound
from cases.models.loop import Wish
from cases.models.org import Company, Room
from cases.models.talk import Reflection
from cases.scope import Scope
from cases.vocabulary import TrialState
from scheduler import calendar as dates
from scheduler.job import Job, Mailing, Message, Period, Turn, each_business_day
from scheduler.jobs import impact_note, reflection, reflection_again, trial_follow_up, wishes
from scheduler.planner import Planner, plan, plan_all
from tests.fakes.cast import trial_of
from tests.fakes.clocked import ClockedDatabase
from tests.fakes.planning import SCOPE, add_case, deliveries, promised

TOKYO = ZoneInfo("Asia/Tokyo")


def turn_of(shelf: Shelf) -> Turn:
    calendar = dates.from_settings({})
    return Turn(Period("2026-11-05", shelf.now), shelf.now, date(2026, 11, 5), calendar, TOKYO)


@pytest.fixture
def jobs() -> dict[str, Job]:
    async def messages(shelf: Shelf, turn: Turn) -> list[Message]:
        return [
            Message(key="room", content={}, room_id="r"),
            Message(key="nowhere", content={}, room_id="gone"),
            Message(key="nobody", content={}, member_id="nobody"),
        ]

    return {"note": Mailing("note", "each day", each_business_day(time(10, 0)), messages)}


async def test_a_room_gets_its_message_and_nobody_is_written_down(
    planner: Planner, database: ClockedDatabase
) -> None:
    async with database.transaction(SCOPE) as shelf:
        shelf.people.add(Room(company_id="c1", id="r", workspace_id="w1"))
    await promised(planner, database.moment - timedelta(hours=1))
    found = await plan(planner, "c1")
    assert [one.reason for one in found] == ["", "no_account", "no_account"]
    assert {row.room_id for row in await deliveries(database)} == {"r", "gone", None}


async def test_one_company_that_fails_stops_no_other_one(
    planner: Planner, database: ClockedDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with database.transaction(Scope("c0")) as shelf:
        shelf.people.add(Company(id="c0", name="壊れた会社", zone="Nowhere/None", settings={}))
    await promised(planner, database.moment - timedelta(hours=1))
    assert len(await plan_all(planner)) == 3


@pytest.mark.usefixtures("company")
async def test_a_wish_that_its_asker_answered_or_whose_case_is_gone_tells_only_who_is_there(
    database: ClockedDatabase,
) -> None:
    async with database.transaction(SCOPE) as shelf:
        await add_case(shelf, "case1", "sato")
        for wish_id, answer in (("own", "case1"), ("lost", "gone")):
            shelf.loop.add(
                Wish(
                    company_id="c1", id=wish_id, theme="題", asker_id="sato", state="answered",
                    answered_by=answer, asked_at=shelf.now,
                )
            )  # fmt: skip
        await shelf.loop.flush()
        (message,) = await wishes.messages(shelf, turn_of(shelf))
        assert (message.member_id, message.content["part"]) == ("sato", "asker")
        assert await wishes.messages(shelf, turn_of(shelf)) == []


@pytest.mark.usefixtures("company")
async def test_results_of_a_case_that_is_gone_are_told_to_nobody(database: ClockedDatabase) -> None:
    async with database.transaction(SCOPE) as shelf:
        shelf.loop.add(trial_of("gone", "kato"))
        await shelf.loop.flush()
        assert await impact_note.messages(shelf, turn_of(shelf)) == []


@pytest.mark.usefixtures("company")
async def test_nobody_is_asked_about_a_case_that_is_gone_or_while_away(
    database: ClockedDatabase,
) -> None:
    async with database.transaction(SCOPE) as shelf:
        await add_case(shelf, "case1", "sato")
        member = await shelf.people.member("ito")
        assert member is not None
        member.paused_until = date(2026, 12, 1)
        long_ago = shelf.now - timedelta(days=40)
        for case_id, who in (("gone", "kato"), ("case1", "ito")):
            shelf.loop.add(trial_of(case_id, who, TrialState.OPEN, id=who, opened_at=long_ago))
        await shelf.loop.flush()
        assert await trial_follow_up.messages(shelf, turn_of(shelf)) == []


@pytest.mark.usefixtures("company")
async def test_a_question_needs_its_person_and_comes_back_only_in_a_later_week(
    database: ClockedDatabase,
) -> None:
    async with database.transaction(SCOPE) as shelf:
        with pytest.raises(NotFound):
            await reflection.prepare(shelf, Message(key="k", content={}, member_id="nobody"))
        shelf.talks.add(
            Reflection(
                company_id="c1", member_id="sato", asked_on="2026-11-04", prompt="p", state="later"
            )
        )
        await shelf.session.flush()
        assert await reflection_again.messages(shelf, turn_of(shelf)) == []
