"""`hitotsubu watchdog`: a process of its own that says which promised turns never closed."""

from __future__ import annotations

import argparse
import asyncio
import sys

from bot.alarms import tell
from bot.app import Hub, build
from bot.cli.starting import started
from bot.settings import Settings
from bot.stopping import asked_to_stop
from scheduler.watchdog import Alarm, watch

SECONDS = 60


def add(parser: argparse.ArgumentParser) -> None:
    """`--once` looks once and exits 1 when something is silent."""
    parser.add_argument("--once", action="store_true")


def run(options: argparse.Namespace) -> int:
    """Looks every minute; each alarm is one line on standard error."""
    return asyncio.run(_watch(started(), once=options.once))


async def _watch(settings: Settings, *, once: bool) -> int:
    hub = await build(settings)
    stop = asyncio.create_task(asked_to_stop())
    try:
        while not stop.done():
            alarms = await look(hub)
            for alarm in alarms:
                line = f"{alarm.company_id or '-'} {alarm.kind} {alarm.period} {alarm.state}"
                print(line, file=sys.stderr, flush=True)
            if once:
                return 1 if alarms else 0
            await asyncio.wait([stop], timeout=SECONDS)
        return 0
    finally:
        stop.cancel()
        await hub.close()


async def look(hub: Hub) -> list[Alarm]:
    """One look; 事務局 is told of what is silent, once, if the ledger lives."""
    alarms = await watch(hub.library.db, hub.planner.jobs)
    await tell(hub.library.db, hub.reception.composer, alarms)
    return alarms
