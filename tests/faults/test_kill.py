"""kill -9 of a real `hitotsubu run` loses nothing acknowledged and sends nothing twice."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import unused_port

from bot.app import open_library
from bot.cli.migrate import migrate
from cases import sample
from cases.embedding.bundled import BundledEncoder
from cases.library import Library
from cases.scope import Scope
from scheduler.models import Delivery, DeliveryState
from scheduler.store.inbox import Inbox
from scheduler.store.ledger import Ledger
from tests.drivers import slack
from tests.drivers.screen import Person
from tests.fakes.house import settings_of
from tests.fakes.sample_cast import SATO, TICKS, WIN
from tests.fakes.slack_api import FakeSlack, fake_slack

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
PATIENCE = 60.0  # seconds until a process must have done what it has to do
POINTS = ("kept", "committed", "sending")


class FarSlack(slack.SlackDriver):
    """The Slack door of another process: what it does is waited for outside."""

    async def _settle(self) -> None:
        return


@dataclass
class Stage:
    """The database that outlives the processes, and the Slack around them."""

    api: FakeSlack
    library: Library
    environ: dict[str, str]
    port: int = field(default_factory=unused_port)

    @asynccontextmanager
    async def run(self, point: str, number: int = 1) -> AsyncIterator[FarSlack]:
        """One life of the product; at the end of the block it is ended in order, if it lives."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.faults.child",
            point,
            str(number),
            env={**os.environ, **self.environ, "HITOTSUBU_PORT": str(self.port)},
            cwd=ROOT,
        )
        base = f"http://127.0.0.1:{self.port}"
        try:
            async with aiohttp.ClientSession(base) as http:
                await until(lambda: _answers(http, process))
                house: Any = None  # it is in the other process
                driver: Any = FarSlack(house, self.api, http)
                yield driver
                if point != "none":
                    assert await asyncio.wait_for(process.wait(), PATIENCE) == -9
        finally:
            if process.returncode is None:
                process.terminate()
                await process.wait()

    async def settled(self) -> bool:
        """True when no event and no message of Slack waits any more."""
        async with self.library.db.transaction(Scope(sample.COMPANY)) as shelf:
            rows = await Ledger(shelf).deliveries(Delivery.workspace_id == "slack", 50)
            shelf.now += timedelta(days=1)  # what is kept for later counts as well
            waiting = await Inbox(shelf).waiting_events(50)
        return not waiting and all(row.state is DeliveryState.SENT for row in rows)


@pytest.fixture
async def stage(tmp_path: Path, encoder: BundledEncoder) -> AsyncIterator[Stage]:
    async with fake_slack() as api:
        environ = {
            "HITOTSUBU_DATABASE_URL": f"sqlite:///{tmp_path / 'company.db'}",
            "HITOTSUBU_VAR": str(tmp_path),
            **slack.environ(api),
        }
        found = settings_of(tmp_path / "company.db")
        await asyncio.to_thread(migrate, found)
        library = open_library(found, encoder)
        await sample.seed(library.db, library.ring)
        await slack.connect(library, "kobe")
        yield Stage(api, library, environ)
        await library.close()


async def until(true: Callable[[], Any]) -> None:
    """Waits for something that another process does."""
    async with asyncio.timeout(PATIENCE):
        while not await true():  # noqa: ASYNC110  # nothing in this process tells
            await asyncio.sleep(0.1)


async def _answers(http: aiohttp.ClientSession, process: asyncio.subprocess.Process) -> bool:
    assert process.returncode is None
    try:
        async with http.get("/ready") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


@pytest.mark.parametrize("point", POINTS)
async def test_a_post_is_answered_once_wherever_the_process_dies(stage: Stage, point: str) -> None:
    async with stage.run(point) as driver:
        await driver.person(SATO).says(WIN)
    async with stage.run("none"):
        await until(stage.settled)
    (message,) = stage.api.messages
    assert "このように公開されます" in message["text"]
    assert len(stage.api.made("chat.postMessage")) == 1


@pytest.mark.parametrize("point", POINTS[:2])
async def test_a_case_is_published_once_wherever_the_process_dies(stage: Stage, point: str) -> None:
    async with stage.run(point, 2) as driver:
        sato: Person = driver.person(SATO)
        await sato.says(WIN)
        await until(stage.settled)
        await sato.opens_mail()
        await sato.presses("共有する", declared=list(TICKS), show_author="no")
    async with stage.run("none"):
        await until(stage.settled)
    async with stage.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        mine = await shelf.cases.by_author(SATO)
    assert sum("秘書さんに聞いた16時" in case.title for case in mine) == 1
