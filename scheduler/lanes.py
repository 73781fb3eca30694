"""A lane for each company: a slow or dead one keeps nobody else waiting, nor a reply of its own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from datetime import timedelta

from scheduler.claiming import ALL
from scheduler.dispatch import lane
from scheduler.job import REPLY
from scheduler.worker import Worker

log = logging.getLogger(__name__)
PATIENCE = timedelta(seconds=30)  # how long a lane waits for tokens before it ends
SECONDS = 10.0  # how long a tick waits for slow lanes; they go on without it
REPLIES = (REPLY,)


class Lanes:
    """Sending in one process. Each company has a lane for everything, and one for replies only,
    so that an answer never waits behind a batch of prompts that hangs."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.under_way: dict[tuple[str, bool], asyncio.Task[None]] = {}
        self.again: set[tuple[str, bool]] = set()

    def start(self, company_id: str, *, replies: bool = False) -> None:
        """Starts a lane; one that runs already looks once more before it ends."""
        key = company_id, replies
        if key in self.under_way:
            self.again.add(key)
            return
        task = asyncio.create_task(self._run(key))
        self.under_way[key] = task
        task.add_done_callback(lambda _: self.under_way.pop(key, None))

    async def run(self, companies: Iterable[str], seconds: float = SECONDS) -> None:
        """Starts all lanes and waits for them, and for what runs already, but not for long."""
        for company_id in companies:
            self.start(company_id)
        await self._wait(seconds)

    async def stop(self, seconds: float) -> None:
        """Claims nothing more and waits for what is under way; what takes longer is left to
        recovery."""
        self.worker.stopping.set()
        await self._wait(seconds)
        for task in self.under_way.values():
            task.cancel()

    async def _wait(self, seconds: float) -> None:
        if self.under_way:
            await asyncio.wait(self.under_way.values(), timeout=seconds)

    async def _run(self, key: tuple[str, bool]) -> None:
        company_id, replies = key
        while True:
            self.again.discard(key)
            try:
                await lane(self.worker, company_id, PATIENCE, REPLIES if replies else ALL)
            except Exception:
                log.exception("sending in %s", company_id)
            if key not in self.again or self.worker.stopping.is_set():
                return
