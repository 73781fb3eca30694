"""Jobs and planning at their edges: people and cases that are gone, rooms, a company that fails."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from cases.db import Shelf
from cases.errors import NotFound
from cases.models.loop import Wish
from cases.models.org import Company, Room, Workspace
from cases.models.talk import Reflection
from cases.scope import Scope
from cases.vocabulary import Status, TrialState
from scheduler import calendar as dates
from scheduler.dispatch import Worker, drain
from scheduler.fan_out import fan_out
from scheduler.job import Chore, Job, Mailing, Message, Period, Turn, each_business_day, each_day
from scheduler.jobs import impact_note, reflection, reflection_again, trial_follow_up, wishes
from scheduler.models import DeliveryState, OccurrenceState
from scheduler.planner import Planner, decide, plan, plan_all
from scheduler.watchdog import watch
from tests.fakes.cast import trial_of
from tests.fakes.clocked import ClockedDatabase
from tests.fakes.planning import SCOPE, add_case, deliveries, occurrences, promised

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


async def test_the_message_of_a_room_arrives_there(
    planner: Planner, database: ClockedDatabase, worker: Worker
) -> None:
    async with database.transaction(SCOPE) as shelf:
        shelf.people.add(Room(company_id="c1", id="r", workspace_id="w1"))
    await promised(planner, database.moment - timedelta(hours=1))
    await plan(planner, "c1")
    await drain(worker, ["c1"])
    states = {row.room_id: row.state for row in await deliveries(database) if row.room_id}
    assert states == {"r": DeliveryState.SENT, "gone": DeliveryState.CANCELLED}


async def test_who_is_away_for_good_or_unknown_is_refused_and_a_paused_workspace_waits(
    database: ClockedDatabase, planner: Planner
) -> None:
    async def messages(_shelf: Shelf, _turn: Turn) -> list[Message]:
        return [
            Message(key="left", content={}, member_id="sato"),
            Message(key="unknown", content={}, member_id="nobody", room_id="r"),
            Message(key="waits", content={}, member_id="kato"),
        ]

    note = Mailing("note", "each day", each_business_day(time(10, 0)), messages)
    async with database.transaction(SCOPE) as shelf:
        shelf.people.add(Room(company_id="c1", id="r", workspace_id="w1"))
        member = await shelf.people.member("sato")
        workspace = await shelf.session.get(Workspace, ("c1", "w1"))
        assert member is not None
        assert workspace is not None
        member.active, workspace.state = False, "paused"
    planner = replace(planner, jobs={"note": note})
    await promised(planner, database.moment - timedelta(hours=1))
    found = await plan(planner, "c1")
    assert [one.reason for one in found] == ["left", "left", ""]
    assert {row.workspace_id for row in await deliveries(database) if not row.outcome} == {"w1"}


async def test_a_chore_is_done_once_and_a_day_on_which_it_failed_joins_the_next(
    database: ClockedDatabase, planner: Planner
) -> None:
    done: list[str] = []

    async def work(_shelf: Shelf, turn: Turn) -> int:
        done.append(turn.period.key)
        if len(done) == 1:
            raise ValueError("broken")
        return 1

    chore = Chore("chore", "each day", each_day(time(9, 0)), work)
    planner = replace(planner, jobs={"chore": chore})
    await promised(planner, database.moment - timedelta(hours=3))
    await plan(planner, "c1")
    database.turn(hours=24)
    async with database.transaction(SCOPE) as shelf:
        (due,) = await decide(shelf, planner.jobs)
        for _ in range(2):  # two planners decided on the same turn
            assert await fan_out(shelf, due.occurrence_id, chore, due.turn, None) == []
    assert done == ["2026-11-05", "2026-11-06"]
    states = {key: row.state for key, row in (await occurrences(database, "chore")).items()}
    assert states == {"2026-11-05": OccurrenceState.SKIPPED, "2026-11-06": OccurrenceState.CLOSED}
    database.turn(hours=48)
    assert await watch(database, {}) == []  # a job that the product no longer has is no silence


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
            await reflection.prepare(shelf, [Message(key="k", content={}, member_id="nobody")])
        shelf.talks.add(
            Reflection(
                company_id="c1", member_id="sato", asked_on="2026-11-04", prompt="p", state="later"
            )
        )
        await shelf.session.flush()
        assert await reflection_again.messages(shelf, turn_of(shelf)) == []


@pytest.mark.usefixtures("company")
async def test_an_asker_hears_of_an_answer_of_the_own_office_and_of_no_other(
    database: ClockedDatabase,
) -> None:
    async with database.transaction(SCOPE) as shelf:
        await add_case(shelf, "case1", "mori")
        case = await shelf.cases.any("case1")
        assert case is not None
        case.status = Status.OFFICE
        for asker, office in (("sato", "sendai"), ("ito", "kobe")):
            shelf.loop.add(
                Wish(
                    company_id="c1", id=asker, theme="題", asker_id=asker, office_id=office,
                    state="answered", answered_by="case1", asked_at=shelf.now,
                )
            )  # fmt: skip
        await shelf.loop.flush()
        told = await wishes.messages(shelf, turn_of(shelf))
        assert [one.member_id for one in told if one.content["part"] == "asker"] == ["sato"]


@pytest.mark.usefixtures("company")
async def test_an_asker_who_was_forgotten_hears_nothing_and_the_answerer_does(
    database: ClockedDatabase,
) -> None:
    async with database.transaction(SCOPE) as shelf:
        await add_case(shelf, "case1", "kato")
        shelf.loop.add(
            Wish(
                company_id="c1", id="w", theme="題", asker_id="", state="answered",
                answered_by="case1", asked_at=shelf.now,
            )
        )  # fmt: skip
        await shelf.loop.flush()
        (message,) = await wishes.messages(shelf, turn_of(shelf))
        assert (message.member_id, message.content["part"]) == ("kato", "answerer")


@pytest.mark.usefixtures("company")
async def test_news_waits_for_the_end_of_a_pause_and_not_for_a_case_that_was_withdrawn(
    database: ClockedDatabase,
) -> None:
    async with database.transaction(SCOPE) as shelf:
        await add_case(shelf, "case1", "sato")
        shelf.loop.add(trial_of("case1", "kato"))
        shelf.loop.add(
            Wish(
                company_id="c1", id="w", theme="題", asker_id="sato", state="answered",
                answered_by="case1", asked_at=shelf.now,
            )
        )  # fmt: skip
        sato, case = await shelf.people.member("sato"), await shelf.cases.any("case1")
        assert sato is not None
        assert case is not None
        sato.paused_until = date(2027, 4, 1)
        await shelf.loop.flush()
        assert await impact_note.messages(shelf, turn_of(shelf)) == []
        assert await wishes.messages(shelf, turn_of(shelf)) == []
        sato.paused_until = None
        assert len(await wishes.messages(shelf, turn_of(shelf))) == 1
        case.status = Status.WITHDRAWN
        assert await impact_note.messages(shelf, turn_of(shelf)) == []
        case.status = Status.COMPANY
        assert await impact_note.messages(shelf, turn_of(shelf)) == []  # nobody tells of it later
