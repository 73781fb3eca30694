"""What an answer of the Connector proves about a message: sent, not sent, or nothing at all.

The classes are those of platforms.md §4; only the ledger decides what follows from them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from scheduler.ports import DeliveryFailed, DeliveryUnknown

__all__ = ["DeliveryFailed", "DeliveryUnknown", "parsed", "receipt", "refusal", "retry_after"]

_CODE = re.compile(r"[A-Za-z0-9_.-]{1,60}")
_SUB_CODE = re.compile(r'"subCode"\s*:\s*"([A-Za-z0-9_.-]{1,60})"')
# A 403 that is about one person: they blocked the bot, took it out of the chat, do not have the
# app, or the tenant's administrator took it from them (app policies are for single people too).
SHUT_OUT = {
    "MessageWritesBlocked",
    "ConversationBlockedByUser",
    "BotNotInConversationRoster",
    "ForbiddenOperationException",
    "BotDisabledByAdmin",
}
UNREGISTERED = "BotNotRegistered"  # a 401 that no new token changes: nothing can be sent at all
_AMBIGUOUS = (408, 412)
_RETRY_SECONDS = (1.0, 3_600.0)  # Retry-After is taken within these


def receipt(status: int, headers: Mapping[str, str], body: bytes) -> str:
    """The id that Teams gave. Raises DeliveryFailed or DeliveryUnknown when there is none."""
    answer = parsed(body)
    if 200 <= status < 300:
        found = answer.get("id")
        if isinstance(found, str) and found:
            return found
        raise DeliveryUnknown("no_receipt", http_status=status)
    raise refusal(status, headers, answer)


def refusal(
    status: int, headers: Mapping[str, str], answer: Mapping[str, Any]
) -> DeliveryFailed | DeliveryUnknown:
    """The error for an answer that is no success."""
    reason = _reason(answer) or f"http_{status}"
    if status == 429:
        return DeliveryFailed(reason, retry_after=retry_after(headers), http_status=status)
    if status >= 500 or status in _AMBIGUOUS:
        return DeliveryUnknown(reason, http_status=status)
    if reason == UNREGISTERED:
        return DeliveryFailed(reason, workspace_wide=True, http_status=status)
    # 401: the token was refused and is fetched anew; 3xx: a redirect is never followed.
    again = status == 401 or status < 400
    return DeliveryFailed(
        reason, permanent=not again, shut_out=reason in SHUT_OUT, http_status=status
    )


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds of a Retry-After header, 1 s to 1 h; 1 s when it is missing or makes no sense."""
    low, high = _RETRY_SECONDS
    given = headers.get("Retry-After", "").strip()
    if given.isascii() and given.isdigit():
        return min(max(float(given[:9]), low), high)
    try:
        until = parsedate_to_datetime(given) - parsedate_to_datetime(headers.get("Date", ""))
    except (TypeError, ValueError):
        return low
    return min(max(until.total_seconds(), low), high)


def _reason(answer: Mapping[str, Any]) -> str:
    """The error's code, the finer one where there are two; never the message, which may quote
    the text that was sent."""
    error = answer.get("error")
    text = str(error.get("message") if isinstance(error, dict) else answer.get("message") or "")
    finer = _SUB_CODE.search(text)
    if finer:
        return finer[1]
    code = error.get("code") if isinstance(error, dict) else error
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""


def parsed(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
