"""SQLite without its thread: a statement runs on the spot, its answer comes a turn later.

On busy cores the two switches of a statement cost more than the statement. Whoever meets another's
transaction waits as long as in the product, but in turns of the loop: the other one may live in it.
The thread itself is tested by tests/cases/test_one_trip.py and by every real process.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from typing import Any

from cases import one_trip

with_a_thread = one_trip.connect  # quick_engine.py puts ours in its place
PATIENCE = 10.0  # seconds, the product's busy_timeout
PAUSE = 0.001  # seconds until the next attempt
Work = tuple[asyncio.Future[Any] | None, Callable[[], Any]]


class _NoThread:
    """Stands for the thread, which would have nothing to do."""

    daemon = True

    def start(self) -> None:
        """Nothing."""


class _AtOnce:
    """Stands for the queue to the thread: what opens, prepares and closes a connection."""

    def put_nowait(self, work: Work) -> None:
        """Does it now; an error reaches whoever put it there."""
        future, function = work
        result = function()
        if future:
            future.set_result(result)


class Connection(one_trip.Connection):
    """The product's connection, in the thread of whoever asks."""

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        loop = asyncio.get_running_loop()
        until = loop.time() + PATIENCE
        while True:
            if not self._running or not self._connection:
                raise ValueError("Connection closed")  # in aiosqlite's words
            try:
                result = fn(*args, **kwargs)
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or self.in_transaction or loop.time() > until:
                    raise
            else:
                await asyncio.sleep(0)
                return result
            await asyncio.sleep(PAUSE)


def connect(path: str, **options: Any) -> Connection:
    """As `one_trip.connect`."""
    made = Connection(lambda: sqlite3.connect(path, **options), iter_chunk_size=64)
    made._thread, made._tx = _NoThread(), _AtOnce()  # type: ignore[assignment]  # see above
    return made
