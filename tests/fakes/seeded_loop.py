"""An event loop without threads, sockets or a clock: a seed decides what runs next.

Real asyncio tasks, futures and time-outs run in it. Time stands still while anything can go on and
jumps to the next moment when nothing can, so a day of waiting costs nothing.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context, ContextVar
from dataclasses import dataclass
from random import Random
from typing import Any, TypeVar

_T = TypeVar("_T")


@dataclass(eq=False)
class Process:
    """What can be killed and stopped as a whole; every task knows the one that it belongs to."""

    name: str
    alive: bool = True
    stopped_until: float = 0.0  # seconds of the loop
    ahead: float = 0.0  # seconds that its own wall clock is ahead of the database's


CURRENT: ContextVar[Process | None] = ContextVar("process", default=None)


class SeededLoop(asyncio.AbstractEventLoop):
    """What is ready runs in order; of what waits for a moment that has come, the dice choose one.

    Each such choice takes up to `pace` seconds. Whatever belongs to a stopped process waits until
    it goes on, its time-outs included.
    """

    def __init__(self, dice: Random, pace: float = 0.5) -> None:
        self.dice, self.pace = dice, pace
        self.seconds = 0.0
        self.choices = 0
        self.ready: deque[asyncio.Handle] = deque()
        self.later: list[tuple[asyncio.TimerHandle, Process | None]] = []

    def run(self, main: Coroutine[Any, Any, _T]) -> _T:
        """Runs until `main` is done. Raises RuntimeError when nothing could ever go on."""
        asyncio._set_running_loop(self)
        try:
            task = self.create_task(main)
            while not task.done():
                self._run_ready()
                if not task.done():
                    self._choose()
            return task.result()
        finally:
            asyncio._set_running_loop(None)

    def _run_ready(self) -> None:
        while self.ready:
            handle = self.ready.popleft()
            if not handle.cancelled():
                handle._run()

    def _choose(self) -> None:
        self.later = [one for one in self.later if not one[0].cancelled()]
        if not self.later:
            raise RuntimeError("everything waits and nothing will come")
        self.choices += 1
        self.seconds += self.dice.uniform(0, self.pace)
        come = [one for one in self.later if _moment(one) <= self.seconds]
        if not come:
            self.seconds = min(map(_moment, self.later))
            come = [one for one in self.later if _moment(one) <= self.seconds]
        chosen = self.dice.choice(come)
        self.later.remove(chosen)
        self.ready.append(chosen[0])

    # what asyncio asks of a loop

    def time(self) -> float:
        return self.seconds

    def call_soon(
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self, context)
        self.ready.append(handle)
        return handle

    def call_later(
        self,
        delay: float,
        callback: Callable[..., object],
        *args: Any,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        return self.call_at(self.seconds + delay, callback, *args, context=context)

    def call_at(
        self,
        when: float,
        callback: Callable[..., object],
        *args: Any,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        whose = (context or contextvars.copy_context()).get(CURRENT)
        self.later.append((handle, whose))
        return handle

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """It is left out at the next choice."""

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(self, coro: Any, **more: Any) -> asyncio.Task[Any]:
        return asyncio.Task(coro, loop=self, **more)

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return True

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """The dead leave tasks behind that nobody waits for."""


def _moment(one: tuple[asyncio.TimerHandle, Process | None]) -> float:
    handle, whose = one
    return max(handle.when(), whose.stopped_until if whose else 0.0)
