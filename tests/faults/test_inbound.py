"""Faults on the way in, through the signed Slack door: nothing acknowledged is lost or doubled."""

from __future__ import annotations

import asyncio
import json
import resource
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from bot import cli
from bot.views.words import say
from cases import sample
from cases.db import Shelf
from cases.embedding.bundled import BundledEncoder
from cases.scope import Scope
from scheduler import inbox
from scheduler.models import InboxState
from scheduler.store.inbox import Inbox
from tests.drivers.doors import slack_door
from tests.drivers.slack import SlackDriver
from tests.fakes.sample_cast import NAKAMURA, SATO, WIN
from tests.fakes.slack_requests import direct, encoded, event, signed
from tests.faults.matrix import Measured

Json = dict[str, Any]
POISON = "毒の一文"


@pytest.fixture
async def driver(
    company_file: Path, tmp_path: Path, encoder: BundledEncoder, quick_chats: None
) -> AsyncIterator[SlackDriver]:
    async with slack_door(company_file, tmp_path, encoder) as found:
        assert isinstance(found, SlackDriver)
        found.person(SATO)
        yield found


def post(number: int, text: str = "設定") -> Json:
    return event(direct(text, ts=f"18000{number:05}.000100"), f"Ev{number}")


async def send(driver: SlackDriver, payload: Json) -> int:
    """The status of a signed request."""
    body, kind = encoded(payload)
    headers = {"Content-Type": kind, **signed(body, at=int(time.time()))}
    async with driver.http.post("/slack/events", data=body, headers=headers) as answer:
        return answer.status


async def counts(driver: SlackDriver) -> dict[str, int]:
    async with driver.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        return await Inbox(shelf).counts()


async def hours_later(driver: SlackDriver, times: int) -> None:
    """What the clock does over some hours with the events that wait."""
    hub = driver.house.hub
    for _ in range(times):
        async with hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
            for row in await Inbox(shelf).of_state(InboxState.RECEIVED):
                row.next_at = shelf.now
        await hub.clock.ring("inbox")


@pytest.mark.fault(2)
async def test_an_event_that_the_database_refused_is_stored_once_when_slack_repeats_it(
    driver: SlackDriver, tmp_path: Path, measured: Measured
) -> None:
    db = driver.house.hub.library.db
    real, fill = db.engine, driver.house.hub.catch_up
    await fill.run()
    db.engine = db.directory.engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/no/db")
    assert [await send(driver, post(number)) for number in range(5)] == [500] * 5
    await db.engine.dispose()
    db.engine = db.directory.engine = real
    for _ in range(3):
        assert [await send(driver, post(number)) for number in range(5)] == [200] * 5
    await driver._settle()
    assert await counts(driver) == {InboxState.DONE: 5}
    assert len(driver.slack.made("chat.postMessage")) == 5
    assert await fill.run() == 1  # and the history of those who wrote is read again
    measured("5 refused, 5 stored once")


@pytest.mark.slow
@pytest.mark.fault(28)
async def test_a_full_disk_is_not_ready_and_acknowledges_nothing_that_it_cannot_keep(
    driver: SlackDriver, measured: Measured
) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    answers: list[int] = []
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))  # as a disk that takes no more
    try:
        for number in range(30):
            answers.append(await send(driver, post(number)))
        async with driver.http.get("/ready") as answer:
            wrong = (await answer.json())["wrong"]
            assert answer.status == 503
        await driver.house.hub.platforms["slack"].close()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    assert 500 in answers
    assert "database" in wrong
    for number, status in enumerate(answers):
        if status != 200:
            assert await send(driver, post(number)) == 200  # Slack's repeat
    await driver._settle()
    await hours_later(driver, 1)
    assert await counts(driver) == {InboxState.DONE: 30}
    async with driver.house.hub.library.db.engine.connect() as connection:
        found = await connection.exec_driver_sql("PRAGMA integrity_check")
        assert found.scalar_one() == "ok"
    refused = sum(status != 200 for status in answers)
    measured(f"{refused} of 30 refused, 30 kept after the repeat, integrity ok")


@pytest.mark.fault(6)
@pytest.mark.parametrize("posts", [10, pytest.param(100, marks=pytest.mark.slow)])
async def test_a_poison_event_dies_alone_and_an_administrator_can_try_it_again(
    driver: SlackDriver, monkeypatch: pytest.MonkeyPatch, measured: Measured, posts: int
) -> None:
    platform = driver.house.hub.platforms["slack"]
    real = platform.read

    def read(raw: Json) -> Any:
        if POISON in json.dumps(raw, ensure_ascii=False):
            raise ValueError(POISON)
        return real(raw)

    monkeypatch.setattr(platform, "read", read)
    for number in range(posts):
        assert await send(driver, post(number, POISON if number == 5 else "ありがとう")) == 200
    await driver._settle()
    await hours_later(driver, inbox.TRIES + 1)
    found = await counts(driver)
    measured(f"{found[InboxState.DONE]} done, {found[InboxState.DEAD]} dead")
    assert found == {InboxState.DONE: posts - 1, InboxState.DEAD: 1}

    monkeypatch.setattr(platform, "read", real)
    sees = await driver.person(SATO).says("状態")
    assert "動いています" in sees
    assert "もう一度試す" not in sees
    office = driver.person(NAKAMURA)
    assert "扱えなかった受信" in await office.says("状態")
    assert "12回試しても" in office.sees
    assert POISON not in office.sees
    await office.presses("もう一度試す")
    await hours_later(driver, 1)
    assert (await counts(driver)).get(InboxState.DEAD) is None


@pytest.mark.fault(7)
async def test_the_ack_does_not_wait_for_a_model_that_hangs(
    driver: SlackDriver, monkeypatch: pytest.MonkeyPatch, measured: Measured
) -> None:
    from cases import capture

    hangs = threading.Event()
    real = capture.read

    def slow(*args: Any) -> Any:
        hangs.wait(60)
        return real(*args)

    monkeypatch.setattr(capture, "read", slow)
    try:
        begun = time.perf_counter()
        assert [await send(driver, post(number, WIN)) for number in range(3)] == [200] * 3
        slowest = time.perf_counter() - begun
        assert await counts(driver) == {InboxState.RECEIVED: 3}
    finally:
        hangs.set()
    await driver._settle()
    assert await counts(driver) == {InboxState.DONE: 3}
    measured(f"3 acks in {slowest * 1000:.0f} ms while the model hangs")


@pytest.mark.slow
@pytest.mark.fault(36)
async def test_a_hundred_posts_in_ten_seconds_are_acknowledged(
    driver: SlackDriver, measured: Measured
) -> None:
    took: list[float] = []

    async def one(number: int) -> None:
        await asyncio.sleep(number / 10)
        begun = time.perf_counter()
        assert await send(driver, post(number, WIN)) == 200
        took.append(time.perf_counter() - begun)

    await asyncio.gather(*(one(number) for number in range(100)))
    await driver._settle()
    took.sort()
    measured(f"p50 {took[49] * 1000:.0f} ms, p99 {took[98] * 1000:.0f} ms")
    assert took[-1] < 10.0  # an alarm for a machine that does other things too
    assert await counts(driver) == {InboxState.DONE: 100}


async def test_the_terminal_lists_retries_and_drops_dead_events(
    driver: SlackDriver, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    house = driver.house
    assert await send(driver, post(1, WIN)) == 200
    await driver._settle()

    async def kill(shelf: Shelf) -> str:
        (row,) = await Inbox(shelf).of_state(InboxState.DONE)
        row.state, row.raw = InboxState.DEAD, house.hub.library.ring.seal("{}", sample.COMPANY)
        return row.id

    async with house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        event_id = await kill(shelf)
    monkeypatch.setenv("HITOTSUBU_DATABASE_URL", f"sqlite:///{house.path}")
    monkeypatch.setenv("HITOTSUBU_VAR", str(house.path.parent))

    async def call(*argv: str) -> tuple[int, str]:
        code = await asyncio.to_thread(cli.call, ["inbox", *argv])
        return code, capsys.readouterr().out

    code, out = await call("list", "--json")
    assert (code, json.loads(out)["id"]) == (0, event_id)
    assert event_id in (await call())[1]
    assert (await call("retry", event_id)) == (0, "")
    assert (await call("retry", event_id))[0] == 1
    assert (await call("retry"))[0] == 2
    async with house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        (row,) = await Inbox(shelf).of_state(InboxState.RECEIVED)
        row.state = InboxState.DEAD
    assert (await call("drop", event_id)) == (0, "")
    async with house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        (row,) = await Inbox(shelf).of_state(InboxState.DONE)
        assert row.raw is None
    assert say("ja", "status.dead") not in dict(await house.hub.pages.status(sample.COMPANY, "ja"))
