"""`hitotsubu watchdog`: a process of its own that says which promised turns never closed."""

from __future__ import annotations

import argparse
import asyncio
import sys

from bot.encoders import open_library
from bot.settings import read
from scheduler.jobs import BY_NAME
from scheduler.watchdog import watch

SECONDS = 60


def add(parser: argparse.ArgumentParser) -> None:
    """`--once` looks once and exits 1 when something is silent."""
    parser.add_argument("--once", action="store_true")


def run(options: argparse.Namespace) -> int:
    """Looks every minute; each alarm is one line on standard error."""
    return asyncio.run(_watch(once=options.once))


async def _watch(*, once: bool) -> int:
    library = open_library(read())
    try:
        while True:
            alarms = await watch(library.db, BY_NAME)
            for alarm in alarms:
                line = f"{alarm.company_id} {alarm.kind} {alarm.period} {alarm.state}"
                print(line, file=sys.stderr, flush=True)
            if once:
                return 1 if alarms else 0
            await asyncio.sleep(SECONDS)
    finally:
        await library.close()
