"""Sends to the Bot Connector: one request per attempt, over one shared connection pool.

Plain HTTP and not the SDK's client: that one fetches tokens on the event loop, opens a new
connection for each message, and loses the status of every refusal whose body is not JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import aiohttp
from yarl import URL

from bot.teams import limits
from bot.teams.answers import DeliveryFailed, DeliveryUnknown, parsed, receipt, refusal
from bot.teams.cloud import Cloud, TeamsApp
from bot.teams.tokens import Tokens

Json = dict[str, Any]

_NEVER_LEFT = (
    aiohttp.ClientConnectorError,  # DNS, refused, TLS: before the first byte of the request
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
)


class Connector:
    """Outgoing calls with a cached token per app. `close` it when the process ends."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._http: aiohttp.ClientSession | None = None
        self._tokens = Tokens(self._login)

    async def call(self, app: TeamsApp, method: str, url: str, body: Json) -> str:
        """Sends once and gives the id in the answer.

        Raises DeliveryFailed (certainly not done) or DeliveryUnknown (it may have arrived).
        """
        return receipt(*await self._request(app, method, url, body))

    async def look(self, app: TeamsApp, url: str) -> Json:
        """A JSON document of the Connector; raises like `call`."""
        status, headers, content = await self._request(app, "GET", url, None)
        if status != 200:
            raise refusal(status, headers, parsed(content))
        return parsed(content)

    async def _request(
        self, app: TeamsApp, method: str, url: str, body: Json | None
    ) -> tuple[int, Mapping[str, str], bytes]:
        headers = {"Authorization": f"Bearer {await self._tokens.of(app)}"}
        target = URL(url, encoded=True)
        try:
            async with self._session().request(
                method, target, json=body, headers=headers, allow_redirects=False
            ) as answer:
                content = await answer.read()
        except _NEVER_LEFT as error:
            raise DeliveryFailed("unreachable") from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise DeliveryUnknown(type(error).__name__) from error
        if answer.status == 401:
            self._tokens.forget(app)
        return answer.status, answer.headers, content

    async def get_json(self, url: str) -> Json:
        """A JSON document (OpenID metadata, keys). Raises OSError when it cannot be had."""
        try:
            async with self._session().get(url, allow_redirects=False) as answer:
                found = parsed(await answer.read())
        except (aiohttp.ClientError, TimeoutError) as error:
            raise OSError(f"{type(error).__name__} at {URL(url).host}") from error
        return found

    async def close(self) -> None:
        """Closes the connections; a later call opens new ones."""
        if self._http:
            await self._http.close()
        self._http = None

    def _session(self) -> aiohttp.ClientSession:
        if self._http is None:
            timeout = aiohttp.ClientTimeout(total=limits.SEND_SECONDS)
            self._http = aiohttp.ClientSession(timeout=timeout)
        return self._http

    async def _login(self, app: TeamsApp) -> tuple[int, Json]:
        """One question to the identity service: status and answer. Raises DeliveryFailed."""
        form = {
            "grant_type": "client_credentials",
            "client_id": app.app_id,
            "client_secret": app.secret,
            "scope": self._cloud.scope,
        }
        url = f"{self._cloud.login_url.rstrip('/')}/{app.tenant_id}/oauth2/v2.0/token"
        try:
            async with self._session().post(url, data=form, allow_redirects=False) as answer:
                return answer.status, parsed(await answer.read())
        except (aiohttp.ClientError, TimeoutError) as error:
            raise DeliveryFailed("login_unreachable") from error
