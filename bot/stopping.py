"""How a process ends: the first signal lets it finish what is under way, the second ends it now."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Awaitable, Callable

log = logging.getLogger(__name__)
GRACE = 25.0  # seconds for what is under way; the process is gone within 30
SIGNALS = (signal.SIGINT, signal.SIGTERM)
NOW = 128  # plus the signal's number: the exit code of a process that a signal ended


async def asked_to_stop() -> None:
    """Returns at the first SIGINT or SIGTERM; from then on another one ends the process at once."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()

    def first() -> None:
        for number in SIGNALS:
            loop.add_signal_handler(number, os._exit, NOW + number)
        stopped.set()

    for number in SIGNALS:
        loop.add_signal_handler(number, first)
    await stopped.wait()


async def within(seconds: float, name: str, step: Callable[[], Awaitable[object]]) -> None:
    """One step of the end; one that takes too long or fails is left behind with a line."""
    try:
        async with asyncio.timeout(max(seconds, 0.1)):
            await step()
    except Exception as error:
        log.error("stopping: %s left behind: %s", name, type(error).__name__)
