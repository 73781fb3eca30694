"""The tokens with which we send: asked for once per app, kept, and renewed before they end.

The SDK asks the identity service again for each message, with a blocking call on the event loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from bot.teams import limits
from bot.teams.answers import DeliveryFailed
from bot.teams.cloud import TeamsApp

AGAIN = 60.0  # seconds: how often an identity service that is down is asked for a renewal
LONGEST = 86_400.0  # seconds: the longest that Microsoft's tokens hold

Login = Callable[[TeamsApp], Awaitable[tuple[int, dict[str, Any]]]]


@dataclass(frozen=True, slots=True)
class Token:
    """`renew` and `end` are times of the event loop's clock, in seconds."""

    value: str
    renew: float
    end: float


class Tokens:
    """One token per app, whoever asks; nobody waits for a renewal that the old token outlives."""

    def __init__(self, login: Login) -> None:
        self._login = login
        self._held: dict[TeamsApp, Token] = {}
        self._asking: dict[TeamsApp, asyncio.Lock] = {}

    async def of(self, app: TeamsApp) -> str:
        """A token that holds now. Raises DeliveryFailed: nothing was sent.

        While one is renewed, others go on with the old one, and so does whoever asked if the
        identity service is down; only the first token of all is waited for by everybody.
        """
        asking = self._asking.setdefault(app, asyncio.Lock())
        held = self._holding(app)
        if held and (_now() < held.renew or asking.locked()):
            return held.value
        async with asking:
            held = self._holding(app)
            if held and _now() < held.renew:  # another caller was quicker
                return held.value
            try:
                fresh = await self._ask(app)
            except DeliveryFailed as error:
                if held is None or error.workspace_wide:
                    raise
                self._held[app] = replace(held, renew=_now() + AGAIN)
                return held.value
            self._held[app] = fresh
            return fresh.value

    def forget(self, app: TeamsApp) -> None:
        """It was refused: the next message asks anew."""
        self._held.pop(app, None)

    def _holding(self, app: TeamsApp) -> Token | None:
        held = self._held.get(app)
        return held if held and _now() < held.end else None

    async def _ask(self, app: TeamsApp) -> Token:
        status, found = await self._login(app)
        value, seconds = found.get("access_token"), _seconds(found.get("expires_in"))
        if status == 200 and isinstance(value, str) and value:
            spare = min(limits.TOKEN_SPARE_SECONDS, seconds / 2)
            return Token(value, _now() + seconds - spare, _now() + seconds)
        refused = status in (400, 401, 403)  # a wrong or expired secret: a person must act
        raise DeliveryFailed("login_refused", workspace_wide=refused, http_status=status)


def _now() -> float:
    return asyncio.get_running_loop().time()


def _seconds(given: object) -> float:
    """How long a token holds; some clouds write the number as text."""
    try:
        return min(max(0.0, float(str(given))), LONGEST)
    except ValueError:
        return 0.0
