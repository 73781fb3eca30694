"""Slack as one of the bot's platforms: the door in, the Web API out."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.conversation.events import Aside, Attached, Detached, Event, Post
from bot.platform import Desk
from bot.slack import answers, asides, attached, blocks, client, overheard, people
from bot.slack.condition import Condition
from bot.slack.door import PATH, Door, Intake
from bot.slack.gap_fill import Place, missed
from bot.slack.installs import Installer
from bot.slack.listeners import bolt, dispatch
from bot.slack.read import external_id, read
from bot.slack.socket import Socket
from bot.views.elements import Card
from bot.views.words import say


class SlackPlatform:
    """Implements bot.platform.Platform.

    `credentials` are `{"token": "xoxb-…", "bot_user": "U…"}`; an address is `{"channel", "user"}`,
    of which one is enough; a receipt is `channel/ts`.
    """

    name = "slack"

    def __init__(
        self,
        desk: Desk,
        signing_secret: str,
        api_url: str = client.API_URL,
        now: Callable[[], float] = time.time,
        *,
        app_token: str = "",
        installer: Installer | None = None,
        condition: Condition | None = None,
    ) -> None:
        self._api_url = api_url
        self._now = now
        self._desk = desk
        self._intake = Intake(desk, bolt(desk, api_url))
        wants_door = signing_secret or not app_token
        self._door = Door(signing_secret, self._intake, now) if wants_door else None
        self._installer = installer
        self._condition = condition
        self._socket = Socket(app_token, self._intake, api_url) if app_token else None

    def on_gap(self, ask: Callable[[], None]) -> None:
        """`ask` is called when events were lost: not kept, or not sent by Slack."""
        self._intake.lost = ask

    def prepare(self, app: web.Application) -> None:
        """Nothing: the routes are all it has."""

    def routes(self) -> list[web.RouteDef]:
        """POST /slack/events unless Socket Mode stands alone; the pages of OAuth where it is on."""
        events = [web.post(PATH, self._door.receive)] if self._door else []
        return events + (self._installer.routes() if self._installer else [])

    async def start(self) -> None:
        """Connects Socket Mode where an app-level token is set; signed HTTP needs nothing."""
        if self._socket:
            self._socket.start()

    async def close(self) -> None:
        """Takes nothing more from the socket, and waits until what was acknowledged is handled."""
        if self._socket:
            await self._socket.close()
        await self._intake.close()

    def wrong(self) -> dict[str, str]:
        """What keeps events from coming in, for /ready and 状態."""
        return {"slack_socket": self._socket.wrong} if self._socket and self._socket.wrong else {}

    async def renew(self) -> None:
        """The round that renews tokens before they end."""
        if self._installer:
            await self._installer.renew()

    async def rows(self, company_id: str, locale: str) -> list[tuple[str, str]]:
        """Slack's rows of 状態 for a company, as label and value."""
        found = []
        if self._socket is not None:
            wrong = self._socket.wrong
            away = say(locale, "slack.socket_away", code=wrong)
            found.append((say(locale, "slack.socket"), away if wrong else say(locale, "slack.on")))
        return found + (await self._condition.rows(company_id, locale) if self._condition else [])

    def read(self, raw: dict[str, Any]) -> Event | Detached | None:
        """A kept event as a neutral one; None when there is nothing to do for it."""
        return read(raw)

    def render(self, card: Card, aside: Aside | None = None) -> bytes:
        """The message as JSON: plain text fallback and blocks, within Slack's limits."""
        return asides.payload(card, aside, self._now()) if aside else blocks.payload(card)

    async def send(
        self, credentials: dict[str, Any], address: dict[str, Any], payload: bytes, key: str
    ) -> str:
        """One POST. Raises DeliveryFailed or DeliveryUnknown."""
        return await client.post(self._api(credentials), address, payload, key, self._now())

    async def replace(
        self, credentials: dict[str, Any], address: dict[str, Any], receipt: str, payload: bytes
    ) -> None:
        """Updates a message that was sent; safe to repeat. The receipt alone says where it is."""
        await client.update(self._api(credentials), receipt, payload)

    async def look_back(
        self,
        credentials: dict[str, Any],
        address: dict[str, Any],
        payload: bytes,
        key: str,
        since: float,
    ) -> list[str] | None:
        """Receipts with `key` in the room's history, oldest first; None without the scope."""
        return await client.find(self._api(credentials), address, payload, key, since)

    async def remove(self, credentials: dict[str, Any], receipt: str) -> None:
        """Deletes an extra copy; one that is gone already is no error."""
        await client.delete(self._api(credentials), receipt)

    async def email_of(self, credentials: dict[str, Any], user: str) -> str | None:
        """The user's e-mail; empty where it cannot be read; None for guests and other companies."""
        homes = people.homes(credentials.get("team"), credentials.get("enterprise"))
        return await client.email(self._api(credentials), user, homes)

    async def post(self, credentials: dict[str, Any], source: str) -> Post | None:
        """bot.platform.Quotes: a message of a channel, by its source."""
        return await overheard.post(self._api(credentials), source)

    async def fetch(self, credentials: dict[str, Any], file: Attached) -> bytes:
        """bot.platform.Reaches: the bytes of a file. Raises NotFetched."""
        return await attached.fetch(credentials["token"], self._api_url, file)

    async def room_name(self, credentials: dict[str, Any], room: str) -> str | None:
        """bot.platform.Reaches: a channel's name; None where the bot is not in it."""
        return await client.room_name(self._api(credentials), room)

    async def shared(self, credentials: dict[str, Any], room: str) -> bool | None:
        """bot.platform.Reaches: whether a channel is one of Slack Connect; None: unknown."""
        return await client.shared(self._api(credentials), room)

    async def reread(
        self, credentials: dict[str, Any], team: str, room: str, oldest: float, *, direct: bool
    ) -> str | None:
        """bot.platform.Rereads: messages go through the inbox like events, one after the other."""
        place = Place(team, room, direct, str(credentials.get("bot_user") or ""))
        found = await missed(self._api(credentials), place, f"{max(oldest, 0.0):.6f}")
        if found is None:
            return None
        for raw in found:
            if read(raw) is None:
                continue
            kept = await self._desk.keep("slack", team, external_id(raw), raw)
            if kept is not None and kept.fresh:
                await dispatch(self._intake.app, raw, kept)
        return str(found[-1]["event"]["ts"]) if found else ""

    def _api(self, credentials: dict[str, Any]) -> AsyncWebClient:
        token = credentials.get("token")
        if not token:  # it was uninstalled
            raise answers.no_token()
        return client.web_client(token, self._api_url)
