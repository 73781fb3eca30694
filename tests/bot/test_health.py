"""What the process says of itself: alive, ready, its numbers, its heartbeat, and its end."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot import health
from bot.app import Hub
from bot.cli.migrate import head
from cases import sample
from cases.db import Database
from cases.scope import Scope
from scheduler import inbox, ledger
from scheduler.models import Delivery, DeliveryAttempt, DeliveryState
from scheduler.store.ledger import Ledger
from scheduler.store.processes import Processes
from tests.fakes.house import House
from tests.fakes.sample_cast import SATO
from tests.faults.matrix import Measured

Http = TestClient[Any, Any]


@pytest.fixture
def hub(company: House) -> Hub:
    company.hub.health.head = head()
    return company.hub


@pytest.fixture
async def http(hub: Hub) -> AsyncIterator[Http]:
    async with TestClient(TestServer(hub.web(), host="127.0.0.1")) as client:
        yield client


async def ready(http: Http) -> tuple[int, dict[str, str]]:
    async with http.get("/ready") as answer:
        return answer.status, (await answer.json())["wrong"]


async def test_a_running_company_lives_and_is_ready(hub: Hub, http: Http) -> None:
    assert await ready(http) == (200, {})
    async with http.get("/live") as answer:
        assert (answer.status, (await answer.json())["live"]) == (200, True)


async def test_a_loop_that_is_blocked_does_not_live(hub: Hub, http: Http) -> None:
    hub.health.lag = 1.2
    async with http.get("/live") as answer:
        assert (answer.status, (await answer.json())["wrong"]) == (503, {"loop": "1.2 s"})


async def test_the_loop_is_measured(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "LOOK", 0.0)
    moments = iter([0.0, 3.0, 3.0, 3.0, *[4.0] * 50])
    hub.health.ticks = lambda: next(moments)
    task = asyncio.create_task(hub.health.run())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert hub.health.lag == 3.0
    task.cancel()


async def test_a_database_that_cannot_be_written_is_not_ready(
    hub: Hub, http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Processes, "beat", broken)
    assert await ready(http) == (503, {"database": "OSError"})
    await hub.health._try_to_beat()


async def test_another_schema_than_the_codes_is_not_ready(hub: Hub, http: Http) -> None:
    hub.health.head = "20990101"
    assert await ready(http) == (503, {"schema": f"{head()}, not 20990101"})


@pytest.mark.fault(21)
@pytest.mark.parametrize(("seconds", "status"), [(4, 200), (300, 503), (-300, 503)])
async def test_a_clock_that_is_off_is_not_ready(
    hub: Hub, http: Http, measured: Measured, seconds: int, status: int
) -> None:
    hub.health.now = lambda: health.utc_now() + timedelta(seconds=seconds)
    found, wrong = await ready(http)
    assert (found, set(wrong)) == (status, {"clock"} if status == 503 else set())
    measured(f"{seconds:+} s: {found}")


async def test_a_disk_that_is_almost_full_is_not_ready(
    hub: Hub, http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = SimpleNamespace(total=10**12, free=4 * 10**10)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: disk)
    assert await ready(http) == (503, {"disk": "full"})


@pytest.mark.fault(40)
async def test_a_dead_planner_in_a_living_process_is_an_alarm_within_a_minute(
    hub: Hub, http: Http, caplog: pytest.LogCaptureFixture, measured: Measured
) -> None:
    moment = 1000.0
    hub.clock.monotonic = lambda: moment
    await hub.clock.ring("planner")
    moment += 59.0
    assert await ready(http) == (200, {})
    moment += 1.0
    assert await ready(http) == (503, {"planner": "60 s"})
    for _ in range(3):
        hub.health.watch_planner()
    assert caplog.text.count("planner silent for 60 s") == 1
    await hub.clock.ring("planner")
    hub.health.watch_planner()
    assert "planner ticks again" in caplog.text
    assert await ready(http) == (200, {})
    measured("not ready and an error in the log at 60 s")


async def test_a_process_is_known_while_it_lives(hub: Hub) -> None:
    await hub.health.ready()
    (row,), _ = await Processes(hub.library.db).known()
    assert (row.id, row.kind, row.planned_at) == (hub.health.id, "run", None)
    rows = dict(await hub.pages.status(sample.COMPANY, "ja"))
    assert "run" in rows["動いている処理"]
    await hub.health.close()
    assert (await Processes(hub.library.db).known())[0] == []


@pytest.mark.attack(51)
async def test_the_numbers_are_there_without_a_name(hub: Hub, http: Http) -> None:
    db, ring = hub.library.db, hub.library.ring
    await inbox.keep(db, ring, inbox.Arrival(sample.COMPANY, "w1", "slack", "Ev1", "山田先生"))
    async with db.transaction(Scope(sample.COMPANY)) as shelf:
        for key, seconds in (("late", 70.0), ("prompt", 2.0)):
            shelf.session.add(delivery(shelf.now - timedelta(seconds=seconds), shelf.now, key))
        shelf.session.add(
            DeliveryAttempt(
                company_id=sample.COMPANY, delivery_id="late", fence=1, started_at=shelf.now,
                result="unknown", http_status=429,
            )
        )  # fmt: skip
    await hub.numbers()
    async with http.get("/metrics") as answer:
        text = await answer.text()
        assert answer.status == 200, text
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    lines = text.splitlines()
    for line in (
        'inbox_events{state="received"} 1.0',
        'delivery_due_to_sent_seconds_bucket{le="60.0"} 1.0',
        'delivery_due_to_sent_seconds_bucket{le="+Inf"} 2.0',
        "ambiguous_total 1.0",
        "slack_429_total 1.0",
        "duplicates_removed_total 2.0",
        "silent_occurrences 0.0",
    ):
        assert line in lines
    assert float(dict(line.rsplit(" ", 1) for line in lines)["inbox_lag_seconds"]) >= 0
    assert sample.COMPANY not in text
    assert await hub.numbers() == text.encode()  # kept for a while


def delivery(due: Any, sent: Any, key: str) -> Delivery:
    return Delivery(
        company_id=sample.COMPANY, id=key, dedupe_key=key, kind="reply", priority=0,
        state=DeliveryState.SENT, not_before=due, sent_at=sent, client_msg_id=key,
        created_at=due, removed=1,
    )  # fmt: skip


async def test_numbers_that_cannot_be_read_are_503(hub: Hub, http: Http) -> None:
    async def down() -> list[object]:
        raise OSError

    hub.library.db.directory.companies = down  # type: ignore[assignment,method-assign]  # the database is gone
    async with http.get("/metrics") as answer:
        assert answer.status == 503


async def test_a_worker_that_stops_claims_nothing(hub: Hub) -> None:
    db, worker = hub.library.db, hub.worker
    async with db.transaction(Scope(sample.COMPANY)) as shelf:
        owed = ledger.Owed(
            dedupe_key="one", kind="reply", payload=b"{}", workspace_id=sample.WORKSPACE,
            user=SATO, member_id=SATO,
        )  # fmt: skip
        await ledger.owe(shelf, owed)
    worker.stopping.set()
    await hub.clock.ring("dispatch")
    async with db.transaction(Scope(sample.COMPANY)) as shelf:
        (row,) = await Ledger(shelf).deliveries(Delivery.dedupe_key == "one", 9)
    assert row.state is DeliveryState.READY


async def test_what_cannot_end_in_time_is_left_behind(caplog: pytest.LogCaptureFixture) -> None:
    from bot.stopping import within

    async def never() -> None:
        await asyncio.Event().wait()

    caplog.set_level(logging.ERROR)
    await within(0.0, "slack", never)
    assert "stopping: slack left behind: TimeoutError" in caplog.text


async def test_the_database_clock_is_the_real_one(company: House) -> None:
    db: Database = company.hub.library.db
    apart = (await Processes(db).clock()) - health.utc_now()
    assert abs(apart) < timedelta(minutes=1)
