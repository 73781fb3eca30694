"""What the bot says in Teams: messages into stored conversations, updates, first contacts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from bot.teams.activities import CHANNEL, addressed, message_of, receipt_of
from bot.teams.answers import DeliveryFailed, DeliveryUnknown
from bot.teams.cloud import Cloud, TeamsApp, complete, trusted
from bot.teams.connector import Connector

Json = dict[str, Any]


class Outgoing:
    """Calls to the Connector of a conversation reference, each with the app of its tenant."""

    def __init__(self, apps: Iterable[TeamsApp], cloud: Cloud) -> None:
        self._cloud = cloud
        self._apps: dict[str, TeamsApp] = {}  # by tenant
        for app in apps:
            self.know(app)
        self._connector = Connector(cloud)

    def know(self, app: TeamsApp) -> None:
        """Takes an app, or its new secret. Raises ValueError for one without an id or a secret."""
        if not complete(app):
            raise ValueError("a Teams app needs its app id, tenant id and secret")
        self._apps[app.tenant_id] = app

    async def send(self, ref: Json, activity: Json) -> str:
        """Posts a message into the conversation and gives its receipt, `room/message`.

        Raises DeliveryFailed or DeliveryUnknown by the classes of platforms.md §4.
        """
        found = await self._connector.call(
            self._app(ref), "POST", self._address(ref), addressed(ref, activity)
        )
        return receipt_of(ref, found)

    async def update(self, ref: Json, receipt: str, activity: Json) -> None:
        """Puts new content in the place of a message; safe to repeat. Raises like `send`."""
        message_id = message_of(ref, receipt)
        url = f"{self._address(ref)}/{quote(message_id, safe='')}"
        body = addressed(ref, activity) | {"id": message_id}
        await self._connector.call(self._app(ref), "PUT", url, body)

    async def open_personal(self, tenant_id: str, user: str) -> Json:
        """The reference of the 1:1 chat with a person, by Teams user id or Entra object id.

        The app must be installed for the person. Raises like `send`.
        """
        ref: Json = {
            "serviceUrl": self._cloud.service_url,
            "channelId": CHANNEL,
            "conversation": {"id": "", "tenantId": tenant_id, "conversationType": "personal"},
            "user": {"id": user, "aadObjectId": user},
        }
        app = self._app(ref)
        bot = {"id": f"28:{app.app_id}"}
        body = {
            "bot": bot,
            "members": [{"id": user}],
            "isGroup": False,
            "tenantId": tenant_id,
            "channelData": {"tenant": {"id": tenant_id}},
        }
        url = f"{self._service(ref)}/v3/conversations"
        room = await self._connector.call(app, "POST", url, body)
        return ref | {"bot": bot, "conversation": ref["conversation"] | {"id": room}}

    async def reached(self, tenant_id: str, address: Json) -> Json:
        """The reference of an address: itself, a room's by its id, or a person's 1:1 chat.

        The chat is opened, which gives the same one each time and sends nothing. Raises
        DeliveryFailed where there is nobody to write to, or the app is not installed for them.
        """
        room, user = address.get("conversation") or {}, address.get("user") or {}
        if room.get("id"):
            return address
        if address.get("channel"):
            return self._room(tenant_id, str(address["channel"]))
        named = user if isinstance(user, str) else user.get("id") or user.get("aadObjectId")
        if not named:
            raise DeliveryFailed("no_address", permanent=True)
        try:
            return await self.open_personal(tenant_id, str(named))
        except DeliveryUnknown as error:  # nothing was sent yet
            raise DeliveryFailed(error.reason, http_status=error.http_status) from error

    async def outsiders(self, tenant_id: str, room: str) -> bool:
        """Whether guests or people of other tenants are in a room. Raises like `send`."""
        ref = self._room(tenant_id, room)
        url = f"{self._service(ref)}/v3/conversations/{quote(room, safe='')}/pagedmembers"
        more = ""
        while True:
            page = await self._connector.look(self._app(ref), f"{url}?pageSize=500{more}")
            rows = page.get("members")
            if not isinstance(rows, list):
                raise DeliveryFailed("no_members")
            if any(_outside(row, tenant_id) for row in rows):
                return True
            if not page.get("continuationToken"):
                return False
            more = f"&continuationToken={quote(str(page['continuationToken']), safe='')}"

    async def person(self, ref: Json) -> Json:
        """Name, email and userRole of the person of a 1:1 chat. Raises like `send`."""
        room, user = (quote(ref[name]["id"], safe="") for name in ("conversation", "user"))
        url = f"{self._service(ref)}/v3/conversations/{room}/members/{user}"
        return await self._connector.look(self._app(ref), url)

    async def close(self) -> None:
        """Closes the connections."""
        await self._connector.close()

    def _room(self, tenant_id: str, room: str) -> Json:
        """The reference of a group chat or channel of which only the id is known."""
        ref: Json = {
            "serviceUrl": self._cloud.service_url,
            "channelId": CHANNEL,
            "conversation": {"id": room, "tenantId": tenant_id, "conversationType": "channel"},
            "user": {"id": "", "aadObjectId": ""},
        }
        return ref | {"bot": {"id": f"28:{self._app(ref).app_id}"}}

    def _app(self, ref: Json) -> TeamsApp:
        app = self._apps.get(str(ref["conversation"]["tenantId"]).lower())
        if app is None:
            raise DeliveryFailed("unknown_tenant", permanent=True)
        return app

    def _service(self, ref: Json) -> str:
        """The service URL, checked again: a stored reference may be older than the list."""
        url = ref["serviceUrl"]
        if not trusted(url, self._cloud):
            raise DeliveryFailed("untrusted_service", permanent=True)
        return str(url).rstrip("/")

    def _address(self, ref: Json) -> str:
        room = quote(ref["conversation"]["id"], safe="")
        return f"{self._service(ref)}/v3/conversations/{room}/activities"


def _outside(row: object, tenant_id: str) -> bool:
    """True for a guest, for somebody of another tenant, and for who is not described."""
    if not isinstance(row, dict) or row.get("userRole") in ("guest", "anonymous"):
        return True
    home = row.get("tenantId")
    return bool(home) and str(home).lower() != tenant_id
