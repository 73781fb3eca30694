"""One worker of the chaos run: the product's own hub, ticking every second until it is killed.

Its parent forks it from a process that has imported everything, so that 40 restarts are cheap.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Mapping

from bot.app import build
from bot.settings import read
from scheduler import buckets
from scheduler.clock import Clock

TICK = 1.0  # seconds
UNLIMITED = buckets.Limit(start=1e7, most=1e7, least=1e6, seconds=10.0)  # only a 429 stops it


def main(environ: Mapping[str, str]) -> None:
    """Sends, looks back and sweeps, without a limit of its own."""
    os.environ.update(environ)
    logging.disable(logging.CRITICAL)  # every lie of the platform would be a line
    buckets.LIMITS |= dict.fromkeys(buckets.LIMITS, UNLIMITED)
    asyncio.run(_work())


async def _work() -> None:
    hub = await build(read())
    hub.clock = Clock(hub.clock.ticks, TICK)
    hub.clock.start()
    await asyncio.Event().wait()
