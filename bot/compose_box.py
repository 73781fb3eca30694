"""Who types into a platform's own search, and what they find: asked at once, kept nowhere."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from bot.hearing import Hearing
from bot.views.words import say
from cases import members
from cases.library import Library
from cases.models.org import Member
from cases.scope import Scope
from cases.store.org import Route

if TYPE_CHECKING:  # guard and search: not for the first page
    from bot.conversation.pick import Picks

log = logging.getLogger(__name__)

AT_ONCE = 2  # questions that are thought about at a time: each letter typed may be one


class ComposeBox:
    """Answers within a time and never raises: nothing that is typed may break a client."""

    def __init__(self, library: Library, hearing: Hearing) -> None:
        self._library = library
        self._hearing = hearing
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._typed: dict[tuple[str, str, str], str] = {}  # the newest question of who waits

    async def search(
        self, platform: str, team: str, user: str, text: str, *, seconds: float, locale: str = "ja"
    ) -> Picks:
        """The cases for a platform's user; `locale` is for who is not known (yet)."""
        from bot.conversation.pick import Picks

        try:
            async with asyncio.timeout(seconds):
                return await self._search(platform, team, user, text, locale)
        except TimeoutError:
            return Picks(words=say(locale, "pick.slow"))
        except Exception as error:  # the type only: it may quote what was typed
            log.error("a search in a compose box failed: %s", type(error).__name__)
            return Picks(words=say(locale, "pick.down"))

    async def _search(self, platform: str, team: str, user: str, text: str, locale: str) -> Picks:
        from bot.conversation.pick import Picks, pick

        route = await self._library.db.directory.route(platform, team)
        member = await self._member(platform, route, user) if route and user else None
        if member is None:
            return Picks(words=say(locale, "home.stranger"))
        key = (platform, team, user)
        self._typed[key] = text
        try:
            async with self._turns:
                if self._typed.get(key, text) != text:  # they have typed on: nobody looks at this
                    return Picks(words=say(locale, "pick.slow"))
                return await pick(self._library, member, text)
        finally:
            if self._typed.get(key) == text:  # kept nowhere, also when the time was up
                del self._typed[key]

    async def _member(self, platform: str, route: Route, user: str) -> Member | None:
        """By account; the roster is asked by e-mail only where none is known."""
        async with self._library.db.reading(Scope(route.company_id)) as shelf:
            account = await shelf.people.account(route.workspace_id, user)
            if account is not None:
                return await members.behind(shelf, account)
        return await self._hearing.finder(platform, (route.company_id, route.workspace_id))(user)
