"""A strict Slack Web API on loopback, written from its public documentation.

It validates what it is sent, stores it, and answers as Slack would or as a script says.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.fakes import (
    slack_chats,
    slack_files,
    slack_grants,
    slack_people,
    slack_rooms,
    slack_views,
)
from tests.fakes.slack_grants import Exchange
from tests.fakes.slack_state import Hook, Json, Refused, Workspace

METHODS = {**slack_chats.METHODS, **slack_rooms.METHODS, **slack_views.METHODS}
MINUTE = 60.0


@dataclass
class Answer:
    """One scripted answer: `reset` closes the connection, `stored` does the work all the same."""

    body: Json | str | None = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    reset: bool = False
    stored: bool = False
    content_type: str = "application/json"


@dataclass
class FakeSlack(Workspace):
    """`calls` holds every request as (method, arguments); `script` the next answers by method.

    `rates` limits a method to so many calls a minute of the clock: then 429 with Retry-After.
    """

    url: str = ""
    calls: list[tuple[str, Json]] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    script: dict[str, list[Answer]] = field(default_factory=dict)
    rates: dict[str, int] = field(default_factory=dict)
    socket_url: str = ""  # where Socket Mode listens
    oauth: Exchange = field(default_factory=Exchange)
    spent: dict[str, list[float]] = field(default_factory=dict)

    def made(self, method: str) -> list[Json]:
        """The arguments of every call of `method`."""
        return [arguments for name, arguments in self.calls if name == method]

    def response_url(self, channel: str, user: str, ts: str = "") -> str:
        """What Slack puts beside an interaction with the message at `ts`, or beside a command."""
        number = f"H{len(self.hooks) + 1}"
        self.hooks[number] = Hook(channel, user, ts, self.clock)
        return self.url.replace("/api/", f"/hooks/{number}")

    async def handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        arguments = await arguments_of(request)
        authorization = request.headers.get("Authorization", "")
        self.calls.append((method, arguments))
        self.tokens.add(authorization)
        token = authorization.removeprefix("Bearer ") or str(arguments.get("token", ""))
        scripted = self.script.get(method) or []
        if scripted:
            return self._scripted(scripted.pop(0), request, method, arguments)
        if wait := self._wait(method):
            headers = {"Retry-After": str(wait)}
            return web.json_response(
                {"ok": False, "error": "ratelimited"}, status=429, headers=headers
            )
        headers = {"x-oauth-scopes": ",".join(sorted(self.grants.get(token, set())))}
        return web.json_response(self._answer(method, arguments, token), headers=headers)

    async def handle_hook(self, request: web.Request) -> web.StreamResponse:
        """A POST to a response_url."""
        try:
            answer = slack_chats.hook(self, request.match_info["number"], await request.json())
        except Refused as found:
            return web.json_response(found.answer, status=400)
        if answer is None:
            return web.Response(text="used_url", status=404)
        return web.Response(text=answer)

    def _scripted(
        self, answer: Answer, request: web.Request, method: str, arguments: Json
    ) -> web.StreamResponse:
        if answer.stored:
            self._do(method, arguments, set())
        if answer.reset:
            assert request.transport is not None
            request.transport.abort()
        text = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
        return web.Response(
            text=text,
            status=answer.status,
            headers=answer.headers,
            content_type=answer.content_type,
        )

    def _wait(self, method: str) -> int:
        """Seconds until the method may be called again; 0: now."""
        if method not in self.rates:
            return 0
        recent = [at for at in self.spent.get(method, []) if self.clock - at < MINUTE]
        self.spent[method] = recent
        if len(recent) >= self.rates[method]:
            return max(1, round(MINUTE - (self.clock - recent[0])))
        recent.append(self.clock)
        return 0

    def _answer(self, method: str, arguments: Json, token: str) -> Json:
        if method == "apps.connections.open" and self.socket_url:
            return {"ok": True, "url": self.socket_url}
        if method == slack_grants.METHOD:
            return self.oauth.access(self.grants, arguments, token)
        if not token:
            return {"ok": False, "error": "not_authed"}
        if token not in self.grants:
            return {"ok": False, "error": "invalid_auth"}
        granted = self.grants[token]
        if method == "auth.revoke":
            return self.oauth.revoke(self.grants, token)
        wanted = slack_people.wanted(self, method, arguments)
        if wanted and not granted & set(wanted):
            needed, provided = ",".join(wanted), ",".join(sorted(granted))
            error = {"ok": False, "error": "missing_scope"}
            return {**error, "needed": needed, "provided": provided}
        try:
            return self._do(method, arguments, granted)
        except Refused as found:
            return found.answer

    def _do(self, method: str, arguments: Json, granted: set[str]) -> Json:
        if method in slack_people.METHODS:
            return slack_people.METHODS[method](self, arguments, granted)
        if method not in METHODS:
            return {"ok": False, "error": "unknown_method", "req_method": method}
        return METHODS[method](self, arguments)


async def arguments_of(request: web.Request) -> Json:
    """What a call carries: JSON, a form, or the query."""
    if request.content_type == "application/json":
        found: Json = await request.json()
        return found
    return {**request.query, **{key: str(value) for key, value in (await request.post()).items()}}


@asynccontextmanager
async def fake_slack() -> AsyncIterator[FakeSlack]:
    """The fake, listening until the end of the block; what Slack would refuse fails the test."""
    fake = FakeSlack()
    app = web.Application()
    app.router.add_route("*", "/api/{method}", fake.handle)
    app.router.add_post("/hooks/{number}", fake.handle_hook)
    slack_files.serve(fake, app)
    async with TestServer(app, host="127.0.0.1") as server:
        fake.url = str(server.make_url("/api/"))
        yield fake
    assert not fake.complaints, fake.complaints
