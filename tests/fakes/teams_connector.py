"""A small, strict Microsoft: signing keys, login and Bot Connector on one local server.

What the Connector allows is in `teams_rooms`, what a card may hold in `teams_cards`.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import jwt
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from bot.teams.cloud import Cloud, TeamsApp
from tests.fakes.teams_rooms import Refused, Rooms

Json = dict[str, Any]

ISSUER = "https://api.botframework.com"
TENANT = "11111111-2222-3333-4444-555555555555"
APP = TeamsApp("aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", TENANT, "app-secret")
SATO = "99999999-0000-1111-2222-333333333333"
ROOM, CHANNEL = "a:room", "19:kobe"


@cache
def rsa_key(name: str) -> rsa.RSAPrivateKey:
    """A key of that name, made once for all tests: each costs a tenth of a second."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class FakeMicrosoft:
    """Records what is sent. `script` holds odd answers for the next calls of the Connector.

    `rooms` says what is allowed; `shown` is every new or changed message: room, id, activity.
    """

    def __init__(self) -> None:
        self.kid = "key-1"
        self.key = rsa_key(self.kid)
        self.endorsements = ["msteams", "webchat"]
        self.sent: list[Json] = []  # messages that arrived, in order
        self.updated: dict[str, Json] = {}
        self.shown: list[tuple[str, str, Json]] = []
        self.rooms = Rooms(f"28:{APP.app_id}")
        self.tokens: set[str] = set()
        self.opened: list[Json] = []
        self.tried: list[tuple[str, str]] = []  # method and path of each Connector call
        self.script: list[tuple[int, dict[str, str], bytes] | str] = []
        self.person = {"email": "sato@example.jp", "userRole": "user"}
        self.people: list[Json] = []  # who is in every group
        self.logins = 0
        self.login_status = 200
        self.key_loads = 0
        self.keys_down = False
        self.silence = asyncio.Event()
        self.url = ""

    def token(self, /, *, headers: Json | None = None, key: Any = None, **claims: Any) -> str:
        """A Bearer header as Teams sends it; a claim of None is left out."""
        now = int(time.time())
        payload = {
            "iss": ISSUER,
            "aud": APP.app_id,
            "serviceurl": self.url,
            "nbf": now - 10,
            "exp": now + 3600,
        } | claims
        payload = {name: value for name, value in payload.items() if value is not None}
        signed = jwt.encode(
            payload,
            key or self.key,
            algorithm=(headers or {}).get("alg", "RS256"),
            headers={"kid": self.kid} | (headers or {}),
        )
        return f"Bearer {signed}"

    def rotate(self) -> None:
        """New keys, as Microsoft does it without notice."""
        self.kid = "key-2"
        self.key = rsa_key(self.kid)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/openid", self._metadata),
            web.get("/keys", self._keys),
            web.post("/login/{tenant}/oauth2/v2.0/token", self._login),
            web.post("/teams/v3/conversations", self._open),
            web.get("/teams/v3/conversations/{room}/members/{user}", self._person),
            web.get("/teams/v3/conversations/{room}/pagedmembers", self._people),
            web.post("/teams/v3/conversations/{room}/activities", self._send),
            web.put("/teams/v3/conversations/{room}/activities/{id}", self._update),
        ]

    async def _metadata(self, request: web.Request) -> web.Response:
        return web.json_response({"issuer": ISSUER, "jwks_uri": f"{self.origin}/keys"})

    async def _keys(self, request: web.Request) -> web.Response:
        if self.keys_down:
            return web.Response(status=503, text="<html>")
        self.key_loads += 1
        row = json.loads(RSAAlgorithm.to_jwk(self.key.public_key()))
        return web.json_response(
            {"keys": [row | {"kid": self.kid, "endorsements": self.endorsements}]}
        )

    async def _login(self, request: web.Request) -> web.Response:
        self.logins += 1
        form = await request.post()
        assert form["client_id"] == APP.app_id
        if self.login_status != 200 or form["client_secret"] != APP.secret:
            return web.json_response({"error": "invalid_client"}, status=self.login_status)
        self.tokens.add(f"t{self.logins}")
        return web.json_response({"access_token": f"t{self.logins}", "expires_in": 3600})

    async def _odd(self, request: web.Request) -> web.Response | None:
        self.tried.append((request.method, request.path))
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            return _refusal(Refused(401, "Unauthorized"))
        if not self.script:
            return None
        odd = self.script.pop(0)
        if odd == "silence":
            await self.silence.wait()
        if isinstance(odd, str):  # "reset": the answer never comes
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        status, headers, body = odd
        return web.Response(status=status, headers=headers, body=body)

    async def _send(self, request: web.Request) -> web.Response:
        if odd := await self._odd(request):
            return odd
        room, body = request.match_info["room"], await request.json()
        before = self.rooms.count
        try:
            self.rooms.sent(room, body)
        except Refused as found:
            return _refusal(found)
        finally:
            if self.rooms.count > before:  # a 502 may come although it was done
                self.sent.append(body)
                self.shown.append((room, f"m{self.rooms.count}", body))
        return web.json_response({"id": f"m{self.rooms.count}"}, status=201)

    async def _update(self, request: web.Request) -> web.Response:
        if odd := await self._odd(request):
            return odd
        room, message = request.match_info["room"], request.match_info["id"]
        body = await request.json()
        try:
            self.rooms.updated(room, message, body)
        except Refused as found:
            return _refusal(found)
        self.updated[message] = body
        self.shown.append((room, message, body))
        return web.json_response({"id": message})

    async def _person(self, request: web.Request) -> web.Response:
        if odd := await self._odd(request):
            return odd
        try:
            self.rooms.looked_up(request.match_info["room"])
        except Refused as found:
            return _refusal(found)
        return web.json_response(self.person)

    async def _people(self, request: web.Request) -> web.Response:
        """One person a page, to make sure that all pages are read."""
        if odd := await self._odd(request):
            return odd
        at = int(request.query.get("continuationToken", "0"))
        more = {"continuationToken": str(at + 1)} if at + 1 < len(self.people) else {}
        return web.json_response({"members": self.people[at : at + 1], **more})

    async def _open(self, request: web.Request) -> web.Response:
        if odd := await self._odd(request):
            return odd
        body = await request.json()
        self.opened.append(body)
        try:
            return web.json_response({"id": self.rooms.opened(body)}, status=201)
        except Refused as found:
            return _refusal(found)

    @property
    def origin(self) -> str:
        return self.url.removesuffix("/teams/")

    @property
    def cloud(self) -> Cloud:
        """The end points to give to the product instead of Microsoft's."""
        return Cloud(
            issuer=ISSUER,
            keys_url=f"{self.origin}/openid",
            login_url=f"{self.origin}/login/",
            service_url=self.url,
            services=("*.botframework.com", "smba.trafficmanager.net", self.origin),
        )

    def activity(self, **parts: Any) -> Json:
        """A message of Sato in the 1:1 chat; `parts` replace or add top-level keys."""
        made = {
            "type": "message",
            "id": "1730000000001",
            "channelId": "msteams",
            "serviceUrl": self.url,
            "from": {"id": "29:sato", "name": "佐藤", "aadObjectId": SATO},
            "recipient": {"id": f"28:{APP.app_id}", "name": "ヒトツブ"},
            "conversation": {"id": ROOM, "conversationType": "personal", "tenantId": TENANT},
            "channelData": {"tenant": {"id": TENANT}},
            "text": "訪問できない先生に会えた例、ある?",
        } | parts
        self.rooms.heard(made)
        return made

    def pressed(self, action: str, value: str = "", **parts: Any) -> Json:
        """Sato pressed a button (Action.Execute) of message m7; `fields` are typed values."""
        data = parts.pop("fields", {}) | {"hitotsubu": {"action": action, "value": value}}
        self.rooms.install(ROOM).own.setdefault("m7", {})
        return self.activity(
            type="invoke",
            name="adaptiveCard/action",
            id="f:1",
            replyToId="m7",
            text="",
            value={"action": {"type": "Action.Execute", "verb": action, "data": data}},
            **parts,
        )


def _refusal(found: Refused) -> web.Response:
    headers = {"Retry-After": str(found.retry_after)} if found.retry_after else {}
    return web.json_response(found.answer, status=found.status, headers=headers)


@asynccontextmanager
async def microsoft() -> AsyncIterator[FakeMicrosoft]:
    """The running server; a payload that Teams would refuse fails the test that sent it."""
    fake = FakeMicrosoft()
    app = web.Application()
    app.add_routes(fake.routes())
    async with TestServer(app) as server:
        fake.url = f"http://127.0.0.1:{server.port}/teams/"
        yield fake
        fake.silence.set()
    assert not fake.rooms.complaints, fake.rooms.complaints
