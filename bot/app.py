"""The composition root: builds library, platforms, reception, planner and worker, and runs them."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from aiohttp import web

from bot import console
from bot.courier import Composer, Courier
from bot.encoders import load_model, open_library
from bot.indexer import Indexer
from bot.pages import Pages
from bot.platform import Platform
from bot.reception import Reception
from bot.server import make_app
from bot.settings import Settings
from cases.errors import CannotStart
from cases.library import Library
from scheduler import dispatch, inbox, planner, reconcile, take_back
from scheduler.clock import Clock, Tick
from scheduler.jobs import BY_NAME

if TYPE_CHECKING:  # only configured platforms are imported
    from bot.teams.cloud import Cloud

PAGE_FIRST = 1.0  # seconds in which whoever waits for the first page has the processor alone


@dataclass(slots=True)
class Hub:
    """Everything that one process holds. `close` gives it all back."""

    settings: Settings
    library: Library
    platforms: dict[str, Platform]
    reception: Reception
    planner: planner.Planner
    worker: dispatch.Worker
    clock: Clock
    pages: Pages
    indexer: Indexer | None = None
    tasks: set[asyncio.Task[object]] = field(default_factory=set)

    def wake(self) -> None:
        """Sends what was just owed and embeds what was just published, without waiting for it."""
        if self.indexer is not None:
            self.indexer.wake()
        task: asyncio.Task[object] = asyncio.create_task(self.clock.ring("dispatch"))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def ready(self) -> dict[str, str]:
        """What keeps this process from being ready: database or disk."""
        wrong = {}
        try:
            await self.library.db.directory.companies()
        except Exception as error:
            wrong["database"] = type(error).__name__
        if shutil.disk_usage(self.settings.var if self.settings.var.exists() else ".").free < 50e6:
            wrong["disk"] = "full"
        return wrong

    async def close(self) -> None:
        """Stops the clock, finishes what is under way, ends the child, closes the database."""
        await self.clock.stop()
        for platform in self.platforms.values():
            await platform.close()
        if self.tasks:
            await asyncio.wait(self.tasks, timeout=25)
        if self.indexer is not None:
            await self.indexer.stop()
        await self.library.close()


async def build(settings: Settings, library: Library | None = None) -> Hub:
    """The hub, connected but not started. Only configured platforms are imported."""
    library = library or open_library(settings)
    platforms: dict[str, Platform] = {}
    composer = Composer(platforms)
    reception = Reception(library, platforms, composer, safety_form_url=settings.safety_form_url)
    courier = Courier(platforms, reception.credentials)
    worker = dispatch.Worker(library.db, courier, courier, BY_NAME, composer)
    plans = planner.Planner(library.db, composer, BY_NAME)
    clock = Clock(_ticks(library, reception, worker, plans))
    pages = Pages(library, plans, worker, clock)
    hub = Hub(settings, library, platforms, reception, plans, worker, clock, pages)
    reception.wake = hub.wake
    reception.status = pages.status
    await _connect(hub)
    return hub


def _ticks(
    library: Library, reception: Reception, worker: dispatch.Worker, plans: planner.Planner
) -> dict[str, Tick]:
    """The named ticks of the alarm clock, in order."""

    async def companies() -> list[str]:
        return [company.id for company in await library.db.directory.companies()]

    async def send() -> None:
        await dispatch.drain(worker, await companies())

    async def look_back() -> None:
        for company_id in await companies():
            await reconcile.reconcile(worker, company_id)
            await reconcile.sweep(worker, company_id)
            await take_back.take_back(worker, company_id)

    async def take_over() -> None:
        for company_id in await companies():
            await inbox.take_over(library.db, library.ring, reception, company_id)

    return {
        "inbox": take_over,
        "planner": partial(planner.plan_all, plans),
        "dispatch": send,
        "reconcile": look_back,
    }


async def _connect(hub: Hub) -> None:
    """The platforms that the settings and the workspace rows name."""
    from bot.web.platform import WebPlatform

    hub.platforms["web"] = WebPlatform(library=hub.library, desk=hub.reception, back=hub.pages)
    hub.platforms[console.NAME] = console.ConsolePlatform()
    if hub.settings.slack_signing_secret:
        from bot.slack.platform import SlackPlatform

        hub.platforms["slack"] = SlackPlatform(
            hub.reception, hub.settings.slack_signing_secret, hub.settings.slack_api_url
        )
    rows = await hub.library.db.directory.workspaces("teams")
    if rows:
        from bot.teams.cloud import app_of
        from bot.teams.platform import TeamsPlatform

        ring = hub.library.ring
        opened = [
            ring.open_json(row.credentials, row.company_id) if row.credentials else {}
            for row in rows
        ]
        apps = [app_of(credentials) for credentials in opened]
        hub.platforms["teams"] = TeamsPlatform(hub.reception, apps, cloud=_cloud(hub.settings))


def _cloud(settings: Settings) -> Cloud:
    """Microsoft's public cloud, or the end points that the settings name (sovereign clouds)."""
    from bot.teams.cloud import Cloud

    public = Cloud()
    return Cloud(
        keys_url=settings.teams_openid_url or public.keys_url,
        login_url=settings.teams_login_url or public.login_url,
        service_url=settings.teams_service_url or public.service_url,
        services=settings.teams_service_hosts or public.services,
    )


async def serve(settings: Settings, *, say: Callable[[str], None], index: bool) -> None:
    """Runs doors, planner and sending until SIGINT or SIGTERM; with `index`, the child too.

    Raises CannotStart when the port is taken.
    """
    hub = await build(settings)
    runner = web.AppRunner(make_app(hub.platforms.values(), hub.ready), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, settings.host, settings.port)
    try:
        await site.start()
    except OSError as error:
        await runner.cleanup()
        await hub.close()
        raise CannotStart(
            f"ポート {settings.port} は使用中です。HITOTSUBU_PORT で別の番号を選べます"
            f" / port {settings.port} is in use; choose another with HITOTSUBU_PORT"
        ) from error
    for platform in hub.platforms.values():
        await platform.start()
    say(f"http://{settings.host}:{settings.port}")
    warming = asyncio.create_task(_warm(hub, index=index))
    try:
        await _asked_to_stop()
    finally:
        warming.cancel()
        await runner.cleanup()
        await hub.close()


async def _warm(hub: Hub, *, index: bool) -> None:
    """After the page is there: the clock, all handlers, index, encoder, and the indexing child."""
    await asyncio.sleep(PAGE_FIRST)
    hub.clock.start()
    await asyncio.to_thread(import_module, "bot.conversation.answering")
    from cases import capture, guard

    for company in await hub.library.db.directory.companies():
        await hub.library.shelves.warm(company.id)
    await asyncio.to_thread(guard.warm, hub.library.embedder)
    await asyncio.to_thread(capture.read, "温める", hub.library.embedder)
    if index:
        hub.indexer = Indexer(os.environ)
        await hub.indexer.start()
    if hub.settings.embedding_model:
        await load_model(hub.library, hub.settings.embedding_model)


async def _asked_to_stop() -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    await stopped.wait()


async def work(settings: Settings) -> None:
    """Deliveries, stale events, planner and indexing without doors, until SIGTERM."""
    hub = await build(settings)
    hub.clock.start()
    hub.indexer = Indexer(os.environ)
    await hub.indexer.start()
    try:
        await _asked_to_stop()
    finally:
        await hub.close()
