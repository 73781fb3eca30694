"""What Slack sends to a bot, as payloads from its public documentation, signed as Slack signs."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any
from urllib.parse import urlencode

Json = dict[str, Any]

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
NOW = 1_800_000_000
TEAM = "T0HIBIKI"


def signed(body: bytes, *, secret: str = SECRET, at: int = NOW) -> dict[str, str]:
    """The two headers of a signed request."""
    made = hmac.new(secret.encode(), b"v0:%d:" % at + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(at), "X-Slack-Signature": f"v0={made}"}


def event(inner: Json, event_id: str = "Ev1", team: str = TEAM) -> Json:
    """An Events API envelope."""
    return {
        "token": "old-shared-secret",
        "team_id": team,
        "api_app_id": "A1",
        "type": "event_callback",
        "event_id": event_id,
        "event_time": NOW,
        "authorizations": [{"team_id": team, "user_id": "U0BOT", "is_bot": True}],
        "event": inner,
    }


def direct(text: str, **changes: Any) -> Json:
    """A message in the direct message with the bot."""
    return {
        "type": "message",
        "channel_type": "im",
        "channel": "D0SATO",
        "user": "U0SATO",
        "text": text,
        "ts": f"{NOW}.000200",
        "team": TEAM,
        **changes,
    }


def person(team: str = TEAM) -> Json:
    """The common part of every interaction."""
    return {
        "team": {"id": team, "domain": "hibiki"},
        "user": {"id": "U0SATO", "username": "sato", "team_id": TEAM},
        "api_app_id": "A1",
        "trigger_id": "13345224609.738474920.8088930838d88f008e0",
    }


def press(element: Json, *, channel: str = "D0SATO", state: Json | None = None) -> Json:
    """A button pressed in a message."""
    return {
        **person(),
        "type": "block_actions",
        "container": {"type": "message", "channel_id": channel, "message_ts": "1.2"},
        "channel": {"id": channel, "name": "directmessage"},
        "actions": [{**element, "action_ts": "1800000000.5", "block_id": "b"}],
        "state": {"values": state or {}},
    }


def submission(view: Json, state: Json) -> Json:
    """A form that was sent."""
    sent = {"id": "V1", "hash": "156772938.1827394", **view, "state": {"values": state}}
    return {**person(), "type": "view_submission", "view": sent}


def command(text: str) -> Json:
    """`/hitotsubu text`, typed in some channel."""
    return {
        "token": "old-shared-secret",
        "team_id": TEAM,
        "team_domain": "hibiki",
        "channel_id": "C0SALES",
        "user_id": "U0SATO",
        "command": "/hitotsubu",
        "text": text,
        "trigger_id": "13345224609.738474920.8088930838d88f008e0",
    }


def message_shortcut(text: str, poster: str = "U0KATO") -> Json:
    """「好事例として共有」 on a message."""
    return {
        **person(),
        "type": "message_action",
        "callback_id": "share.from_message",
        "channel": {"id": "C0SALES", "name": "sales"},
        "message": {"type": "message", "user": poster, "ts": "1799999999.000300", "text": text},
    }


def encoded(payload: Json) -> tuple[bytes, str]:
    """Body and content type as Slack sends this kind of payload."""
    if payload.get("type") in ("event_callback", "url_verification", "app_rate_limited"):
        return json.dumps(payload).encode(), "application/json"
    form = payload if "command" in payload else {"payload": json.dumps(payload)}
    return urlencode(form).encode(), "application/x-www-form-urlencoded"


def edited(message: Json, text: str, at: str, event_id: str) -> Json:
    """A person changed a message (`direct`) at the Slack time `at`."""
    new = {key: message[key] for key in ("type", "user", "ts", "team")} | {
        "text": text,
        "edited": {"user": message["user"], "ts": at},
    }
    inner = {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "channel": message["channel"],
        "channel_type": "im",
        "message": new,
        "previous_message": {**message},
        "ts": at,
        "event_ts": at,
    }
    return event(inner, event_id)


def deleted(message: Json, at: str, event_id: str) -> Json:
    """A person deleted a message (`direct`) at the Slack time `at`."""
    inner = {
        "type": "message",
        "subtype": "message_deleted",
        "hidden": True,
        "channel": message["channel"],
        "channel_type": "im",
        "deleted_ts": message["ts"],
        "previous_message": {**message},
        "ts": at,
        "event_ts": at,
    }
    return event(inner, event_id)
