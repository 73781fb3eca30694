"""Microsoft Teams as one of the bot's platforms."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from aiohttp import web

from bot.conversation.events import Aside, Attached, Event, NotFetched
from bot.platform import Desk
from bot.teams import cards, limits
from bot.teams.answers import DeliveryFailed, DeliveryUnknown
from bot.teams.cloud import Cloud, TeamsApp, app_of, complete, lacking
from bot.teams.door import Answer, Door
from bot.teams.extension import Box
from bot.teams.read import read
from bot.teams.transport import Transport
from bot.views.elements import Card
from cases.errors import CannotStart

Json = dict[str, Any]

PATH = "/api/messages"


class TeamsPlatform:
    """Teams for all workspaces that have it. `apps` are the registrations on their rows.

    While one of them lacks its app id the server does not start, and the route is not mounted:
    nothing can be forged into a door that is not there. Sending does not depend on the route.
    """

    name = "teams"

    def __init__(
        self,
        desk: Desk,
        apps: Iterable[TeamsApp],
        *,
        cloud: Cloud | None = None,
        box: Box | None = None,
        invoke_seconds: float = limits.INVOKE_SECONDS,
    ) -> None:
        self._apps = list(apps)
        self._door = Door(desk, box, invoke_seconds=invoke_seconds)
        usable = [app for app in self._apps if complete(app)]
        self.transport = Transport(usable, self._take, cloud or Cloud())

    def prepare(self, app: web.Application) -> None:
        """Raises CannotStart while a workspace lacks its app id, tenant id or secret."""
        for one in self._apps:
            if missing := lacking(one):
                raise CannotStart(
                    "teams_lacks", tenant=one.tenant_id or "?", what=", ".join(missing)
                )

    def routes(self) -> list[web.RouteDef]:
        """POST /api/messages, or nothing while a Teams workspace lacks its app id."""
        whole = bool(self._apps) and all(map(complete, self._apps))
        return [web.post(PATH, self._post)] if whole else []

    def read(self, raw: Json) -> Event | None:
        """A kept activity as a neutral event; None when there is nothing to do for it."""
        return read(raw)

    def render(self, card: Card, aside: Aside | None = None) -> bytes:
        """The card as a message activity in UTF-8 JSON, at most `limits.PAYLOAD_BYTES`.

        What belongs beside others says where: everybody there reads it.
        """
        made = cards.message(card)
        if aside and aside.get("room"):
            made["place"] = aside["room"]
        return json.dumps(made, ensure_ascii=False).encode()

    async def send(self, credentials: Json, address: Json, payload: bytes, key: str) -> str:
        """Posts once and gives the receipt, `room/activity`. Teams has no place for `key`.

        `credentials` are `app_id`, `tenant_id` and `secret`; `address` is a conversation
        reference, of which only the own tenant's are served; `{"channel"}` a room's id; or
        `{"user"}` somebody whose 1:1 chat is not known yet.
        """
        app, activity = self._known(credentials), json.loads(payload)
        place = activity.pop("place", None) or address
        ref = await self.transport.reached(app.tenant_id, place)
        self._check(app, ref)
        return await self.transport.send(ref, activity)

    async def replace(self, credentials: Json, address: Json, receipt: str, payload: bytes) -> None:
        """Puts new bytes in the place of a message that was sent; safe to repeat."""
        app, activity = self._known(credentials), json.loads(payload)
        place = activity.pop("place", None) or address
        ref = await self.transport.reached(app.tenant_id, place)
        self._check(app, ref)
        await self.transport.update(ref, receipt, activity)

    async def look_back(
        self, credentials: Json, address: Json, payload: bytes, key: str, since: float
    ) -> list[str] | None:
        """None: reading history needs Microsoft Graph, which the bot does not ask for."""
        return None

    async def remove(self, credentials: Json, receipt: str) -> None:
        """Refuses: copies are only found in a history, which cannot be read here."""
        raise DeliveryFailed("no_history", permanent=True)

    async def email_of(self, credentials: Json, user: str) -> str:
        """The person's e-mail in the tenant; empty for a guest, or where it cannot be read."""
        app = self._known(credentials)
        try:
            person = await self.transport.person(
                await self.transport.open_personal(app.tenant_id, user)
            )
        except (DeliveryFailed, DeliveryUnknown):
            return ""
        guest = person.get("userRole") == "guest"  # their address is not of this company's making
        return "" if guest else str(person.get("email") or person.get("userPrincipalName") or "")

    async def fetch(self, credentials: Json, file: Attached) -> bytes:
        """bot.platform.Reaches: refuses, files of Teams are not opened."""
        raise NotFetched("failed")

    async def room_name(self, credentials: Json, room: str) -> str | None:
        """bot.platform.Reaches: empty, Teams tells names with its events only."""
        return ""

    async def shared(self, credentials: Json, room: str) -> bool | None:
        """bot.platform.Reaches: whether guests or another company read along; None: unknown."""
        app = self._known(credentials)
        try:
            return await self.transport.outsiders(app.tenant_id, room)
        except (DeliveryFailed, DeliveryUnknown):
            return None

    async def start(self) -> None:
        """Fetches the signing keys, so that the first activity need not wait for them."""
        await self.transport.warm()

    async def close(self) -> None:
        """Waits for what was taken, then closes the connections."""
        await self._door.finish()
        await self.transport.close()

    def _check(self, app: TeamsApp, ref: Json) -> None:
        if str(ref["conversation"].get("tenantId")).lower() != app.tenant_id:
            raise DeliveryFailed("foreign_tenant", permanent=True)

    def _known(self, credentials: Json) -> TeamsApp:
        app = app_of(credentials)
        if not complete(app):
            raise DeliveryFailed("app_incomplete", workspace_wide=True)
        self.transport.know(app)
        return app

    async def _take(self, tenant: str, raw: Json) -> Answer:
        return await self._door.take(self.transport, tenant, raw)

    async def _post(self, request: web.Request) -> web.Response:
        status, body = await self.transport.handle(request.headers, await request.read())
        if body is None:
            return web.Response(status=status)
        return web.json_response(body, status=status)
