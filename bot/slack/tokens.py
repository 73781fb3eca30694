"""Bot tokens: what Slack grants at an installation, and new ones before the old ones end (12 h).

One process at a time renews a workspace's token: a refresh token works once, so a second try with
it would lose the installation. No transaction is open while Slack is asked.
"""

from __future__ import annotations

import base64
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from slack_sdk.errors import SlackApiError

from bot import vault
from bot.slack import answers, client
from bot.slack.texts import Json
from cases.errors import BadInput
from cases.library import Library
from cases.models.org import Workspace
from cases.scope import Scope
from cases.store.installs import Installs

log = logging.getLogger(__name__)
EARLY = 7_200.0  # seconds before its end in which a token is renewed; a send takes far less
TURN = timedelta(minutes=2)  # one process's turn: far longer than one call may take
EXPIRED = "token_expired"


@dataclass(frozen=True, slots=True)
class App:
    """The Slack app of this installation: its client id and secret, and where Slack is."""

    client_id: str
    client_secret: str
    api_url: str = client.API_URL

    async def exchange(self, **what: str) -> Json:
        """oauth.v2.access for a code or a refresh token. Raises what the network or Slack raises.

        Id and secret go in the header, and nothing of the answer is quoted anywhere.
        """
        pair = base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
        api = client.web_client(None, self.api_url)
        answer = await api.api_call(
            "oauth.v2.access", data=what, headers={"Authorization": f"Basic {pair}"}
        )
        found = answer.data
        if not isinstance(found, dict) or not found.get("access_token"):
            raise ValueError("an answer without a token")
        return found


def granted(answer: Json, now: float) -> Json:
    """The credentials to seal, from the answer of oauth.v2.access; times are Unix seconds."""
    team, around = answer.get("team") or {}, answer.get("enterprise") or {}
    made: Json = {
        "token": str(answer["access_token"]),
        "bot_user": str(answer.get("bot_user_id") or ""),
        "app_id": str(answer.get("app_id") or ""),
        "scopes": sorted(scope for scope in str(answer.get("scope") or "").split(",") if scope),
        "team": str(team.get("id") or ""),
        "enterprise": str(around.get("id") or ""),
        "installed_at": now,
    }
    return made | _ending(answer, now)


async def pasted(token: str, api_url: str) -> tuple[str, Json]:
    """Place and credentials of a token that somebody pasted: Slack says whose it is.

    Raises BadInput with Slack's code, or the kind of error.
    """
    try:
        answer = await client.web_client(token, api_url).auth_test()
    except Exception as error:
        raise BadInput("slack_said", what=answers.code(error) or type(error).__name__) from None
    whole = bool(answer.get("is_enterprise_install"))
    place = str(answer["enterprise_id"] if whole else answer["team_id"])
    return place, {
        "token": token,
        "bot_user": str(answer.get("user_id") or ""),
        "team": "" if whole else place,
        "enterprise": str(answer.get("enterprise_id") or ""),
    }


def place_of(answer: Json) -> str:
    """The workspace that was installed to, or the organisation with all of its workspaces.

    KeyError when the answer names neither.
    """
    whole = bool(answer.get("is_enterprise_install"))
    found = (answer.get("enterprise") if whole else answer.get("team")) or {}
    return str(found["id"])


@dataclass(frozen=True, slots=True)
class Renewal:
    """The round that renews tokens. `forget` drops what a process remembers of a workspace."""

    app: App
    library: Library
    forget: Callable[[str], None] = lambda _: None
    now: Callable[[], float] = time.time

    async def run(self) -> int:
        """Renews every token that ends soon, or that Slack called expired: how many."""
        renewed = 0
        for row in await self.library.db.directory.workspaces("slack"):
            if row.state == "active" or row.paused_for == EXPIRED:
                renewed += await self._look(row)
        return renewed

    async def _look(self, row: Workspace) -> bool:
        if not self._due(row):
            return False
        async with self.library.db.transaction(Scope(row.company_id)) as shelf:
            if not await Installs(shelf).claim(row.id, shelf.now + TURN):
                return False  # another process has the turn
            fresh = await shelf.people.workspace(row.id)
            if fresh is None or not self._due(fresh):  # somebody else has just renewed it
                await Installs(shelf).give_back(row.id)
                return False
        return await self._renew(row, self._opened(fresh))

    def _due(self, row: Workspace) -> bool:
        opened = self._opened(row)
        if not opened.get("refresh_token"):
            return False
        left = float(opened.get("expires_at") or 0.0) - self.now()
        return left <= EARLY or row.paused_for == EXPIRED

    async def _renew(self, row: Workspace, opened: Json) -> bool:
        try:
            answer = await self.app.exchange(
                grant_type="refresh_token", refresh_token=opened["refresh_token"]
            )
        except Exception as error:
            await self._failed(row, opened, error)
            return False
        renewed = opened | {"token": str(answer["access_token"])} | _ending(answer, self.now())
        sealed = self.library.ring.seal_json(renewed, row.company_id)
        async with self.library.db.transaction(Scope(row.company_id)) as shelf:
            stored = await shelf.people.workspace(row.id)
            if stored is None or stored.credentials is None:  # uninstalled meanwhile
                return False
            stored.credentials, stored.renewing_until = sealed, None
            if stored.paused_for == EXPIRED:
                stored.state, stored.paused_for = "active", ""
        self.forget(row.id)
        log.info("token of workspace %s renewed", row.id)
        return True

    async def _failed(self, row: Workspace, opened: Json, error: Exception) -> None:
        """Slack's refusal pauses the workspace; what may pass is tried again at the next turn."""
        reason = answers.code(error)
        log.error("token of workspace %s not renewed: %s", row.id, reason or type(error).__name__)
        if not isinstance(error, SlackApiError) or reason in answers.AMBIGUOUS:
            return
        if reason in answers.RATE_LIMITED:
            return
        async with self.library.db.transaction(Scope(row.company_id)) as shelf:
            stored = await shelf.people.workspace(row.id)
            if stored is not None and self._opened(stored) == opened:  # nobody installed it anew
                await vault.pause(shelf, stored, reason)

    def _opened(self, row: Workspace | None) -> dict[str, Any]:
        if row is None or row.credentials is None:
            return {}
        found: dict[str, Any] = self.library.ring.open_json(row.credentials, row.company_id)
        return found


def _ending(answer: Json, now: float) -> Json:
    """How the token ends and is renewed; nothing for one that does not end."""
    if not answer.get("refresh_token"):
        return {}
    return {
        "refresh_token": str(answer["refresh_token"]),
        "expires_at": now + float(answer.get("expires_in") or 0),
    }
