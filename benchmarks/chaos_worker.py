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


def main(environ: Mapping[str, str]) -> None:
    """Sends, looks back and sweeps, without a limit of its own."""
    os.environ.update(environ)
    logging.disable(logging.CRITICAL)  # every lie of the platform would be a line
    buckets.LIMITS["slack"] = (1e7, 1e7)
    asyncio.run(_work())


async def _work() -> None:
    hub = await build(read())
    hub.clock = Clock(hub.clock.ticks, TICK)
    hub.clock.start()
    await asyncio.Event().wait()
