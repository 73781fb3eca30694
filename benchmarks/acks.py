"""How soon Slack gets its 200 or its ack while vectors are written: `python -m benchmarks.acks`.

A real `hitotsubu serve` in a process of its own, its indexing child busy with thousands of new
cases, and 3 events a second: questions, wins, commands and presses, each committed before its ack.
Slack waits three seconds; our bar is p99 ≤ 300 ms. The first seconds of a process, in which it
reads its code, model and index, are a row of their own.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from sqlalchemy import insert

from benchmarks.ledger_stage import server
from benchmarks.rows import Row, show
from bot.encoders import open_library
from bot.settings import read
from cases import sample
from cases.embedding.bundled import BundledEncoder
from cases.indexing import missing
from cases.library import Library
from cases.models.case import Case
from cases.scope import Scope
from cases.vocabulary import Status
from tests.drivers import slack
from tests.fakes.sample_cast import ITO, KATO, KOGA, MORI, QUESTION, SATO, WIN
from tests.fakes.slack_api import FakeSlack
from tests.fakes.slack_requests import command, direct, encoded, event, press, signed
from tests.fakes.slack_socket import APP_TOKEN, FakeSocketMode

Json = dict[str, Any]
Deliver = Callable[[Json], Awaitable[None]]

ROOT = Path(__file__).parents[1]
KEY = "k1:" + "A" * 43 + "="  # of a company that lives for a minute
NEW_CASES = 6_000
EVENTS, A_SECOND = 360, 3
WARMING = 30  # of them, 10 s: the process still reads its code, its model and its index
BAR = 300.0  # ms, p99
PATIENCE = 120.0  # seconds until the process is ready
PEOPLE = (SATO, KATO, ITO, KOGA, MORI)
HELP = {"type": "button", "action_id": "1:help.show", "value": ""}


def happening(number: int) -> Json:
    """The next thing that somebody does: half of it is written, half pressed or commanded."""
    who = f"U0{PEOPLE[number % len(PEOPLE)].upper()}"
    room, at = f"D{who[1:]}", f"1800000000.{number:06}"
    kind = number % 4
    if kind < 2:
        words = WIN if kind else QUESTION
        return event(direct(words, user=who, channel=room, ts=at), f"Ev{number}")
    if kind == 2:
        return {**command("状態"), "user_id": who, "trigger_id": f"1.{number}"}
    made = press(HELP, channel=room)
    made["actions"][0]["action_ts"] = at
    return {**made, "user": {**made["user"], "id": who}}


async def _waits(deliver: Deliver) -> list[float]:
    """Milliseconds until each ack; events come at their pace, whether or not the last is acked."""
    waits = [0.0] * EVENTS

    async def one(number: int) -> None:
        begun = time.perf_counter()
        await deliver(happening(number))
        waits[number] = 1000 * (time.perf_counter() - begun)

    async with asyncio.TaskGroup() as tasks:
        for number in range(EVENTS):
            tasks.create_task(one(number))
            await asyncio.sleep(1 / A_SECOND)
    return waits


async def _prepare(library: Library) -> None:
    """The sample company, known to Slack, and cases that have no vectors yet."""
    await sample.seed(library.db, library.ring)
    await slack.connect(library, "kobe")
    async with library.db.transaction(Scope(sample.COMPANY)) as shelf:
        rows = [
            {
                "company_id": sample.COMPANY,
                "id": f"bench-{number}",
                "author_id": SATO,
                "title": f"{number}番目の工夫",
                "action": f"受付で{number}分だけ待ち、{number % 24}時に電話しました。",
                "result": f"{number}回目に先生から質問をいただきました。",
                "status": Status.COMPANY,
                "shared_at": shelf.now,
                "changed_at": shelf.now,
            }
            for number in range(NEW_CASES)
        ]
        await shelf.session.execute(insert(Case), rows)


async def _unwritten(library: Library) -> int:
    """How many texts still wait for their vector."""
    return len(await missing(library.db, sample.COMPANY, library.embedder.name))


@asynccontextmanager
async def _slack() -> AsyncIterator[tuple[FakeSlack, FakeSocketMode]]:
    """Web API and Socket Mode on one address."""
    api, line = FakeSlack(), FakeSocketMode()
    app = web.Application()
    app.router.add_post("/api/apps.connections.open", line.open)
    app.router.add_route("*", "/api/{method}", api.handle)
    app.router.add_get("/link", line.connect)
    async with TestServer(app, host="127.0.0.1") as served:
        api.url = line.api_url = str(served.make_url("/api/"))
        line.url = str(served.make_url("/link")).replace("http", "ws", 1)
        api.emails = {f"U0{who.upper()}": f"{who}@sample.example" for who in PEOPLE}
        yield api, line
        for socket in line.sockets:
            await socket.close()


@asynccontextmanager
async def _running(environ: dict[str, str], port: int) -> AsyncIterator[aiohttp.ClientSession]:
    """`hitotsubu serve`, ready."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "serve", cwd=ROOT, env={**os.environ, **environ},
        stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as http:
            async with asyncio.timeout(PATIENCE):
                while not await _ready(http):  # noqa: ASYNC110  another process has no event
                    await asyncio.sleep(0.1)
            yield http
    finally:
        process.terminate()
        await process.wait()


async def _ready(http: aiohttp.ClientSession) -> bool:
    try:
        async with http.get("/ready") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


async def _measure(url: str, folder: str, *, socket: bool) -> list[float]:
    """The waits of one run, in the order of the events.

    SystemExit when the indexing was over before the end.
    """
    async with _slack() as (api, line):
        port = unused_port()
        environ = {
            "HITOTSUBU_DATABASE_URL": url,
            "HITOTSUBU_VAR": folder,
            "HITOTSUBU_DATA_KEY": KEY,
            "HITOTSUBU_PORT": str(port),
            **slack.environ(api),
            **({"HITOTSUBU_SLACK_APP_TOKEN": APP_TOKEN} if socket else {}),
        }
        library = open_library(read(environ), BundledEncoder())
        try:
            await _prepare(library)
            async with _running(environ, port) as http:
                if socket:
                    await line.connected()
                waits = await _waits(_by_socket(line) if socket else _by_http(http))
            if not await _unwritten(library):
                raise SystemExit("the indexing ended before the events did")
        finally:
            await library.close()
        return waits


def _by_http(http: aiohttp.ClientSession) -> Deliver:
    async def deliver(payload: Json) -> None:
        body, kind = encoded(payload)
        headers = {"Content-Type": kind, **signed(body, at=int(time.time()))}
        async with http.post("/slack/events", data=body, headers=headers) as answer:
            if answer.status != 200:
                raise SystemExit(f"not acknowledged: {answer.status}")

    return deliver


def _by_socket(line: FakeSocketMode) -> Deliver:
    async def deliver(payload: Json) -> None:
        await line.deliver(payload)

    return deliver


def rows() -> list[Row]:
    """p50 and p99 over HTTP and Socket Mode, with both databases."""
    found = []
    for kind in ("SQLite", "PostgreSQL"):
        for name, socket in (("HTTP", False), ("Socket Mode", True)):
            with server(kind) as url, tempfile.TemporaryDirectory(prefix="hitotsubu-") as folder:
                waits = asyncio.run(_measure(url, folder, socket=socket))
            where = f"over {name} while vectors are written ({kind}"
            first = max(waits[:WARMING])
            waits = sorted(waits[WARMING:])
            value = (
                f"p50 {statistics.median(waits):.0f} ms, p99 {waits[int(0.99 * len(waits))]:.0f} ms"
            )
            what = f"Slack ack {where}; bar p99 ≤ {BAR:.0f} ms)"
            size = f"n={len(waits)}, {A_SECOND}/s, longest {waits[-1]:.0f} ms"
            found.append(Row(what, value, size))
            what = f"the same in the first {WARMING // A_SECOND} s of the process"
            found.append(Row(what, f"longest {first:.0f} ms", f"n={WARMING}"))
    return found


if __name__ == "__main__":
    show(rows())
