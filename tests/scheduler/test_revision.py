"""Questions after a named change: one message an author, whatever the budget, and one more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.conversation.letters import CARDS
from bot.views.elements import plain
from bot.views.words import LOCALES
from cases import revisions
from cases.models.org import Account, Member
from cases.revisions import Change
from cases.scope import Scope
from cases.vocabulary import Role
from scheduler.job import Job
from scheduler.jobs import revision, still_valid
from scheduler.planner import Planner, plan
from tests.fakes.clocked import ClockedDatabase
from tests.fakes.planning import SCOPE, add_case, promised, sent_by

MONDAY = datetime(2026, 11, 9, 1, 30, tzinfo=UTC)  # 10:30 JST
HEAD = Scope("c1", "hq", frozenset({Role.HQ_ADMIN, Role.MEMBER}))
CHANGE = Change("insert", MONDAY.date(), "やった")


@pytest.fixture
def jobs() -> dict[str, Job]:
    """With the one that asks after six months, and by the budget."""
    return {revision.NAME: revision.JOB, "still_valid": still_valid.JOB}


async def furnish(database: ClockedDatabase, planner: Planner, *, cases: int = 10) -> None:
    """伊藤's cases and one of 佐藤, all put in question on that Monday morning."""
    async with database.transaction(SCOPE) as shelf:
        shelf.people.add(
            Member(company_id="c1", id="hq", name="hq", roles=["hq_admin"]),
            Account(company_id="c1", workspace_id="w1", user="hq", member_id="hq"),
        )
        for number in range(cases):
            await add_case(shelf, f"ito{number}", "ito")
        await add_case(shelf, "sato", "sato")
    await promised(planner, MONDAY - timedelta(hours=2))
    database.moment = MONDAY - timedelta(hours=1)
    async with database.transaction(HEAD) as shelf:
        found = await revisions.affected(shelf, CHANGE)
        assert len(await revisions.name(shelf, CHANGE, [case.id for case in found])) == cases + 1


async def sent(database: ClockedDatabase, planner: Planner, days: range) -> list[tuple[int, str]]:
    found = []
    for day in days:
        database.moment = MONDAY + timedelta(days=day)
        new = [one for one in await plan(planner, "c1") if one.new]
        assert not sent_by(new, "still_valid")  # the other question does not come on top
        found += [(day, str(who)) for who in sent_by(new, revision.NAME)]
    return found


async def test_each_author_gets_one_message_and_one_reminder_whatever_the_budget(
    planner: Planner, database: ClockedDatabase
) -> None:
    await furnish(database, planner)
    async with database.transaction(SCOPE) as shelf:
        ito = await shelf.people.member("ito")
        assert ito is not None
        ito.paused_until = (MONDAY + timedelta(days=60)).date()  # the company's days run on
    assert await sent(database, planner, range(5)) == [(0, "ito"), (0, "sato")]
    async with database.transaction(Scope("c1", "sato")) as shelf:
        await revisions.stand_for(shelf, "sato")
    assert await sent(database, planner, range(5, 45)) == [(15, "ito")]  # after a holiday


async def test_of_who_leaves_meanwhile_head_office_hears_each_week_until_it_is_stale(
    planner: Planner, database: ClockedDatabase
) -> None:
    await furnish(database, planner, cases=1)
    assert await sent(database, planner, range(1)) == [(0, "ito"), (0, "sato")]
    async with database.transaction(SCOPE) as shelf:
        sato = await shelf.people.member("sato")
        assert sato is not None
        sato.active = False
    asked = [one for one in await sent(database, planner, range(1, 45)) if one[1] == "hq"]
    assert [day for day, _ in asked] == [1, 7, 15, 21, 28]  # 23 November is a holiday


async def test_a_message_made_anew_has_what_is_left_of_it(
    planner: Planner, database: ClockedDatabase
) -> None:
    await furnish(database, planner, cases=2)
    async with database.transaction(SCOPE) as shelf:
        first, second = await revisions.waiting(shelf, "ito")
        stamp = f"{MONDAY - timedelta(hours=1):%Y%m%dT%H%M%S.%f}"
        key = f"{stamp}:ito"
        first.doubted_at = None
        await shelf.cases.flush()
        assert (await revision.renew(shelf, key)).case_ids == (second.id,)
        again = await revision.renew(shelf, f"{stamp}:again:ito")
        assert (again.member_id, again.content["part"]) == ("ito", "again")
        for locale in LOCALES:
            assert "題" in plain(await CARDS["revision"](shelf, again.content, locale))
        second.doubted_at = None
        await shelf.cases.flush()
        empty = await revision.renew(shelf, key)
        for locale in LOCALES:
            assert plain(await CARDS["revision"](shelf, empty.content, locale))
