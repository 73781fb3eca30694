"""Slack's end of Socket Mode on loopback: hello, envelopes, acks, disconnects, resending."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer

Json = dict[str, Any]
APP_TOKEN = "xapp-1-A1-very-secret"
TICKET = "ticket-very-secret"
KINDS = {"event_callback": "events_api", "app_rate_limited": "events_api"}


@dataclass
class FakeSocketMode:
    """`acks` holds what the bot sent back; `deliver` waits for an ack as Slack does.

    `refusals` are answers of apps.connections.open in place of an address; `greets` False: a
    server that accepts the connection and says nothing.
    """

    url: str = ""
    api_url: str = ""
    tokens: list[str] = field(default_factory=list)
    refusals: list[Json] = field(default_factory=list)
    greeting: Json = field(default_factory=lambda: {"type": "hello", "num_connections": 1})
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    acks: list[Json] = field(default_factory=list)
    pings: int = 0
    _waiting: dict[str, asyncio.Future[Json]] = field(default_factory=dict)
    _come: asyncio.Condition = field(default_factory=asyncio.Condition)
    _ids: Any = field(default_factory=lambda: count(1))

    @property
    def address(self) -> str:
        """Where a bot connects, with its ticket."""
        return f"{self.url}?ticket={TICKET}"

    async def open(self, request: web.Request) -> web.Response:
        """apps.connections.open: a new address with a ticket."""
        self.tokens.append(request.headers.get("Authorization", ""))
        if self.refusals:
            return web.json_response(self.refusals.pop(0))
        return web.json_response({"ok": True, "url": self.address})

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """The WebSocket: hello, then the acks are read until it ends."""
        assert request.query["ticket"] == TICKET
        socket = web.WebSocketResponse(autoping=True)
        await socket.prepare(request)
        await socket.send_json(self.greeting)
        async with self._come:
            self.sockets.append(socket)
            self._come.notify_all()
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                self._acknowledged(message.json())
        return socket

    async def connected(self, number: int = 1) -> web.WebSocketResponse:
        """Waits for that many connections in all; gives the newest."""
        async with self._come:
            await self._come.wait_for(lambda: len(self.sockets) >= number)
        return self.sockets[-1]

    async def deliver(self, payload: Json, socket: web.WebSocketResponse | None = None) -> Json:
        """Sends an envelope and gives the ack for it."""
        envelope_id = await self.send(payload, socket)
        return await self._waiting[envelope_id]

    async def send(self, payload: Json, socket: web.WebSocketResponse | None = None) -> str:
        """Sends an envelope, perhaps once more with a new id, as Slack does without an ack."""
        envelope_id = f"e{next(self._ids)}"
        self._waiting[envelope_id] = asyncio.get_running_loop().create_future()
        kind = KINDS.get(payload.get("type", ""), "interactive")
        envelope = {
            "envelope_id": envelope_id,
            "type": "slash_commands" if "command" in payload else kind,
            "accepts_response_payload": kind == "interactive",
            "payload": payload,
        }
        await (socket or self.sockets[-1]).send_json(envelope)
        return envelope_id

    def _acknowledged(self, ack: Json) -> None:
        self.acks.append(ack)
        self._waiting[ack["envelope_id"]].set_result(ack)


@asynccontextmanager
async def socket_mode() -> AsyncIterator[FakeSocketMode]:
    """The fake, listening until the end of the block."""
    fake = FakeSocketMode()
    app = web.Application()
    app.router.add_post("/api/apps.connections.open", fake.open)
    app.router.add_get("/link", fake.connect)
    async with TestServer(app, host="127.0.0.1") as server:
        fake.api_url = str(server.make_url("/api/"))
        fake.url = str(server.make_url("/link")).replace("http", "ws", 1)
        yield fake
        for socket in fake.sockets:
            await socket.close()
