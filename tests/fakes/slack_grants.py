"""Slack's OAuth as the fake Web API answers it: codes and refresh tokens that work once."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any

Json = dict[str, Any]
_NUMBERS = count(1)


@dataclass
class Grants:
    """`codes` and `refreshes` hold what the next exchange of each gives."""

    codes: dict[str, Json] = field(default_factory=dict)
    refreshes: dict[str, Json] = field(default_factory=dict)
    revoked: int = 0

    def oauth_v2_access(self, arguments: Json) -> Json:
        if arguments.get("grant_type") == "refresh_token":
            found = self.refreshes.pop(arguments["refresh_token"], None)
            return found or {"ok": False, "error": "invalid_refresh_token"}
        return self.codes.pop(arguments["code"], None) or {"ok": False, "error": "invalid_code"}

    def auth_revoke(self, arguments: Json) -> Json:
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
