"""A large mailing in batches: killed anywhere, planned twice, with one card that breaks."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import time, timedelta
from typing import Any

import pytest

from cases.db import Shelf
from cases.models.org import Account, Member
from scheduler import batches
from scheduler.batches import AT_ONCE, SPREAD, _spread
from scheduler.job import Job, Mailing, Message, Turn, each_day
from scheduler.ledger import Owed
from scheduler.models import DeliveryState, OccurrenceState
from scheduler.planner import Planner, plan
from tests.fakes.clocked import ClockedDatabase
from tests.fakes.planning import SCOPE, deliveries, occurrences, promised
from tests.fakes.platform import FakeComposer

PEOPLE = 25


class Killed(BaseException):
    """kill -9 of the planner."""


@dataclass
class Mortal(FakeComposer):
    """Dies at the n-th card."""

    lives: int = 10**6

    async def render(
        self, shelf: Shelf, kind: str, content: Mapping[str, Any], account: Any
    ) -> bytes:
        self.lives -= 1
        if self.lives == 0:
            raise Killed
        return await super().render(shelf, kind, content, account)


async def _messages(shelf: Shelf, turn: Turn) -> list[Message]:
    members = await shelf.people.members()
    return [Message(f"{turn.period.key}:{one.id}", {}, one.id) for one in members]


@pytest.fixture
def jobs() -> dict[str, Job]:
    job = Mailing(
        "note", "each day", each_day(time(9, 0)), _messages, unsolicited=True, in_batches=True
    )
    return {"note": job}


@pytest.fixture
async def crowd(
    planner: Planner, database: ClockedDatabase, monkeypatch: pytest.MonkeyPatch
) -> Planner:
    """25 people more, due now, in batches of ten."""
    monkeypatch.setattr(batches, "SIZE", 10)
    async with database.transaction(SCOPE) as shelf:
        for number in range(PEOPLE):
            name = f"x{number:02}"
            shelf.people.add(
                Member(company_id="c1", id=name, name=name, office_id="kobe", roles=["member"]),
                Account(company_id="c1", workspace_id="w1", user=name, member_id=name),
            )
    await promised(planner, database.moment - timedelta(hours=2))
    return planner


async def test_every_message_is_owed_once_however_often_it_is_planned(
    crowd: Planner, database: ClockedDatabase
) -> None:
    found = await plan(crowd, "c1")
    assert len(found) == PEOPLE + 4
    assert all(one.new and one.state is DeliveryState.READY for one in found)
    assert await plan(crowd, "c1") == []
    rows = await deliveries(database)
    assert len({row.dedupe_key for row in rows}) == len(rows) == PEOPLE + 4
    assert {row.state for row in (await occurrences(database, "note")).values()} == {
        OccurrenceState.FANNED_OUT
    }


@pytest.mark.parametrize("lives", [1, 10, 11, 25])
async def test_a_planner_that_is_killed_is_finished_by_the_next_one(
    crowd: Planner, database: ClockedDatabase, lives: int
) -> None:
    with pytest.raises(Killed):
        await plan(replace(crowd, composer=Mortal(lives=lives)), "c1")
    assert len(await deliveries(database)) == (lives - 1) // 10 * 10
    assert {row.state for row in (await occurrences(database, "note")).values()} == {
        OccurrenceState.PLANNED
    }
    await plan(crowd, "c1")
    rows = await deliveries(database)
    assert len({row.dedupe_key for row in rows}) == len(rows) == PEOPLE + 4


async def test_two_planners_at_once_owe_each_message_once(
    crowd: Planner, database: ClockedDatabase
) -> None:
    found = await asyncio.gather(plan(crowd, "c1"), plan(crowd, "c1"))
    assert sum(one.new for some in found for one in some) == PEOPLE + 4
    assert len(await deliveries(database)) == PEOPLE + 4


async def test_a_card_that_cannot_be_made_takes_no_other_one_with_it(
    crowd: Planner, database: ClockedDatabase
) -> None:
    await plan(replace(crowd, composer=FakeComposer(breaks_for="x07")), "c1")
    rows = {row.member_id: row for row in await deliveries(database)}
    assert len(rows) == PEOPLE + 4
    assert (rows["x07"].state, rows["x07"].outcome) == (
        DeliveryState.DEAD, "not_rendered:ValueError",
    )  # fmt: skip
    assert sum(row.state is DeliveryState.READY for row in rows.values()) == PEOPLE + 3


async def test_the_weekly_budget_holds_in_batches_too(
    crowd: Planner, database: ClockedDatabase
) -> None:
    await plan(crowd, "c1")
    database.turn(days=1)
    found = await plan(crowd, "c1")
    reasons = {one.member_id: one.reason for one in found}
    assert reasons["x00"] == "weekly_budget"


def test_a_large_mailing_is_spread_in_an_order_of_its_own() -> None:
    start = ClockedDatabase.moment
    owed = [Owed(f"k{n}", "note", b"!", member_id=f"m{n}", not_before=start) for n in range(50)]
    assert [_spread(one, AT_ONCE) for one in owed] == owed
    spread = [_spread(one, 100_000).not_before for one in owed]
    assert spread == [_spread(one, 100_000).not_before for one in owed]
    assert all(moment is not None and start <= moment < start + SPREAD for moment in spread)
    assert spread != sorted(spread)  # type: ignore[type-var]  # all are moments
