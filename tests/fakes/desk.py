"""A desk for the tests of a platform's door: an inbox in memory and answers that a test sets."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from bot.conversation.events import Reply
from bot.platform import Kept
from bot.views.elements import Card


class FakeDesk:
    """Keeps once per external id. `log` shows the order of what happened."""

    def __init__(self, *teams: str, replies: Sequence[Reply] = ()) -> None:
        self.teams = teams
        self.replies = list(replies)
        self.kept: dict[str, dict[str, Any]] = {}
        self.log: list[str] = []
        self.broken = False  # the database is down
        self.fault: Exception | None = None  # what handling raises
        self.gate = asyncio.Event()  # handling waits for it
        self.gate.set()

    async def keep(
        self, platform: str, team: str, external_id: str, raw: dict[str, Any]
    ) -> Kept | None:
        if self.broken:
            raise RuntimeError("no database")
        if team not in self.teams:
            return None
        fresh = external_id not in self.kept
        self.kept.setdefault(external_id, raw)
        self.log.append("keep" if fresh else "again")
        return Kept("c1", "w1", external_id, fresh)

    async def locale(self, kept: Kept, user: str) -> str:
        return "ja"

    async def handle(
        self, kept: Kept, *, direct: bool = False, more: dict[str, Any] | None = None
    ) -> list[Reply]:
        await self.gate.wait()
        if self.fault:
            raise self.fault
        self.log.append("handle")
        return list(self.replies)

    async def owe(self, kept: Kept, platform: str, user: str, card: Card) -> bool:
        """Nobody has an account here: the door says it itself."""
        return False

    async def credentials(self, workspace_id: str, company_id: str) -> dict[str, Any]:
        return {}
