"""The tests notice when one of the eight things that hold the guarantee is taken out."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from bot.slack.client import post, web_client
from cases.db import Database
from cases.models.org import Company
from cases.scope import Scope
from scheduler.clock import SECONDS, Clock
from scheduler.ports import DeliveryUnknown
from tests.fakes.simulation import simulate
from tests.fakes.slack_api import Answer, fake_slack
from tests.fakes.world import Chances
from tests.faults.mutants import SIMULATED, deferred_begin, sdk_retries, stored_jobs

SEEDS = range(60)
SCOPE = Scope("c1")


@pytest.mark.slow
@pytest.mark.parametrize(("mutant", "chances", "known"), SIMULATED.values(), ids=SIMULATED)
def test_a_world_breaks_that_does_not_break_without_the_mutant(
    mutant: Callable[[pytest.MonkeyPatch], None],
    chances: Chances,
    known: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mutant(monkeypatch)
    worlds = (known, *SEEDS)
    broken = next((seed for seed in worlds if simulate(seed, chances).broken), None)
    assert broken is not None
    monkeypatch.undo()
    assert simulate(broken, chances).broken == ()


async def posts_on_a_reset() -> int:
    """How often a message is posted whose first answer is a reset connection."""
    async with fake_slack() as slack:
        slack.script["chat.postMessage"] = [Answer(reset=True, stored=True)]
        client = web_client("xoxb-sato", slack.url)
        with suppress(DeliveryUnknown):  # that is the answer without retries
            await post(client, {"user": "U0SATO"}, b'{"text": "x", "blocks": []}', "k1")
        return len(slack.messages)


@pytest.mark.fault(10)
async def test_the_sdks_retries_would_post_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await posts_on_a_reset() == 1
    sdk_retries(monkeypatch)
    assert await posts_on_a_reset() == 2


async def lost_updates(path: Path) -> int | None:
    """How many of 20 additions at the same time are missing; None: some were refused."""
    database = Database(f"sqlite:///{path}")

    async def add_one() -> None:
        async with database.transaction(SCOPE) as shelf:
            company = await shelf.people.company()
            company.settings = {"n": company.settings["n"] + 1}

    try:
        async with database.transaction(SCOPE) as shelf:
            shelf.people.add(Company(id="c1", name="サンプル製薬", settings={"n": 0}))
        results = await asyncio.gather(*(add_one() for _ in range(20)), return_exceptions=True)
        async with database.transaction(SCOPE) as shelf:
            missing: int = 20 - (await shelf.people.company()).settings["n"]
    finally:
        await database.close()
    errors = [one for one in results if isinstance(one, BaseException)]
    assert all(isinstance(one, OperationalError) for one in errors)  # "database is locked"
    return None if errors else missing


async def test_a_deferred_begin_would_lose_updates(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sqlite_file: Path
) -> None:
    for name in ("as_it_is.db", "deferred.db"):
        shutil.copy(sqlite_file, tmp_path / name)
    assert await lost_updates(tmp_path / "as_it_is.db") == 0
    deferred_begin(monkeypatch)
    assert await lost_updates(tmp_path / "deferred.db") != 0


async def ticks_soon(name: str = "planner") -> list[str]:
    """What rings within a tick after a start, as after a night with the power off."""

    async def tick() -> None:
        return

    clock = Clock({name: tick})
    clock.start()
    soon = datetime.now(UTC) + timedelta(seconds=SECONDS)
    found = [one for one, when in clock.next_runs().items() if when is not None and when <= soon]
    await clock.stop()
    return found


async def test_a_stored_job_would_wait_for_its_next_month(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert await ticks_soon() == ["planner"]
    stored_jobs(monkeypatch, f"sqlite:///{tmp_path / 'jobs.db'}")
    for _life in range(2):
        assert await ticks_soon() == []
