"""POST /slack/events: verify, commit, acknowledge; then, and only then, Bolt does the work.

Slack waits 3 s and repeats on an error; the repeat header is never looked at, because a repeat
may be the only copy left. The unique external id is what makes an event count once.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from slack_bolt.async_app import AsyncApp

from bot.platform import Desk, Kept
from bot.slack import limits
from bot.slack.listeners import dispatch
from bot.slack.read import Raw, external_id, read, team

log = logging.getLogger(__name__)
PATH = "/slack/events"
_UNREADABLE = (KeyError, IndexError, TypeError, ValueError, AttributeError)


@dataclass(slots=True)
class Door:
    """The handler of the one Slack route, and the work that it started.

    `now` gives Unix seconds for the age of a signature.
    """

    secret: str
    desk: Desk
    app: AsyncApp
    now: Callable[[], float] = time.time
    lost: Callable[[], None] = lambda: None  # events went by: somebody should read the history
    _running: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        if not self.secret.strip():  # an empty secret would let anybody sign
            raise ValueError("the Slack signing secret is empty")

    async def receive(self, request: web.Request) -> web.StreamResponse:
        """200 after the commit; 401 forged or old, 400 unreadable, 413 too big, 500 not kept."""
        body = await _body(request)
        if not signed(self.secret, body, request.headers, self.now()):
            return web.Response(status=401)
        try:
            raw = parsed(body, request.content_type)
            if raw.get("type") == "url_verification":
                return web.json_response({"challenge": raw["challenge"]})
            wanted = read(raw) is not None
            ids = (team(raw), external_id(raw)) if wanted else ("", "")
        except _UNREADABLE:
            return web.Response(status=400)
        if raw.get("type") == "app_rate_limited":  # Slack sends no more events for a while
            self.lost()
        if not wanted:  # nothing to do, so nothing is stored of it
            return acknowledgement(raw)
        return await self._keep(request, raw, *ids)

    async def close(self) -> None:
        """Waits for the work that was started."""
        while self._running:
            await asyncio.gather(*self._running, return_exceptions=True)

    async def _keep(
        self, request: web.Request, raw: Raw, team_id: str, external: str
    ) -> web.StreamResponse:
        try:
            kept = await self.desk.keep("slack", team_id, external, raw)
        except Exception as error:
            # No traceback: it may quote the event.
            log.error("slack event not kept: %s", type(error).__name__)
            self.lost()
            return web.Response(status=500)
        answer = acknowledgement(raw)
        try:  # the ack leaves before the work starts, which may keep the processor busy
            await answer.prepare(request)
            await answer.write_eof()
        finally:
            if kept and kept.fresh:
                self._start(raw, kept)
        return answer

    def _start(self, raw: Raw, kept: Kept) -> None:
        task = asyncio.create_task(dispatch(self.app, raw, kept))
        self._running.add(task)  # asyncio itself holds tasks only weakly
        task.add_done_callback(self._running.discard)


def signed(secret: str, body: bytes, headers: Any, now: float) -> bool:
    """True for a v0 signature over these bytes, at most five minutes old or early."""
    stamp = headers.get("X-Slack-Request-Timestamp", "")
    given = headers.get("X-Slack-Signature", "")
    if not (stamp.isascii() and stamp.isdigit()) or abs(now - int(stamp)) > limits.CLOCK_SKEW:
        return False
    made = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256)
    return hmac.compare_digest(f"v0={made.hexdigest()}".encode(), given.encode("utf-8", "replace"))


def parsed(body: bytes, content_type: str) -> Raw:
    """The envelope: JSON (events), a form with `payload` (interactions) or a form (commands).

    ValueError for anything else.
    """
    if content_type == "application/json":
        return _object(body)
    form = dict(parse_qsl(body.decode(), keep_blank_values=True))
    if "payload" in form:
        return _object(form["payload"])
    if "command" not in form:
        raise ValueError("neither an event nor an interaction nor a command")
    return {name: form[name] for name in form if name != "token"}  # an old shared secret


def acknowledgement(raw: Raw) -> web.Response:
    """An empty 200; a form that was sent is closed with all its screens."""
    if raw.get("type") == "view_submission":
        return web.json_response({"response_action": "clear"})
    return web.Response()


def _object(text: bytes | str) -> Raw:
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError("not a JSON object")
    return {name: found[name] for name in found if name != "token"}


async def _body(request: web.Request) -> bytes:
    body = b""
    async for chunk in request.content.iter_chunked(65_536):
        body += chunk
        if len(body) > limits.BODY:
            raise web.HTTPRequestEntityTooLarge(limits.BODY, len(body))
    return body
