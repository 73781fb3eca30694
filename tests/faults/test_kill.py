"""kill -9 of a real `hitotsubu run` loses nothing acknowledged and sends nothing twice."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, time, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import unused_port

from bot.cli.migrate import migrate
from bot.encoders import open_library
from cases import audit, sample
from cases.embedding.bundled import BundledEncoder
from cases.indexing import missing
from cases.library import Library
from cases.scope import Scope
from cases.vocabulary import Status, TrialState
from scheduler import calendar as dates
from scheduler.models import Delivery, DeliveryState
from scheduler.store.inbox import Inbox
from scheduler.store.ledger import Ledger
from tests.drivers import slack
from tests.drivers.screen import Person
from tests.fakes.house import settings_of
from tests.fakes.sample_cast import ITO, KATO, NAKAMURA, QUESTION, SATO, TICKS, WIN
from tests.fakes.slack_api import FakeSlack, fake_slack

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
PATIENCE = 180.0  # seconds until a process must have done what it has to do, on a slow machine
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
                await until(lambda: _answers(http, process, dies=point != "none"))
                house: Any = None  # it is in the other process
                driver: Any = FarSlack(house, self.api, http)
                yield driver
                if point != "none":
                    assert await asyncio.wait_for(process.wait(), PATIENCE) == -9
        finally:
            if process.returncode is None:
                process.terminate()
                await process.wait()

    async def go_to(self, day: Callable[[date], date]) -> None:
        """The morning of the day that `day` makes of the company's today."""
        async with self.library.db.transaction(Scope(sample.COMPANY)) as shelf:
            company = await shelf.people.company()
            morning = dates.at(day(dates.local_date(shelf.now)), time(10, 35))
            company.clock_shift += int((morning.astimezone(UTC) - shelf.now).total_seconds())

    def told(self, words: str) -> int:
        """How many messages that were posted say this."""
        posted = self.api.made("chat.postMessage")
        return sum(words in json.dumps(one, ensure_ascii=False) for one in posted)

    async def settled(self) -> bool:
        """True when no event and no message of Slack waits any more."""
        async with self.library.db.transaction(Scope(sample.COMPANY)) as shelf:
            rows = await Ledger(shelf).deliveries(Delivery.workspace_id == "slack", 50)
            shelf.now += timedelta(days=1)  # what is kept for later counts as well
            waiting = await Inbox(shelf).waiting_events(50)
        return not waiting and all(row.state is DeliveryState.SENT for row in rows)


@asynccontextmanager
async def open_stage(tmp_path: Path, encoder: BundledEncoder) -> AsyncIterator[Stage]:
    """The sample company in a file, known to a Slack."""
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


@pytest.fixture
async def stage(tmp_path: Path, encoder: BundledEncoder) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path, encoder) as found:
        yield found


async def until(true: Callable[[], Any]) -> None:
    """Waits for something that another process does."""
    async with asyncio.timeout(PATIENCE):
        while not await true():  # noqa: ASYNC110  # nothing in this process tells
            await asyncio.sleep(0.1)


async def _answers(
    http: aiohttp.ClientSession, process: asyncio.subprocess.Process, *, dies: bool
) -> bool:
    """True when it is ready, or dead already where it is to die."""
    if process.returncode is not None:
        assert dies
        return True
    try:
        async with http.get("/ready") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


@pytest.mark.fault(1)
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


@pytest.mark.parametrize("point", POINTS[:2])
async def test_a_case_is_approved_once_wherever_the_process_dies(stage: Stage, point: str) -> None:
    async with stage.run(point, 2) as driver:
        nakamura: Person = driver.person(NAKAMURA)
        await nakamura.says("確認待ち")
        await until(stage.settled)
        await nakamura.opens_mail()
        case_id = nakamura.value_of("全社に公開する").partition(":")[0]
        await nakamura.presses("全社に公開する", case_id)
    async with stage.run("none"):
        await until(stage.settled)
    async with stage.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        case = await shelf.cases.any(case_id)
        entries = [one.what for one in await shelf.audit.entries() if one.subject == case_id]
    assert case is not None
    assert case.status is Status.COMPANY
    assert len([one for one in entries if "release" in one]) == 1


@pytest.mark.parametrize(("planned", "answered"), [("planned", "kept"), ("sending", "committed")])
async def test_a_trial_is_asked_about_and_answered_once(
    stage: Stage, planned: str, answered: str
) -> None:
    """Of an MR: a promoter's message of a day may be the digest."""
    async with stage.run("none") as driver:
        ito: Person = driver.person(ITO)
        await ito.says(QUESTION)
        await until(stage.settled)
        await ito.opens_mail()
        case_id = ito.value_of("試してみる").partition(":")[0]
        await ito.presses("試してみる", case_id)
        await until(stage.settled)
    await stage.go_to(two_weeks_later)
    async with stage.run(planned):
        pass
    async with stage.run(answered) as driver:
        await until(lambda: asked(stage))
        ito = driver.person(ITO)
        await ito.opens_mail()
        await ito.presses("うまくいった")
    async with stage.run("none"):
        await until(stage.settled)
    assert stage.told("いまいちだった") == 1
    async with stage.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        trial = await shelf.loop.trial_of(case_id, ITO)
    assert trial is not None
    assert (trial.state, trial.asked) == (TrialState.WORKED, 1)


@pytest.mark.parametrize("point", ["planned", "sending"])
async def test_a_digest_comes_once_wherever_the_process_dies(stage: Stage, point: str) -> None:
    async with stage.run("none") as driver:
        await driver.person(KATO).says(QUESTION)
        await until(stage.settled)
    await stage.go_to(digest_day)
    async with stage.run(point):
        pass
    async with stage.run("none"):
        await until(lambda: digest(stage))
        await until(stage.settled)
    assert stage.told("神戸営業所のみなさんへ") == 1


@pytest.mark.parametrize("point", ["imported", "embedded"])
async def test_an_import_goes_on_where_it_was_killed(stage: Stage, point: str) -> None:
    file = Path(stage.environ["HITOTSUBU_VAR"]) / "library.jsonl"
    rows = [{"id": f"a-{n}", "action": f"{n}回目の電話を昼に変えた", "result": "先生と話せた"}
            for n in range(4)]  # fmt: skip
    file.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    command = ["import", "cases", str(file), "--released", "--json"]
    code, _ = await ended(stage, point, 3 if point == "imported" else 1, *command)
    assert code == -9
    async with stage.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        imported = len([one for one in await shelf.cases.sources() if one.startswith("import:a-")])
    assert imported == (2 if point == "imported" else 4)
    code, printed = await ended(stage, "none", 1, *command)
    outcomes = [json.loads(line)["outcome"] for line in printed.splitlines()]
    assert (code, outcomes) == (0, ["duplicate"] * imported + ["ok"] * (4 - imported))
    db = stage.library.db
    assert not await missing(db, sample.COMPANY, stage.library.embedder.name)
    async with db.transaction(Scope(sample.COMPANY)) as shelf:
        entries = [one.what for one in await shelf.audit.entries()]
        assert await audit.first_broken(shelf) is None
    assert entries.count("import.cases") == 4  # one for each batch, here of one row


async def ended(stage: Stage, point: str, number: int, *command: str) -> tuple[int, str]:
    """Exit code and output of a command of its own process."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.faults.child",
        point,
        str(number),
        *command,
        env={**os.environ, **stage.environ},
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode()


async def asked(stage: Stage) -> bool:
    return stage.told("いまいちだった") > 0


async def digest(stage: Stage) -> bool:
    return stage.told("神戸営業所のみなさんへ") > 0


def two_weeks_later(today: date) -> date:
    """The business day on which a trial of today is asked about."""
    return dates.from_settings({}).next_business_day(today + timedelta(days=14))


def digest_day(today: date) -> date:
    """The first one after today."""
    calendar, later = dates.from_settings({}), today.replace(day=1) + timedelta(days=32)
    days = [dates.digest_date(calendar, one.year, one.month) for one in (today, later)]
    return next(day for day in days if day > today)
