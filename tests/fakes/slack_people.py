"""users.* and auth.test of the fake Slack, and which scopes each method wants."""

from __future__ import annotations

from collections.abc import Callable

from tests.fakes.slack_requests import TEAM
from tests.fakes.slack_state import (
    BOT,
    BOT_ID,
    Json,
    Refused,
    Workspace,
    needed,
    paged,
    yes,
)

# Any one of the scopes is enough. By the room: see `wanted`.
SCOPES: dict[str, tuple[str, ...]] = {
    "chat.postMessage": ("chat:write",),
    "chat.postEphemeral": ("chat:write",),
    "chat.update": ("chat:write",),
    "chat.delete": ("chat:write",),
    "conversations.open": ("im:write", "channels:manage", "groups:write", "mpim:write"),
    "conversations.join": ("channels:join",),
    "reactions.add": ("reactions:write",),
    "reactions.remove": ("reactions:write",),
    "reactions.get": ("reactions:read",),
    "users.info": ("users:read",),
    "users.list": ("users:read",),
    "users.lookupByEmail": ("users:read.email",),
}
_BY_ROOM = {
    "conversations.history": "history",
    "conversations.replies": "history",
    "conversations.info": "read",
    "conversations.members": "read",
}
_OF_TYPE = {"public_channel": "channels:read", "private_channel": "groups:read", "im": "im:read"}


def wanted(slack: Workspace, method: str, arguments: Json) -> tuple[str, ...]:
    """The scopes of which a token needs one for this call; empty: none."""
    if method == "conversations.list":
        types = str(arguments.get("types") or "public_channel").split(",")
        return tuple(_OF_TYPE.get(one, "mpim:read") for one in types)
    if method not in _BY_ROOM:
        return SCOPES.get(method, ())
    channel = str(arguments.get("channel") or "")
    room = slack.rooms.get(channel)
    kind = "im" if channel.startswith("D") else "groups" if room and room.private else "channels"
    return (f"{kind}:{_BY_ROOM[method]}",)


def info(slack: Workspace, arguments: Json, scopes: set[str]) -> Json:
    """users.info."""
    needed(arguments, "user")
    if not slack.is_person(arguments["user"]):
        raise Refused("user_not_found")
    locale = yes(arguments.get("include_locale"))
    return {"ok": True, "user": _person(slack, arguments["user"], scopes, locale=locale)}


def by_email(slack: Workspace, arguments: Json, scopes: set[str]) -> Json:
    """users.lookupByEmail."""
    needed(arguments, "email")
    for user, email in slack.emails.items():
        if email.lower() == arguments["email"].lower() and slack.is_person(user):
            return {"ok": True, "user": _person(slack, user, scopes)}
    raise Refused("users_not_found")


def listed(slack: Workspace, arguments: Json, scopes: set[str]) -> Json:
    """users.list: everybody the test named, and the bot."""
    everybody = sorted({*slack.emails, *slack.people, BOT} - slack.strangers)
    page, following = paged(everybody, arguments, 1_000)
    people = [_person(slack, user, scopes) for user in page]
    return {"ok": True, "members": people, "response_metadata": following}


def whoami(slack: Workspace, arguments: Json, scopes: set[str]) -> Json:
    """auth.test; the scopes are in the header `x-oauth-scopes`."""
    return {
        "ok": True,
        "url": "https://hibiki.slack.com/",
        "team": "ひびき製薬",
        "user": "hitotsubu",
        "team_id": TEAM,
        "user_id": BOT,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


def _person(slack: Workspace, user: str, scopes: set[str], *, locale: bool = False) -> Json:
    known = slack.people.get(user, {})
    name = str(known.get("real_name") or user.lower())
    profile = {"real_name": name, "display_name": name, **known.get("profile", {})}
    if "users:read.email" in scopes and slack.emails.get(user):
        profile["email"] = slack.emails[user]
    plain = {
        "id": user,
        "team_id": TEAM,
        "name": user.lower(),
        "real_name": name,
        "deleted": False,
        "is_bot": user == BOT,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "tz": "Asia/Tokyo",
        "updated": 1_700_000_000,
    }
    if locale:
        plain["locale"] = "ja-JP"
    return {**plain, **known, "profile": profile}


METHODS: dict[str, Callable[[Workspace, Json, set[str]], Json]] = {
    "users.info": info,
    "users.lookupByEmail": by_email,
    "users.list": listed,
    "auth.test": whoami,
}
