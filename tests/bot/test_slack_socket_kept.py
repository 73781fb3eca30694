"""Socket Mode with the real inbox: what is not committed comes again, what is counts once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from cases import sample
from cases.embedding.bundled import BundledEncoder
from cases.scope import Scope
from scheduler import inbox
from scheduler.store.inbox import Inbox
from tests.drivers.doors import socket_door
from tests.drivers.slack_socket import SocketDriver
from tests.fakes.sample_cast import SATO
from tests.fakes.slack_requests import direct, event

HELP = event(direct("ヘルプ", user=f"U0{SATO.upper()}", channel=f"D0{SATO.upper()}"))


@pytest.fixture
async def driver(
    company_file: Path, tmp_path: Path, encoder: BundledEncoder
) -> AsyncIterator[SocketDriver]:
    async with socket_door(company_file, tmp_path, encoder) as found:
        assert isinstance(found, SocketDriver)
        found.person(SATO)
        yield found


async def kept(driver: SocketDriver) -> int:
    async with driver.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        return sum((await Inbox(shelf).counts()).values())


async def test_a_commit_that_fails_gives_no_ack_and_the_next_copy_is_answered_once(
    driver: SocketDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = asyncio.Event()
    keep = inbox.keep

    async def broken(*given: Any) -> Any:
        failed.set()
        raise OSError("the disk is full")

    monkeypatch.setattr(inbox, "keep", broken)
    await driver.line.send(HELP)
    await failed.wait()
    await driver._settle()
    assert (driver.line.acks, await kept(driver)) == ([], 0)
    monkeypatch.setattr(inbox, "keep", keep)
    await driver._post(HELP)  # Slack sends what was not acknowledged again
    assert len(await driver.mail(SATO)) == 1
    assert await kept(driver) == 1


async def test_an_ack_that_gets_lost_brings_a_copy_that_has_no_effect(
    driver: SocketDriver,
) -> None:
    await driver._post(HELP)
    assert len(await driver.mail(SATO)) == 1
    await driver.line.sockets[0].close()  # the ack never arrived, as far as Slack knows
    await driver.line.connected(2)
    await driver._post(HELP)
    assert await driver.mail(SATO) == []
    assert await kept(driver) == 1


async def test_ready_and_status_say_that_the_socket_is_away(driver: SocketDriver) -> None:
    hub = driver.house.hub
    assert "slack_socket" not in await hub.ready()
    rows = dict(await hub.pages.status(sample.COMPANY, "ja"))
    assert rows["Slack との接続"] == "つながっています"
    await hub.platforms["slack"].close()
    assert (await hub.ready())["slack_socket"] == "not_connected"
    rows = dict(await hub.pages.status(sample.COMPANY, "ja"))
    assert "つながっていません" in rows["Slack との接続"]
