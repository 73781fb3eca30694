"""Slack's OAuth as the fake Web API answers it: codes and refresh tokens that work once."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from itertools import count
from typing import Any

Json = dict[str, Any]
METHOD = "oauth.v2.access"
CLIENT_ID, CLIENT_SECRET = "123.456", "client-secret-value"
_PAIR = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
_NUMBERS = count(1)


@dataclass
class Exchange:
    """`codes` and `refreshes` hold what the next exchange of each gives."""

    codes: dict[str, Json] = field(default_factory=dict)
    refreshes: dict[str, Json] = field(default_factory=dict)
    revoked: int = 0

    def access(self, grants: dict[str, set[str]], arguments: Json, authorization: str) -> Json:
        """oauth.v2.access; the token that it gives works from now on."""
        if authorization != f"Basic {_PAIR}":
            return {"ok": False, "error": "bad_client_secret"}
        if arguments.get("grant_type") == "refresh_token":
            answer = self.refreshes.pop(arguments["refresh_token"], None)
            error = "invalid_refresh_token"
        else:
            answer, error = self.codes.pop(arguments["code"], None), "invalid_code"
        if answer is None:
            return {"ok": False, "error": error}
        grants[answer["access_token"]] = set(answer["scope"].split(","))
        return answer

    def revoke(self, grants: dict[str, set[str]], token: str) -> Json:
        """auth.revoke."""
        del grants[token]
        self.revoked += 1
        return {"ok": True, "revoked": True}


def grant(team: str | None = "T0NEW", *, enterprise: str | None = None, **more: Any) -> Json:
    """An answer of oauth.v2.access; without a team it is installed to the whole organisation."""
    return {
        "ok": True,
        "app_id": "A1",
        "access_token": f"xoxb-granted-{next(_NUMBERS)}",
        "token_type": "bot",
        "scope": "chat:write,commands,im:history",
        "bot_user_id": "U0BOT",
        "team": {"id": team, "name": "<b>ひびき</b>"} if team else None,
        "enterprise": {"id": enterprise, "name": "org"} if enterprise else None,
        "is_enterprise_install": team is None,
        "authed_user": {"id": "U0ADMIN"},
        **more,
    }


def ending(refresh: str, **more: Any) -> Json:
    """What token rotation adds to an answer."""
    return {"refresh_token": refresh, "expires_in": 43_200, **more}
