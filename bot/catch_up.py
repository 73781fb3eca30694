"""Fills the gap: reads again what was said while the bot was away, room by room.

All rooms are due at start and after a gap (an event that could not be kept, a platform that
throttled), and each once an hour. A message that came as an event as well is the same one.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.platform import Credentials, Key, Rereads
from cases.db import Database, Shelf
from cases.models.org import Workspace
from cases.scope import Scope
from scheduler.ports import DeliveryFailed
from scheduler.store.inbox import Inbox

log = logging.getLogger(__name__)
OVERLAP = 600.0  # seconds read twice: events may have been under way when the mark was made
EVERY = timedelta(hours=1)
UNKNOWN = timedelta(days=1)  # how far back a room is read that was never read before
ROOMS = 12  # in one tick of 15 s: Slack allows about 50 such calls a minute
REST = 300.0  # seconds until a company whose rooms were all read is looked at again


@dataclass(frozen=True, slots=True)
class Due:
    """A room that is to be read, from `oldest` (the platform's time, in seconds) on."""

    room: str
    direct: bool
    oldest: float
    last_ts: str
    filled_at: datetime | None


@dataclass(slots=True)
class CatchUp:
    """What one process knows of gaps; how far each room was read is in the database.

    `closed` holds the workspaces whose token may not read history. `ticks`: seconds, monotonic.
    """

    database: Database
    platforms: dict[str, Rereads]
    credentials: Credentials
    ticks: Callable[[], float] = time.monotonic
    closed: set[Key] = field(default_factory=set)
    throttled: int = 0  # how often a history said 429
    _asked: dict[Key, datetime] = field(default_factory=dict)
    _quiet: dict[Key, float] = field(default_factory=dict)

    def ask(self) -> None:
        """Something may have been missed: every room is due."""
        self._asked.clear()
        self._quiet.clear()

    async def run(self) -> int:
        """Reads some rooms of each workspace: how many."""
        read = 0
        for name, platform in self.platforms.items():
            for workspace in await self.database.directory.workspaces(name):
                key = (workspace.company_id, workspace.id)
                if workspace.state == "active" and self._quiet.get(key, 0.0) <= self.ticks():
                    read += await self._workspace(platform, workspace)
        return read

    async def _workspace(self, platform: Rereads, workspace: Workspace) -> int:
        key = (workspace.company_id, workspace.id)
        rooms = await self._due(workspace)
        if not rooms:
            self._quiet[key] = self.ticks() + REST
        opened = await self.credentials(workspace.id, workspace.company_id) if rooms else {}
        for number, room in enumerate(rooms):
            try:
                open_to_us = await self._read(platform, workspace, opened, room)
            except DeliveryFailed as error:
                log.warning("history of %s: %s", workspace.id, error.reason)
                self._quiet[key] = self.ticks() + (error.retry_after or 0.0)
                self.throttled += error.retry_after is not None
                return number
            if not open_to_us:
                self._quiet[key] = self.ticks() + EVERY.total_seconds()
                return number
        return len(rooms)

    async def _read(
        self, platform: Rereads, workspace: Workspace, opened: dict[str, Any], room: Due
    ) -> bool:
        """One room; False where the token may not read it. The mark moves when all is kept."""
        key, scope = (workspace.company_id, workspace.id), Scope(workspace.company_id)
        async with self.database.transaction(scope) as shelf:
            began = shelf.now
        newest = await platform.reread(
            opened, workspace.external_id, room.room, room.oldest, direct=room.direct
        )
        if newest is None:
            if room.direct:
                self.closed.add(key)
            return not room.direct  # a room that is closed to us does not close the others
        self.closed.discard(key)
        async with self.database.transaction(scope) as shelf:
            inbox = Inbox(shelf)
            await inbox.mark(workspace.id, room.room, max(newest, room.last_ts), began)
        return True

    async def _due(self, workspace: Workspace) -> list[Due]:
        """The rooms to read now, least recently read first."""
        key = (workspace.company_id, workspace.id)
        async with self.database.transaction(Scope(workspace.company_id)) as shelf:
            asked = self._asked.setdefault(key, shelf.now)
            before = max(asked, shelf.now - EVERY)
            rooms = await _rooms(shelf, workspace.id)
        due = [room for room in rooms if room.filled_at is None or room.filled_at < before]
        due.sort(key=lambda room: (room.filled_at is not None, room.filled_at or before))
        return due[:ROOMS]


async def _rooms(shelf: Shelf, workspace_id: str) -> list[Due]:
    """Direct messages of people who wrote before, and the rooms that the company opened."""
    marks = await Inbox(shelf).watermarks(workspace_id)
    since = {
        str(room.address["channel"]): (False, shelf.now - UNKNOWN)
        for room in await shelf.people.listening_rooms(workspace_id)
        if room.address.get("channel")
    }
    for account in await shelf.people.accounts_of(workspace_id):
        if account.address.get("channel"):
            first = account.seen_at or shelf.now - UNKNOWN
            since[str(account.address["channel"])] = (True, first)
    found = []
    for room, (direct, first) in since.items():
        mark = marks.get(room)
        last_ts = mark.last_ts if mark else ""
        oldest = (float(last_ts) if last_ts else first.timestamp()) - OVERLAP
        found.append(Due(room, direct, oldest, last_ts, mark.filled_at if mark else None))
    return found
