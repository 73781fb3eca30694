"""The one aiohttp server: health routes, and the routes of every connected platform."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable

from aiohttp import web

from bot.platform import Platform

Ready = Callable[[], Awaitable[dict[str, str]]]
BODY_LIMIT = 1_000_000  # bytes; Slack and Teams send far less


def make_app(
    platforms: Iterable[Platform], ready: Ready, started: float | None = None
) -> web.Application:
    """The application. `ready` gives what is wrong, empty when nothing is."""
    app = web.Application(client_max_size=BODY_LIMIT)
    begun = started or time.monotonic()

    async def live(_request: web.Request) -> web.Response:
        """The process answers."""
        return web.json_response({"live": True, "seconds": round(time.monotonic() - begun, 1)})

    async def is_ready(_request: web.Request) -> web.Response:
        """Everything that it needs answers too; otherwise 503 with the reasons."""
        wrong = await ready()
        return web.json_response({"ready": not wrong, "wrong": wrong}, status=503 if wrong else 200)

    app.add_routes([web.get("/live", live), web.get("/ready", is_ready)])
    for platform in platforms:
        platform.prepare(app)
        app.add_routes(platform.routes())
    return app
