"""The Slack door running on loopback, with a desk in memory and a fake Web API behind it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.conversation.events import Reply
from bot.platform import Kept
from bot.slack import SlackPlatform
from bot.slack.read import read
from bot.views.elements import Card, Text
from tests.fakes import slack_views
from tests.fakes.slack_api import FakeSlack, fake_slack
from tests.fakes.slack_requests import NOW, SECRET, encoded, signed

Json = dict[str, Any]


@dataclass
class FakeDesk:
    """Keeps in memory and answers with `replies`. `log` is the order of what happened."""

    replies: list[Reply] = field(default_factory=list)
    broken: bool = False
    unknown_team: bool = False
    raws: dict[str, Json] = field(default_factory=dict)  # external id → envelope
    log: list[str] = field(default_factory=list)
    heard: list[Any] = field(default_factory=list)
    slow: asyncio.Event | None = None
    owed: list[Card] = field(default_factory=list)
    knows: bool = False  # the ledger takes what could not be shown

    async def keep(self, platform: str, team: str, external_id: str, raw: Json) -> Kept | None:
        if self.broken:
            raise OSError("the disk is full")
        if self.unknown_team:
            return None
        fresh = external_id not in self.raws
        self.raws.setdefault(external_id, json.loads(json.dumps(raw)))
        self.log.append(f"kept {platform} {team}")
        return Kept("hibiki", "w1", external_id, fresh)

    async def locale(self, kept: Kept, user: str) -> str:
        return "ja"

    async def handle(
        self, kept: Kept, *, direct: bool = False, more: dict[str, Any] | None = None
    ) -> list[Reply]:
        if self.slow:
            await self.slow.wait()
        self.log.append("handled")
        self.heard.append(read({**self.raws[kept.event_id], **(more or {})}))
        return self.replies

    async def owe(self, kept: Kept, platform: str, user: str, card: Card) -> bool:
        self.owed.append(card)
        return self.knows

    async def home(self, kept: Kept, user: str) -> Card:
        return Card((Text("ページ"),))

    async def credentials(self, workspace_id: str, company_id: str) -> Json:
        assert (workspace_id, company_id) == ("w1", "hibiki")
        return {"token": "xoxb-sato", "bot_user": "U0BOT"}


@dataclass
class Stage:
    """The running door with its fake surroundings."""

    desk: FakeDesk
    slack: FakeSlack
    platform: SlackPlatform
    http: TestClient[web.Request, web.Application]

    async def send(self, payload: Json) -> tuple[int, str]:
        """A signed request; waits until it is handled."""
        self.slack.issue(payload)
        status, text = await self.post(*encoded(payload))
        slack_views.answered(self.slack, payload, text)
        await self.platform.close()
        return status, text

    async def post(
        self, body: bytes, content_type: str, headers: dict[str, str] | None = None
    ) -> tuple[int, str]:
        sent = {"Content-Type": content_type, **(signed(body) if headers is None else headers)}
        async with self.http.post("/slack/events", data=body, headers=sent) as answer:
            return answer.status, await answer.text()


@asynccontextmanager
async def running() -> AsyncIterator[Stage]:
    """Everything started; at the end what was acknowledged is waited for."""
    desk = FakeDesk()
    async with fake_slack() as slack:
        platform = SlackPlatform(desk, SECRET, slack.url, now=lambda: NOW)
        app = web.Application()
        app.add_routes(platform.routes())
        async with TestClient(TestServer(app, host="127.0.0.1")) as http:
            yield Stage(desk, slack, platform, http)
            await platform.close()
