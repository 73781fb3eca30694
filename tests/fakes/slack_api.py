"""A Slack Web API on loopback: it stores messages and views, and answers as a script says."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.fakes import slack_limits

Json = dict[str, Any]


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
class FakeSlack:
    """`calls` holds every request as (method, arguments); `script` the next answers by method."""

    url: str = ""
    calls: list[tuple[str, Json]] = field(default_factory=list)
    messages: list[Json] = field(default_factory=list)
    views: list[Json] = field(default_factory=list)
    emails: dict[str, str] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)
    script: dict[str, list[Answer]] = field(default_factory=dict)
    page: int = 2  # messages in one page of history
    whispers: list[Json] = field(default_factory=list)  # ephemeral messages, in no history
    strange: set[str] = field(default_factory=set)  # channels that the bot is not in

    def made(self, method: str) -> list[Json]:
        """The arguments of every call of `method`."""
        return [arguments for name, arguments in self.calls if name == method]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        arguments = await _arguments(request)
        self.calls.append((method, arguments))
        self.tokens.add(request.headers.get("Authorization", ""))
        scripted = self.script.get(method) or []
        if not scripted:
            return web.json_response(self._do(method, arguments))
        return self._scripted(scripted.pop(0), request, method, arguments)

    def _scripted(
        self, answer: Answer, request: web.Request, method: str, arguments: Json
    ) -> web.StreamResponse:
        if answer.stored:
            self._do(method, arguments)
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

    def _do(self, method: str, arguments: Json) -> Json:
        return getattr(self, method.replace(".", "_"))(arguments)  # type: ignore[no-any-return] # a method of this class

    def chat_postMessage(self, arguments: Json) -> Json:  # noqa: N802  Slack's own name
        slack_limits.check_message(arguments)
        channel = arguments["channel"]
        if channel.startswith("U"):
            channel = f"D{channel[1:]}"  # Slack opens the direct message itself
        ts = f"{1_800_000_000 + len(self.messages)}.000100"
        self.messages.append({**arguments, "channel": channel, "ts": ts})
        return {"ok": True, "channel": channel, "ts": ts}

    def chat_postEphemeral(self, arguments: Json) -> Json:  # noqa: N802  Slack's own name
        slack_limits.check_message(arguments)
        if arguments["channel"] in self.strange:
            return {"ok": False, "error": "not_in_channel"}
        ts = f"{1_900_000_000 + len(self.whispers)}.000100"
        self.whispers.append({**arguments, "ts": ts})
        return {"ok": True, "message_ts": ts}

    async def hook(self, request: web.Request) -> web.Response:
        """A response_url: a new text for an ephemeral message."""
        self.calls.append(("response_url", await request.json()))
        return web.Response(text="ok")

    def chat_update(self, arguments: Json) -> Json:
        slack_limits.check_message(arguments)
        for message in self.messages:
            if (message["channel"], message["ts"]) == (arguments["channel"], arguments["ts"]):
                message.update(text=arguments["text"], blocks=arguments["blocks"])
                return {"ok": True, "channel": arguments["channel"], "ts": arguments["ts"]}
        return {"ok": False, "error": "message_not_found"}

    def chat_delete(self, arguments: Json) -> Json:
        for message in self.messages:
            if (message["channel"], message["ts"]) == (arguments["channel"], arguments["ts"]):
                self.messages.remove(message)
                return {"ok": True}
        return {"ok": False, "error": "message_not_found"}

    def conversations_open(self, arguments: Json) -> Json:
        return {"ok": True, "channel": {"id": f"D{arguments['users'][1:]}"}}

    def conversations_history(self, arguments: Json) -> Json:
        found = [
            message
            for message in reversed(self.messages)
            if message["channel"] == arguments["channel"]
            and float(message["ts"]) >= float(arguments["oldest"])
            and message.get("thread_ts") == arguments.get("ts")
        ]
        start = int(arguments.get("cursor") or 0)
        more = start + self.page < len(found)
        return {
            "ok": True,
            "messages": found[start : start + self.page],
            "has_more": more,
            "response_metadata": {"next_cursor": str(start + self.page) if more else ""},
        }

    def conversations_replies(self, arguments: Json) -> Json:
        return self.conversations_history(arguments)

    def users_info(self, arguments: Json) -> Json:
        email = self.emails.get(arguments["user"])
        return {"ok": True, "user": {"profile": {"email": email} if email else {}}}

    def views_open(self, arguments: Json) -> Json:
        return self._view(arguments)

    def views_update(self, arguments: Json) -> Json:
        return self._view(arguments)

    def _view(self, arguments: Json) -> Json:
        found = arguments["view"]
        view = json.loads(found) if isinstance(found, str) else found
        slack_limits.check_view(view)
        self.views.append(view)
        return {"ok": True, "view": {"id": f"V{len(self.views)}"}}


async def _arguments(request: web.Request) -> Json:
    if request.content_type == "application/json":
        found: Json = await request.json()
        return found
    return {**request.query, **{key: str(value) for key, value in (await request.post()).items()}}


@asynccontextmanager
async def fake_slack() -> AsyncIterator[FakeSlack]:
    """The fake, listening until the end of the block."""
    fake = FakeSlack()
    app = web.Application()
    app.router.add_route("*", "/api/{method}", fake.handle)
    app.router.add_post("/hook/1", fake.hook)
    async with TestServer(app, host="127.0.0.1") as server:
        fake.url = str(server.make_url("/api/"))
        yield fake
