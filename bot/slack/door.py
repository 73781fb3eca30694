"""The door of Slack: read, commit, acknowledge; then, and only then, Bolt does the work.

`Intake` is that order, whatever way an envelope comes; `Door` is POST /slack/events, which verifies
signatures (bot/slack/socket.py is the other way in). Slack waits 3 s and repeats on an error; the
repeat header is never looked at, because a repeat may be the only copy left. The unique external
id is what makes an event count once.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from slack_bolt.async_app import AsyncApp

from bot.platform import Desk, Kept
from bot.slack import limits
from bot.slack.acks import acknowledgement
from bot.slack.listeners import dispatch
from bot.slack.parting import organisation
from bot.slack.read import Raw, external_id, read, team
from bot.slack.typed import Typed
from cases.text import whole_number

log = logging.getLogger(__name__)
PATH = "/slack/events"
Acknowledge = Callable[[Raw | None], Awaitable[None]]
_UNREADABLE = (KeyError, IndexError, TypeError, ValueError, AttributeError)


class Unreadable(Exception):
    """What came is no envelope of Slack's; sending it again changes nothing."""


class NotKept(Exception):
    """The event could not be committed: it must not be acknowledged, so that it comes again."""


@dataclass(slots=True)
class Intake:
    """Takes verified envelopes, and holds the work that they started."""

    desk: Desk
    app: AsyncApp
    lost: Callable[[], None] = lambda: None  # events went by: somebody should read the history
    typed: Typed = field(default_factory=Typed)
    _running: set[asyncio.Task[None]] = field(default_factory=set)

    async def take(self, raw: Raw, acknowledge: Acknowledge) -> None:
        """Reads, keeps, acknowledges, starts, in this order.

        `acknowledge` gets the body of the answer, None for an empty one. It is not called where
        this raises Unreadable or NotKept.
        """
        try:
            raw = self.typed.followed(raw)
            wanted = read(raw) is not None
            places, external = (_places(raw), external_id(raw)) if wanted else ((), "")
        except _UNREADABLE:
            raise Unreadable from None
        if raw.get("type") == "app_rate_limited":  # Slack sends no more events for a while
            self.lost()
        # When there is nothing to do, nothing is stored of it.
        kept = await self._keep(raw, places, external) if wanted else None
        try:  # the ack leaves before the work starts, which may keep the processor busy
            await acknowledge(acknowledgement(raw))
        finally:
            if kept and kept.fresh:
                self._start(raw, kept)

    async def close(self) -> None:
        """Waits for the work that was started."""
        while self._running:
            await asyncio.gather(*self._running, return_exceptions=True)

    async def _keep(self, raw: Raw, places: tuple[str, ...], external: str) -> Kept | None:
        """The row of the workspace, else of its organisation: it may be installed for all of it."""
        try:
            for place in places:
                kept = await self.desk.keep("slack", place, external, raw)
                if kept is not None:
                    return kept
        except Exception as error:
            # No traceback: it may quote the event.
            log.error("slack event not kept: %s", type(error).__name__)
            self.lost()
            raise NotKept from None
        return None

    def _start(self, raw: Raw, kept: Kept) -> None:
        task = asyncio.create_task(dispatch(self.app, raw, kept))
        self._running.add(task)  # asyncio itself holds tasks only weakly
        task.add_done_callback(self._running.discard)


@dataclass(slots=True)
class Door:
    """The handler of the one Slack route. `now` gives Unix seconds for the age of a signature."""

    secret: str
    intake: Intake
    now: Callable[[], float] = time.time

    def __post_init__(self) -> None:
        if not self.secret.strip():  # an empty secret would let anybody sign
            raise ValueError("the Slack signing secret is empty")

    async def receive(self, request: web.Request) -> web.StreamResponse:
        """200 after the commit; 401 forged or old, 400 unreadable, 413 too big, 500 not kept."""
        body = await _body(request)
        if not signed(self.secret, body, request.headers, self.now()):
            return web.Response(status=401)
        answer = web.Response()

        async def acknowledge(found: Raw | None) -> None:
            nonlocal answer
            answer = web.Response() if found is None else web.json_response(found)
            await answer.prepare(request)
            await answer.write_eof()

        try:
            raw = parsed(body, request.content_type)
            if raw.get("type") == "url_verification":
                return web.json_response({"challenge": raw["challenge"]})
            await self.intake.take(raw, acknowledge)
        except (Unreadable, KeyError, ValueError, RecursionError):
            return web.Response(status=400)
        except NotKept:
            return web.Response(status=500)
        return answer


def signed(secret: str, body: bytes, headers: Any, now: float) -> bool:
    """True for a v0 signature over these bytes, at most five minutes old or early."""
    stamp = headers.get("X-Slack-Request-Timestamp", "")
    given = headers.get("X-Slack-Signature", "")
    moment = whole_number(stamp)
    if moment is None or abs(now - moment) > limits.CLOCK_SKEW:
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
    return without_token(form)


def without_token(raw: Raw) -> Raw:
    """The envelope without `token`, an old shared secret that nobody needs."""
    return {name: raw[name] for name in raw if name != "token"}


def _places(raw: Raw) -> tuple[str, ...]:
    """Where the envelope may belong: its workspace, and the organisation around it.

    Where it names no workspace, only the organisation: the person's own may be another customer.
    """
    around = organisation(raw)
    if around and raw.get("team", "") is None:
        return (around,)
    return tuple(dict.fromkeys((team(raw), around or team(raw))))


def _object(text: bytes | str) -> Raw:
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError("not a JSON object")
    return without_token(found)


async def _body(request: web.Request) -> bytes:
    body = b""
    async for chunk in request.content.iter_chunked(65_536):
        body += chunk
        if len(body) > limits.BODY:
            raise web.HTTPRequestEntityTooLarge(limits.BODY, len(body))
    return body
