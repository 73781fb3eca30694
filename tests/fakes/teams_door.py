"""The product's Teams door with a fake desk behind it and a fake Microsoft around it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.teams.platform import TeamsPlatform
from tests.fakes.desk import FakeDesk
from tests.fakes.teams_connector import APP, TENANT, FakeMicrosoft, microsoft

Json = dict[str, Any]


class Door:
    """The product's server, the fake Microsoft behind it, and a person's client."""

    def __init__(self, fake: FakeMicrosoft, desk: FakeDesk, platform: TeamsPlatform) -> None:
        self.fake = fake
        self.desk = desk
        self.platform = platform
        self.http: TestClient[Any, Any]

    async def post(self, activity: Json, token: str | None = None) -> tuple[int, Any]:
        """Status and JSON of one activity; None when the answer has no body."""
        answer = await self.raw(
            json.dumps(activity).encode(), {"Authorization": token or self.fake.token()}
        )
        self.fake.rooms.answered(activity, *answer)
        return answer

    async def raw(self, body: bytes, headers: dict[str, str]) -> tuple[int, Any]:
        answer = await self.http.post("/api/messages", data=body, headers=headers)
        text = await answer.text()
        return answer.status, json.loads(text) if text else None


@asynccontextmanager
async def teams_door() -> AsyncIterator[Door]:
    """The running door; what it took is handled before it closes."""
    async with microsoft() as fake:
        desk = FakeDesk(TENANT)
        platform = TeamsPlatform(desk, [APP], cloud=fake.cloud)
        found = Door(fake, desk, platform)
        app = web.Application()
        app.add_routes(platform.routes())
        async with TestClient(TestServer(app)) as found.http:
            yield found
            desk.gate.set()
            await platform.close()
