"""Bolt's part: routes a kept event to the desk and carries out what a screen has to do at once.

The door has verified and committed the event before it comes here, so Bolt verifies nothing,
calls no auth.test and answers nobody.
"""

from __future__ import annotations

import logging
import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.conversation.events import Open, Replace, Reply, Say
from bot.platform import Desk, Kept
from bot.slack import answers, blocks, client
from bot.slack.read import Raw, read
from bot.views.elements import Card

log = logging.getLogger(__name__)
_ANY = re.compile(".*", re.DOTALL)
_TOO_LATE = ("expired_trigger_id", "exchanged_trigger_id", "trigger_expired", "invalid_trigger_id")


def bolt(desk: Desk, api_url: str = client.API_URL) -> AsyncApp:
    """The AsyncApp whose listeners hand kept events to the desk."""

    async def authorize(context: AsyncBoltContext, team_id: str | None) -> AuthorizeResult:
        kept: Kept = context["kept"]
        found = await desk.credentials(kept.workspace_id, kept.company_id)
        return AuthorizeResult(
            enterprise_id=context.enterprise_id,
            team_id=team_id,
            bot_token=found["token"],
            bot_user_id=found.get("bot_user"),
        )

    async def handle(body: Raw, context: AsyncBoltContext, ack: AsyncAck) -> None:
        await ack()  # the door has answered already; Bolt only wants to hear it
        for reply in await desk.handle(context["kept"]):
            await carry_out(context.client, body, reply, context["kept"])

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


async def carry_out(api: AsyncWebClient, raw: Raw, reply: Reply, kept: Kept) -> None:
    """Shows what the desk answered with, on the screen that the event came from if it has one."""
    match reply:
        case Open():
            await _open(api, raw, reply.card, kept)
        case Replace():
            await _replace(api, raw, reply.card, kept)
        case Say():
            await _say(api, raw, reply.card, kept)


def _register(app: AsyncApp, handle: Any) -> None:
    for event in ("message", "app_mention", "app_home_opened", "reaction_added"):
        app.event(event)(handle)
    app.action(_ANY)(handle)
    app.view(_ANY)(handle)
    app.command(_ANY)(handle)
    app.shortcut(_ANY)(handle)


async def _failed(error: Exception) -> None:
    """Only the kind of error is logged: its text may quote a message."""
    log.error("slack event failed: %s %s", type(error).__name__, answers.code(error))


async def _open(api: AsyncWebClient, raw: Raw, card: Card, kept: Kept) -> None:
    trigger = raw.get("trigger_id")
    if not trigger:  # a plain message opens no screen: the form is the answer
        return await _say(api, raw, card, kept)
    if _pressed_in_view(raw):
        return await _renew(api, raw, card)
    try:
        await api.views_open(trigger_id=trigger, view=_form(raw, card))
    except SlackApiError as error:
        if answers.code(error) not in _TOO_LATE:
            raise
        await _say(api, raw, card, kept)


async def _replace(api: AsyncWebClient, raw: Raw, card: Card, kept: Kept) -> None:
    receipt = getattr(read(raw), "card", "")
    if _pressed_in_view(raw):
        await _renew(api, raw, card)
    elif receipt:
        await client.update(api, receipt, blocks.payload(card))
    else:
        await _say(api, raw, card, kept)


async def _renew(api: AsyncWebClient, raw: Raw, card: Card) -> None:
    await api.views_update(view_id=raw["view"]["id"], view=_form(raw, card))


async def _say(api: AsyncWebClient, raw: Raw, card: Card, kept: Kept) -> None:
    place = getattr(read(raw), "place", None)
    if place:
        await client.post(api, place, blocks.payload(card), kept.event_id)


def _form(raw: Raw, card: Card) -> Raw:
    """The form, which remembers where its answer belongs."""
    event = read(raw)
    return blocks.modal(card, getattr(event, "place", None), getattr(event, "card", ""))


def _pressed_in_view(raw: Raw) -> bool:
    return raw.get("type") == "block_actions" and bool(raw.get("view"))
