"""The one aiohttp server: health and metrics, and the routes of every connected platform."""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping

from aiohttp import web
from aiohttp.typedefs import Middleware

from bot.platform import Platform
from cases.errors import CannotStart

Ready = Callable[[], Awaitable[dict[str, str]]]
Live = Callable[[], dict[str, str]]
Numbers = Callable[[], Awaitable[bytes]]
BODY_LIMIT = 1_000_000  # bytes; Slack and Teams send far less
BODY_SECONDS = 20.0  # for a whole body; Slack gives up after 3 s and Teams after 15
HEAD_SECONDS = 75.0  # for a connection that says nothing whole, before or between requests
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


def doors(
    platforms: Mapping[str, Platform], host: str, *, sample: bool, alone: bool, public: bool = False
) -> list[Platform]:
    """The platforms that get routes. Where the pages have an address (`public`), people sign in.

    The page without login is for a loopback address only, and acts as people of the sample company
    and for nobody else (decision 31). `alone`: `run`, which is there to show it, raises
    CannotStart instead of leaving it out.
    """
    if public:
        return list(platforms.values())
    if sample and is_loopback(host):
        return list(platforms.values())
    if sample and alone:
        raise CannotStart("open_page", host=host)
    return [platform for name, platform in platforms.items() if name != "web"]


def is_loopback(host: str) -> bool:
    """True for an address that only this machine reaches."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def make_app(
    platforms: Iterable[Platform],
    ready: Ready,
    started: float | None = None,
    *,
    live: Live = dict,
    numbers: Numbers | None = None,
) -> web.Application:
    """The application. `ready` and `live` give what is wrong; `numbers` is the text of /metrics."""
    app = web.Application(client_max_size=BODY_LIMIT, middlewares=[impatient(BODY_SECONDS)])
    app.add_routes(_health(ready, live, started or time.monotonic()))
    if numbers is not None:
        app.add_routes([_metrics(numbers)])
    for platform in platforms:
        platform.prepare(app)
        app.add_routes(platform.routes())
    return app


def impatient(seconds: float) -> Middleware:
    """Cuts the connection of a body that drips: aiohttp itself would wait for it for ever."""

    @web.middleware
    async def hurried(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if request.content.is_eof():
            return await handler(request)
        cut = asyncio.get_running_loop().call_later(seconds, _cut, request)
        try:
            return await handler(request)
        finally:
            cut.cancel()

    return hurried


def _cut(request: web.Request) -> None:
    if request.transport is not None and not request.content.is_eof():
        request.transport.abort()


def _health(ready: Ready, live: Live, begun: float) -> list[web.RouteDef]:
    async def is_live(_request: web.Request) -> web.Response:
        """The process answers, and its loop turns."""
        wrong = live()
        seconds = round(time.monotonic() - begun, 1)
        found = {"live": not wrong, "seconds": seconds} | ({"wrong": wrong} if wrong else {})
        return web.json_response(found, status=503 if wrong else 200)

    async def is_ready(_request: web.Request) -> web.Response:
        """Everything that it needs answers too; otherwise 503 with the reasons."""
        wrong = await ready()
        return web.json_response({"ready": not wrong, "wrong": wrong}, status=503 if wrong else 200)

    return [web.get("/live", is_live), web.get("/ready", is_ready)]


def _metrics(numbers: Numbers) -> web.RouteDef:
    async def page(_request: web.Request) -> web.Response:
        """What Prometheus reads; 503 while the database cannot be asked."""
        try:
            return web.Response(body=await numbers(), headers={"Content-Type": PROMETHEUS})
        except Exception as error:
            return web.Response(status=503, text=f"# {type(error).__name__}\n")

    return web.get("/metrics", page)
