"""Slack's host of files on loopback: it wants the bot's token and the scope, else its sign-in."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

from aiohttp import web

from tests.fakes.slack_state import Workspace

Json = dict[str, Any]


def serve(slack: Workspace, app: web.Application) -> None:
    """Adds the route; a file is there once `shared` made its object."""

    async def handle(request: web.Request) -> web.Response:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if "files:read" not in slack.grants.get(token, ()):
            return web.Response(status=302, headers={"Location": "https://hibiki.slack.com/?redir"})
        data = slack.files.get(request.match_info["name"])
        return web.Response(body=data) if data is not None else web.Response(status=404)

    app.router.add_get("/files-pri/{name}", handle)


def shared(slack: Any, name: str, data: bytes) -> Json:
    """The file object of a `file_share` message."""
    slack.files[name] = data
    url = urljoin(slack.url, f"/files-pri/{name}")
    return {
        "id": "F0ROSTER",
        "name": name,
        "filetype": "csv",
        "size": len(data),
        "url_private": url,
        "url_private_download": url,
    }
