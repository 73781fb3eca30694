"""Slack's part of 状態: which scopes each workspace granted, and what does not work without."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.platform import Credentials
from bot.slack import answers, client
from bot.slack.scopes import missing
from bot.views.words import say
from cases.library import Library

PATIENCE = 3.0  # seconds that somebody who asks for 状態 waits for Slack
KEPT = 600.0  # seconds for which an answer stands


@dataclass(slots=True)
class Condition:
    """`ticks`: seconds, monotonic."""

    library: Library
    credentials: Credentials
    api_url: str = client.API_URL
    ticks: Callable[[], float] = time.monotonic
    _known: dict[str, tuple[float, frozenset[str]]] = field(default_factory=dict)

    async def rows(self, company_id: str, locale: str) -> list[tuple[str, str]]:
        """A row for each workspace of the company that is not paused."""
        every = await self.library.db.directory.workspaces("slack")
        mine = [row for row in every if row.company_id == company_id and row.state == "active"]
        found = []
        for row in mine:
            alone = len(mine) == 1
            label = say(
                locale, "slack.scopes" if alone else "slack.scopes_of", place=row.external_id
            )
            found.append((label, await self._value(row.id, company_id, locale)))
        return found

    async def _value(self, workspace_id: str, company_id: str, locale: str) -> str:
        try:
            granted = await self._granted(workspace_id, company_id)
        except Exception as error:
            code = answers.code(error) or type(error).__name__
            return say(locale, "slack.scopes_unknown", code=code)
        left = missing(granted)
        if not left:
            return say(locale, "slack.scopes_all")
        told = [
            say(locale, "slack.scope_missing", scope=one.name, without=one.without(locale))
            for one in left
        ]
        enough = all(one.full for one in left)
        words = "slack.scopes_some" if enough else "slack.scopes_short"
        return say(locale, words, missing=" / ".join(told))

    async def _granted(self, workspace_id: str, company_id: str) -> frozenset[str]:
        """From Slack's own answer, which knows what was granted since; else the installation's."""
        at, known = self._known.get(workspace_id, (float("-inf"), frozenset()))
        if self.ticks() - at < KEPT:
            return known
        opened = await self.credentials(workspace_id, company_id)
        api = client.web_client(opened["token"], self.api_url)
        async with asyncio.timeout(PATIENCE):
            answer = await api.auth_test()
        headers = {name.lower(): str(value) for name, value in answer.headers.items()}
        told = headers.get("x-oauth-scopes", "").split(",")
        scopes = frozenset(one.strip() for one in told if one.strip()) or opened.get("scopes") or ()
        self._known[workspace_id] = (self.ticks(), frozenset(scopes))
        return frozenset(scopes)
