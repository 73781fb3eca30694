"""The README's table: each package takes part in the main job, and is not only installed."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from botbuilder.core import ActivityHandler
from slack_bolt.async_app import AsyncApp
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.cli.migrate import head
from cases import sample
from cases.embedding.bundled import BundledEncoder
from cases.indexing import catch_up, missing
from scheduler.clock import Clock
from tests.drivers.doors import slack_door, teams_door
from tests.drivers.screen import Person
from tests.fakes.house import House
from tests.fakes.sample_cast import ABE, QUESTION, SATO, TICKS, WIN


class Witness:
    """Counts the calls of a library's method, which does its work as always."""

    def __init__(self, patch: pytest.MonkeyPatch, owner: type, method: str) -> None:
        self.calls = 0
        real = getattr(owner, method)

        def seen(this: Any, *args: Any, **more: Any) -> Any:
            self.calls += 1
            return real(this, *args, **more)

        patch.setattr(owner, method, seen)


async def shares(person: Person) -> None:
    """The first step of the story."""
    await person.says(WIN)
    await person.presses("共有する", declared=list(TICKS), show_author="no")
    assert "公開しました" in person.sees


async def test_slack_bolt_dispatches_what_is_typed_and_pressed(
    company_file: Path, tmp_path: Path, encoder: BundledEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    witness = Witness(monkeypatch, AsyncApp, "async_dispatch")
    async with slack_door(company_file, tmp_path, encoder) as driver:
        await shares(driver.person(SATO))
    assert witness.calls == 2


async def test_botbuilder_runs_a_turn_for_what_is_typed_and_pressed(
    company_file: Path, tmp_path: Path, encoder: BundledEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    witness = Witness(monkeypatch, ActivityHandler, "on_turn")
    async with teams_door(company_file, tmp_path, encoder) as driver:
        await shares(driver.person(SATO))
    assert witness.calls == 2


async def test_sqlalchemy_writes_and_alembic_made_the_tables(
    company: House, desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    witness = Witness(monkeypatch, AsyncSession, "flush")
    await shares(desk.person(SATO))
    assert witness.calls > 0
    async with company.hub.library.db.engine.connect() as connection:
        version = await connection.scalar(text("select version_num from alembic_version"))
    assert version == head()


async def test_apscheduler_rings_the_ticks_that_send(company: House, desk: Any) -> None:
    ticks = company.hub.clock.ticks
    rung = {name: asyncio.Event() for name in ticks}

    def listening(name: str) -> Any:
        async def tick() -> None:
            await ticks[name]()
            rung[name].set()

        return tick

    clock = Clock({name: listening(name) for name in ticks}, seconds=0.05)
    clock.start()
    assert isinstance(clock.scheduler, AsyncIOScheduler)
    assert [job.id for job in clock.scheduler.get_jobs()] == [
        "inbox",
        "unchecked",
        "planner",
        "dispatch",
        "reconcile",
        "gap_fill",
    ]
    async with asyncio.timeout(120):
        for event in rung.values():
            await event.wait()
    await clock.stop()


async def test_pytest_asyncio_runs_these_tests(request: pytest.FixtureRequest) -> None:
    assert request.config.pluginmanager.hasplugin("asyncio")
    assert asyncio.get_running_loop().is_running()


@pytest.mark.slow
async def test_sentence_transformers_writes_the_vectors_of_a_new_case(
    company: House, desk: Any
) -> None:
    from cases.embedding.sentence import SentenceEncoder  # loads torch: seconds

    await shares(desk.person(SATO))
    encoder = await asyncio.to_thread(SentenceEncoder)
    assert await catch_up(company.hub.library.db, sample.COMPANY, encoder) > 0
    assert not await missing(company.hub.library.db, sample.COMPANY, encoder.name)
    assert "秘書さんに聞いた16時" in await desk.person(ABE).says(QUESTION)
