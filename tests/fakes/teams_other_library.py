"""The Teams transport without botbuilder: what a swap has to write, and nothing else changes.

`verified` is where another library does its work (docs/adr/0021); here it is PyJWT alone.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

import jwt

from bot.teams.activities import CHANNEL, EXECUTE, parsed, tenant
from bot.teams.cloud import Cloud, TeamsApp, trusted
from bot.teams.compose import NAMES
from bot.teams.keys import Keys
from bot.teams.outgoing import Outgoing

Json = dict[str, Any]
Answer = tuple[int, Json | None]
TAKEN = {
    "message", "messageUpdate", "messageDelete", "installationUpdate", "conversationUpdate",
}  # fmt: skip


class OtherTransport(Outgoing):
    """Has the two calls that the product makes of a transport beside sending: `warm`, `handle`."""

    def __init__(
        self,
        apps: Iterable[TeamsApp],
        receive: Callable[[str, Json], Awaitable[Answer]],
        cloud: Cloud,
    ) -> None:
        super().__init__(apps, cloud)
        self._receive = receive
        self._keys = Keys(cloud.keys_url, self._connector.get_json)

    async def warm(self) -> None:
        """Nothing."""

    async def handle(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """One POST of Teams, with the statuses of bot/teams/transport.py."""
        raw = parsed(body)
        if raw is None:
            return 400, {"error": "not an activity"}
        if raw.get("channelId") != CHANNEL or not trusted(raw.get("serviceUrl"), self._cloud):
            return 403, {"error": "not a Teams service"}
        try:
            audience = await self.verified(headers.get("Authorization", ""), raw)
        except Exception:
            return 401, {"error": "not signed for this bot"}
        app = self._apps.get(tenant(raw))
        if app is None or app.app_id != audience:
            return 403, {"error": "not a tenant of this bot"}
        if raw["type"] == "invoke" and raw.get("name") not in (EXECUTE, *NAMES):
            return 501, None
        if raw["type"] not in (*TAKEN, "invoke"):
            return 200, None
        try:
            return await self._receive(tenant(raw), raw)
        except Exception:
            return 500, None

    async def verified(self, authorization: str, raw: Json) -> str:
        """The app id that the token is for. Raises for every token that is not Teams' own."""
        scheme, _, token = authorization.partition(" ")
        if scheme != "Bearer":
            raise PermissionError(scheme)
        key = await self._keys.get(jwt.get_unverified_header(token).get("kid"))
        claims = jwt.decode(
            token,
            key.public_key,
            algorithms=["RS256"],
            issuer=self._cloud.issuer,
            leeway=300,
            options={"require": ["exp", "iss", "aud"], "verify_aud": False},
        )
        audience = claims["aud"]
        if CHANNEL not in key.endorsements or claims.get("serviceurl") != raw["serviceUrl"]:
            raise PermissionError("not a token of Teams for this service")
        if not any(app.app_id == audience for app in self._apps.values()):
            raise PermissionError("not for one of our bots")
        if claims.get("azp", claims.get("appid", audience)) != audience:
            raise PermissionError("a token of another bot")
        return str(audience)
