"""The composition root: builds library, platforms, reception, planner and worker, and runs them."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from aiohttp import web

from bot.catch_up import CatchUp
from bot.connecting import connect, more_rounds
from bot.courier import Composer, Courier
from bot.encoders import load_models, open_library, warm
from bot.health import Health
from bot.indexer import Indexer
from bot.pages import Pages
from bot.platform import Platform
from bot.reception import Reception
from bot.rounds import rounds
from bot.server import HEAD_SECONDS, doors, make_app
from bot.settings import Settings
from bot.stopping import GRACE, asked_to_stop, within
from cases.errors import CannotStart
from cases.library import Library
from scheduler import dispatch, planner
from scheduler.clock import Clock
from scheduler.jobs import BY_NAME
from scheduler.lanes import Lanes
from scheduler.ledger import Pace

if TYPE_CHECKING:  # only configured platforms are imported
    from bot.metrics import Metrics

PAGE_FIRST = 0.5  # seconds in which whoever waits for the first page has the processor alone


@dataclass(slots=True)
class Hub:
    """Everything that one process holds. `close` gives it all back."""

    settings: Settings
    library: Library
    platforms: dict[str, Platform]
    reception: Reception
    planner: planner.Planner
    worker: dispatch.Worker
    lanes: Lanes
    clock: Clock
    pages: Pages
    catch_up: CatchUp
    health: Health
    indexer: Indexer | None = None
    tending: asyncio.Task[None] | None = None
    metrics: Metrics | None = None

    def wake(self, company_id: str) -> None:
        """Sends what was just owed and embeds what was just published, without waiting for it."""
        if self.indexer is not None:
            self.indexer.wake()
        self.lanes.start(company_id, replies=True)

    def tend(self, kind: str, head: str) -> None:
        """Starts the heartbeat. `head`: the newest migration, against which /ready compares."""
        self.health.kind, self.health.head = kind, head
        self.tending = asyncio.create_task(self.health.run())

    def web(self, shown: Iterable[Platform] | None = None) -> web.Application:
        """The server's application: health, metrics, and the routes of those shown (None: all)."""
        health = self.health
        opened = self.platforms.values() if shown is None else shown
        return make_app(opened, health.ready, live=health.live, numbers=self.numbers)

    async def numbers(self) -> bytes:
        """The text of /metrics."""
        if self.metrics is None:
            from bot.metrics import Metrics  # not for the first page

            self.metrics = Metrics(
                self.library.db, self.clock, self.planner.jobs, lambda: self.catch_up.throttled
            )
        return await self.metrics.text()

    async def ready(self) -> dict[str, str]:
        """What keeps this process from its work."""
        return await self.health.ready()

    async def close(self) -> None:
        """Claims nothing more and finishes what is under way within 25 s; recovery has the rest."""
        self.worker.stopping.set()
        until = time.monotonic() + GRACE
        await within(GRACE, "rounds", self.clock.stop)
        for name, platform in self.platforms.items():
            await within(until - time.monotonic(), name, platform.close)
        await self.lanes.stop(max(until - time.monotonic(), 0.1))
        if self.indexer is not None:
            await self.indexer.stop()
        if self.tending is not None:
            self.tending.cancel()
        await self.health.close()
        await self.library.close()


async def build(settings: Settings, library: Library | None = None) -> Hub:
    """The hub, connected but not started. Only configured platforms are imported."""
    library = library or open_library(settings)
    platforms: dict[str, Platform] = {}
    composer = Composer(platforms)
    reception = Reception(
        library,
        platforms,
        composer,
        safety_form_url=settings.safety_form_url,
        quality_form_url=settings.quality_form_url,
    )
    courier = Courier(platforms, reception.credentials)
    worker = dispatch.Worker(library.db, courier, courier, BY_NAME, composer, _pace(settings))
    plans = planner.Planner(library.db, composer, BY_NAME)
    catch_up = CatchUp(library.db, {}, reception.credentials)
    lanes = Lanes(worker)
    ticks = rounds(library, reception, worker, plans, lanes) | more_rounds(settings, platforms)
    clock = Clock({**ticks, "gap_fill": catch_up.run})
    pages = Pages(library, plans, worker, clock, catch_up.closed)
    health = Health(library.db, clock, settings.var)
    hub = Hub(
        settings,
        library,
        platforms,
        reception,
        plans,
        worker,
        lanes,
        clock,
        pages,
        catch_up,
        health,
    )
    reception.wake = hub.wake
    reception.status = pages.status
    slack = await connect(platforms, settings, library, reception, pages)
    if slack is not None:
        catch_up.platforms["slack"] = slack
        slack.on_gap(catch_up.ask)
        health.doors, pages.state.more = slack.wrong, slack.rows
    return hub


def _pace(settings: Settings) -> Pace:
    """How long the ledger waits: a lease holds for an answer and as long again."""
    return Pace(
        lease=2 * settings.answer,
        answer=settings.answer,
        landing=settings.landing,
        sweeps=settings.sweeps,
    )


async def serve(
    settings: Settings,
    *,
    say: Callable[[str], None],
    index: bool,
    kind: str = "serve",
    head: str = "",
) -> None:
    """Runs doors, planner and sending until SIGINT or SIGTERM; with `index`, the child too.

    Raises CannotStart when the port is taken, when the page without login would be open, or when
    a Teams workspace lacks its app id.
    """
    hub = await build(settings)
    opened = await _application(hub, alone=index)
    runner = web.AppRunner(opened, access_log=None, keepalive_timeout=HEAD_SECONDS)
    await runner.setup()
    site = web.TCPSite(runner, settings.host, settings.port)
    try:
        await site.start()
    except OSError as error:
        await runner.cleanup()
        await hub.close()
        raise CannotStart("port_taken", port=settings.port) from error
    hub.tend(kind, head)
    for platform in hub.platforms.values():
        await platform.start()
    say(f"http://{settings.host}:{settings.port}")
    warming = asyncio.create_task(_warm(hub, index=index))
    try:
        await asked_to_stop()
    finally:
        warming.cancel()
        await runner.cleanup()
        await hub.close()


async def _doors(hub: Hub, *, alone: bool) -> list[Platform]:
    """The platforms that get routes."""
    sample = any(company.sample for company in await hub.library.db.directory.companies())
    own = hub.settings
    return doors(hub.platforms, own.host, sample=sample, alone=alone, public=bool(own.public_url))


async def _application(hub: Hub, *, alone: bool) -> web.Application:
    """The server's application; gives the hub back where it may not start."""
    try:
        return hub.web(await _doors(hub, alone=alone))
    except CannotStart:
        await hub.close()
        raise


async def _warm(hub: Hub, *, index: bool) -> None:
    """After the page is there: the clock, all handlers, encoder, index, and the indexing child.

    What takes long runs in threads, so that a page or an answer asked meanwhile is not held up.
    """
    await asyncio.sleep(PAGE_FIRST)
    hub.clock.start()
    await asyncio.to_thread(import_module, "bot.conversation.answering")
    from cases import capture, guard

    await asyncio.to_thread(guard.warm, hub.library.embedder)
    await asyncio.to_thread(capture.read, "温める", hub.library.embedder)
    await warm(hub.library)
    if index:
        hub.indexer = Indexer(os.environ)
        await hub.indexer.start()
    await load_models(hub.library, hub.settings)


async def work(settings: Settings, head: str = "") -> None:
    """Deliveries, stale events, planner and indexing without doors, until SIGTERM."""
    hub = await build(settings)
    hub.tend("worker", head)
    hub.clock.start()
    hub.indexer = Indexer(os.environ)
    await hub.indexer.start()
    try:
        await asked_to_stop()
    finally:
        await hub.close()
