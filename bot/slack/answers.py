"""What each failed answer of Slack proves about a message (the table of platforms.md §4)."""

from __future__ import annotations

import asyncio
import time
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from scheduler.ports import DeliveryFailed as DeliveryFailed
from scheduler.ports import DeliveryUnknown as DeliveryUnknown

Failure = DeliveryFailed | DeliveryUnknown

AMBIGUOUS = {"", "internal_error", "fatal_error", "request_timeout", "service_unavailable"}
WORKSPACE_WIDE = {
    "token_revoked",
    "token_expired",
    "invalid_auth",
    "not_authed",
    "account_inactive",
    "org_login_required",
    "team_access_not_granted",
}
PERMANENT = {
    "user_not_found",
    "user_disabled",
    "cannot_dm_bot",
    "channel_not_found",
    "not_in_channel",
    "is_archived",
    "messages_tab_disabled",
    "msg_too_long",
    "msg_blocks_too_long",
    "no_text",
    "invalid_blocks",
    "invalid_blocks_format",
    "message_not_found",
    "cant_update_message",
    "edit_window_closed",
}
SHUT_OUT = {"user_disabled", "cannot_dm_bot"}  # this person gets nothing by this account
# What the token may not look at: nothing is wrong, and nothing is known.
CLOSED = ("missing_scope", "not_allowed_token_type", "no_permission")
RATE_LIMITED = {"ratelimited", "rate_limited"}
# Raised before a byte of the request has left: a refusal, a name that does not resolve, bad TLS.
_NEVER_LEFT = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,  # the proxy refused the way to Slack
    aiohttp.InvalidURL,
)
_SHORTEST, _USUAL, _LONGEST = 1.0, 60.0, 3_600.0  # seconds; Slack counts in minutes


def failure(error: Exception, *, proves_nothing_sent: bool = False) -> Failure:
    """The delivery error for an error of the Web API client.

    `proves_nothing_sent`: the call that failed does not post anything itself.
    """
    found = _failure(error)
    if proves_nothing_sent and isinstance(found, DeliveryUnknown):
        return DeliveryFailed(found.reason, http_status=found.http_status)
    return found


def nowhere() -> DeliveryFailed:
    """The error for an address that names neither a channel nor a user."""
    return DeliveryFailed("no_address", permanent=True)


def no_token() -> DeliveryFailed:
    """The error for a workspace whose token was deleted: nothing is sent there."""
    return DeliveryFailed("not_authed", workspace_wide=True)


def code(error: Exception) -> str:
    """Slack's error code, empty when the answer has none."""
    if not isinstance(error, SlackApiError):
        return ""
    data = getattr(error.response, "data", None)
    return str(data.get("error") or "") if isinstance(data, dict) else ""


def _failure(error: Exception) -> Failure:
    if isinstance(error, SlackApiError):
        return _answered(error.response, code(error))
    if isinstance(error, _NEVER_LEFT):
        return DeliveryFailed(type(error).__name__)
    if isinstance(error, asyncio.TimeoutError):
        return DeliveryUnknown("timeout")
    return DeliveryUnknown(type(error).__name__)


def _answered(response: Any, reason: str) -> Failure:
    # The SDK hands over its own answer, or aiohttp's when the body was not JSON.
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
    if status == 429 or reason in RATE_LIMITED:
        wait = retry_after(getattr(response, "headers", None) or {})
        return DeliveryFailed("ratelimited", retry_after=wait, http_status=status)
    if status >= 500 or reason in AMBIGUOUS:
        return DeliveryUnknown(reason or "no_code", http_status=status)
    return DeliveryFailed(
        reason,
        permanent=reason in PERMANENT,
        workspace_wide=reason in WORKSPACE_WIDE,
        shut_out=reason in SHUT_OUT,
        http_status=status,
    )


def retry_after(headers: Any) -> float:
    """Seconds to wait after a 429: a number or a date, clamped to 1 s–1 h; unreadable: a minute."""
    text = str(next((headers[key] for key in headers if key.lower() == "retry-after"), ""))
    try:
        wait = float(text)
    except ValueError:
        wait = _until(text)
    return min(max(wait, _SHORTEST), _LONGEST) if wait == wait else _USUAL


def _until(text: str) -> float:
    try:
        return parsedate_to_datetime(text).timestamp() - time.time()
    except ValueError:
        return _USUAL
