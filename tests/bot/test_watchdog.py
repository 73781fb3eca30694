"""Silence is an alarm from another process: in the log, in the exit code, and to 事務局 once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.cli.watchdog import look
from cases import sample
from cases.scope import Scope
from scheduler.jobs import BY_NAME
from scheduler.models import Delivery
from scheduler.store.ledger import Ledger
from scheduler.store.processes import Processes
from scheduler.watchdog import Alarm, stopped, watch
from tests.fakes.house import House
from tests.faults.matrix import Measured


async def shift(company: House, **by: float) -> None:
    """The sample company's clock goes on."""
    async with company.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        (await shelf.people.company()).clock_shift += int(timedelta(**by).total_seconds())


async def told(company: House) -> list[str]:
    async with company.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        rows = await Ledger(shelf).deliveries(Delivery.kind == "alarm", 50)
    return sorted(row.member_id or "" for row in rows)


async def test_a_job_that_is_silent_is_told_to_the_head_office_once(
    company: House, caplog: pytest.LogCaptureFixture
) -> None:
    hub = company.hub
    assert await look(hub) == []
    await shift(company, days=14)  # nobody planned meanwhile
    alarms = await look(hub)
    assert alarms
    assert {alarm.state for alarm in alarms} == {"missing"}
    assert "alarm: " in caplog.text
    people = await told(company)
    assert set(people) <= {"nakamura", "katayama"}
    assert people
    assert people.count("nakamura") <= len(BY_NAME)  # a letter a job, not one for each of its days
    await look(hub)
    assert await told(company) == people


@pytest.mark.fault(40)
async def test_another_process_sees_that_a_planner_is_dead(
    company: House, measured: Measured, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = company.hub.library.db
    store = Processes(db)
    await store.beat("p1", "serve", 1.0)
    await store.beat("p2", "worker", None)
    assert await stopped(db) == []
    await store.beat("p1", "serve", 61.0)
    (alarm,) = await watch(db, {})
    assert (alarm.kind, alarm.period, alarm.state) == ("planner", "serve", "silent")
    measured("seen by the watchdog at 61 s")

    real = type(db).now

    async def later(self: Any, session: Any, company_id: str) -> Any:
        return await real(self, session, company_id) + timedelta(seconds=90)

    monkeypatch.setattr(type(db), "now", later)
    found = await stopped(db)
    assert [one.period for one in found] == ["serve", "worker"]
    await store.beat("p3", "serve", 1.0)  # a new one took up its work
    assert [(one.kind, one.period) for one in await stopped(db)] == [("process", "worker")]
    assert {row.id for row in (await store.known())[0]} == {"p2", "p3"}
    assert isinstance(found[0], Alarm)
