"""What the bot may hear of what is not said to it, and whom and what a conversation looks up.

Whether something may be heard is asked before anything of it is stored.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot import people
from bot.conversation.events import Overheard, Post
from bot.notices import matters
from bot.platform import Credentials, Key, Platform, Quotes
from cases import marks
from cases.library import Library
from cases.models.org import Member
from cases.scope import Scope
from cases.store.org import Route

NOBODY = 600.0  # seconds for which somebody whom the roster does not know is not looked up again
SECONDS = 60.0  # events of a room that was closed to the bot are taken for a minute, but not read


@dataclass(frozen=True, slots=True)
class Open:
    """Where the bot listens in a workspace, and the emoji that marks a message."""

    rooms: frozenset[str]
    emoji: str


@dataclass(slots=True)
class Hearing:
    """Rooms are known for a minute, so that a busy channel costs no query a message."""

    library: Library
    platforms: Mapping[str, Platform]
    credentials: Credentials
    ticks: Callable[[], float] = time.monotonic
    _known: dict[Key, tuple[float, Open]] = field(default_factory=dict)
    _nobody: dict[tuple[Key, str], float] = field(default_factory=dict)  # until when

    async def wanted(self, route: Route, platform: str, raw: dict[str, Any]) -> bool:
        """False for what is not to be stored: nothing follows from it, or it may not be heard."""
        try:
            said = self.platforms[platform].read(raw)
        except Exception:  # it is kept all the same: who handles it tells of the error
            return True
        if isinstance(said, Overheard):
            return await self.allows((route.company_id, route.workspace_id), said)
        return await matters(self.library.db, route, said)

    async def allows(self, key: Key, heard: Overheard, *, anew: bool = False) -> bool:
        """True in a room that listens, for a plain message or one with the company's emoji."""
        at, found = self._known.get(key, (0.0, None))
        if found is None or anew or self.ticks() - at > SECONDS:
            found = await self._read(key)
            self._known[key] = (self.ticks(), found)
        if heard.room not in found.rooms:
            return False
        return not heard.marked_by or (found.emoji != "" and heard.mark == found.emoji)

    def finder(self, platform: str, key: Key) -> Callable[[str], Awaitable[Member | None]]:
        """Finds the member behind a user of the workspace, who may not know the bot yet."""

        async def find(user: str) -> Member | None:
            if self._nobody.get((key, user), 0.0) > self.ticks():
                return None
            found = await people.find(
                self.library, self.platforms[platform], self.credentials, key, user
            )
            if found is None:
                self._remember((key, user))
            return found

        return find

    def _remember(self, who: tuple[Key, str]) -> None:
        now = self.ticks()
        self._nobody = {one: until for one, until in self._nobody.items() if until > now}
        self._nobody[who] = now + NOBODY

    def reader(self, platform: str, key: Key) -> Callable[[str], Awaitable[Post | None]]:
        """Reads a message of a room as it is now; None on a platform that shows none."""
        there = self.platforms[platform]

        async def read(source: str) -> Post | None:
            if not isinstance(there, Quotes):
                return None
            return await there.post(await self.credentials(key[1], key[0]), source)

        return read

    async def _read(self, key: Key) -> Open:
        company_id, workspace_id = key
        async with self.library.db.transaction(Scope(company_id)) as shelf:
            listed = await shelf.people.listening_rooms(workspace_id)
            emoji = marks.emoji_of((await shelf.people.company()).settings)
        return Open(frozenset(str(one.address.get("channel", "")) for one in listed), emoji)
