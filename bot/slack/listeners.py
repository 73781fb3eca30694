"""Bolt's part: routes a kept event to the desk, whose answers bot/slack/screen.py shows.

The door has verified and committed the event before it comes here, so Bolt verifies nothing,
calls no auth.test and answers nobody.
"""

from __future__ import annotations

import logging
import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult

from bot.platform import Desk, Kept
from bot.slack import answers, client
from bot.slack.home import Homes
from bot.slack.read import Raw
from bot.slack.screen import answer

log = logging.getLogger(__name__)
_ANY = re.compile(".*", re.DOTALL)


def bolt(desk: Desk, api_url: str = client.API_URL) -> AsyncApp:
    """The AsyncApp whose listeners hand kept events to the desk."""

    async def authorize(context: AsyncBoltContext, team_id: str | None) -> AuthorizeResult:
        kept: Kept = context["kept"]
        found = await desk.credentials(kept.workspace_id, kept.company_id)
        return AuthorizeResult(
            enterprise_id=context.enterprise_id,
            team_id=team_id,
            bot_token=found.get("token"),  # none where it was uninstalled
            bot_user_id=found.get("bot_user"),
        )

    async def handle(body: Raw, context: AsyncBoltContext, ack: AsyncAck) -> None:
        await ack()  # the door has answered already; Bolt only wants to hear it
        await answer(context.client, body, context["kept"], desk)
        await homes.follow(context.client, body, context["kept"])

    homes = Homes(desk)
    app = AsyncApp(
        name="hitotsubu",
        logger=client.SILENT,
        client=client.web_client(None, api_url),
        authorize=authorize,
        request_verification_enabled=False,
        ssl_check_enabled=False,
        url_verification_enabled=False,
        process_before_response=True,  # the listener ends inside dispatch, so shutdown can wait
    )
    _register(app, handle)
    app.error(_failed)
    return app


async def dispatch(app: AsyncApp, raw: Raw, kept: Kept) -> None:
    """Runs the listeners on a kept event; an error is logged and the inbox tries again."""
    # Not "http": that mode wants the raw body again, to verify it again.
    request = AsyncBoltRequest(body=raw, mode="socket_mode", context={"kept": kept})
    await app.async_dispatch(request)


def _register(app: AsyncApp, handle: Any) -> None:
    app.event(_ANY)(handle)
    app.action(_ANY)(handle)
    app.view(_ANY)(handle)
    app.view_closed(_ANY)(handle)
    app.command(_ANY)(handle)
    app.shortcut(_ANY)(handle)


async def _failed(error: Exception) -> None:
    """Only the kind of error is logged: its text may quote a message."""
    log.error("slack event failed: %s %s", type(error).__name__, answers.code(error))
