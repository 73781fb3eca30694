"""What goes by itself in time: sent texts but for those under a legal hold, unconfirmed rosters."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cases import legal_holds, rights
from cases.models.roster import RosterFile
from cases.scope import Scope
from cases.vocabulary import Role
from scheduler.calendar import TOKYO, Calendar
from scheduler.dispatch import Worker, drain
from scheduler.job import Period, Turn
from scheduler.jobs import retention, roster_moves
from scheduler.ledger import Owed, owe
from scheduler.models import DeliveryState
from scheduler.planner import Planner
from tests.fakes.clocked import ClockedDatabase
from tests.fakes.planning import SCOPE, deliveries

HEAD_OFFICE = Scope("c1", "mori", rights.of([Role.HQ_ADMIN]))


@pytest.mark.parametrize(
    ("what", "subject", "kept"),
    [("company", "c1", {"kato", "ito"}), ("member", "kato", {"kato"}), ("", "", set())],
)
async def test_the_texts_under_a_hold_stay_and_all_others_go(
    planner: Planner,
    database: ClockedDatabase,
    worker: Worker,
    what: str,
    subject: str,
    kept: set[str],
) -> None:
    async with database.transaction(SCOPE) as shelf:
        for who in ("kato", "ito"):
            row = Owed(who, "reply", b"text", workspace_id="w1", user=who, member_id=who)
            await owe(shelf, row)
    await drain(worker, ["c1"])
    if what:
        async with database.transaction(HEAD_OFFICE) as shelf:
            await legal_holds.place(shelf, what, subject, "2026-7")
    database.turn(days=15)
    async with database.transaction(SCOPE) as shelf:
        await retention.work(shelf, None)  # type: ignore[arg-type]  # it needs no turn
    assert {row.member_id for row in await deliveries(database) if row.payload} == kept


@pytest.mark.parametrize(
    ("state", "then", "outcome"),
    [
        (DeliveryState.READY, DeliveryState.EXPIRED, "too_late"),
        (DeliveryState.NEEDS_HUMAN, DeliveryState.NEEDS_HUMAN, ""),
        (DeliveryState.UNKNOWN, DeliveryState.UNKNOWN, ""),
        (DeliveryState.DEAD, DeliveryState.DEAD, ""),
    ],
)
async def test_no_text_outlives_its_period_because_nobody_could_send_it(
    planner: Planner,
    database: ClockedDatabase,
    state: DeliveryState,
    then: DeliveryState,
    outcome: str,
) -> None:
    async with database.transaction(SCOPE) as shelf:
        row = Owed("one", "reply", b"text", workspace_id="w1", user="kato", member_id="kato")
        await owe(shelf, replace(row, state=state))
    database.turn(days=13)
    async with database.transaction(SCOPE) as shelf:
        await retention.work(shelf, None)  # type: ignore[arg-type]  # as above
    assert [one.payload for one in await deliveries(database)] == [b"text"]
    database.turn(days=2)
    async with database.transaction(SCOPE) as shelf:
        await retention.work(shelf, None)  # type: ignore[arg-type]  # as above
    (found,) = await deliveries(database)
    assert (found.payload, found.state, found.outcome) == (None, then, outcome)


async def test_a_roster_that_nobody_confirmed_for_a_day_goes(
    planner: Planner, database: ClockedDatabase
) -> None:
    async with database.transaction(SCOPE) as shelf:
        for name, hours in (("old", 25), ("young", 23)):
            row = RosterFile(company_id="c1", id=name, member_id="mori", content=b"sealed")
            row.made_at = shelf.now - timedelta(hours=hours)
            shelf.session.add(row)
    async with database.transaction(SCOPE) as shelf:
        period = Period("2026-11-05", shelf.now)
        turn = Turn(period, shelf.now, shelf.now.date(), Calendar(), TOKYO)
        assert await roster_moves.work(shelf, turn) == 0  # no move was due
    async with database.transaction(SCOPE) as shelf:
        assert [row.id for row in await shelf.roster.files_before(shelf.now)] == ["young"]
