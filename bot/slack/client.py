"""The Slack Web API as the ledger needs it: one POST for one message, no retries of the SDK.

A receipt is `channel/ts`: it is enough to replace, find or delete the message.
"""

from __future__ import annotations

import json
import logging
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import answers, limits, people
from bot.slack.texts import Json

EVENT_TYPE = "hitotsubu_delivery"
API_URL = "https://slack.com/api/"
_CLOSED_TO_US = ("missing_scope", "not_allowed_token_type", "no_permission")
# The SDK logs what it sends at DEBUG, texts included: its logger never goes below WARNING.
SILENT = logging.getLogger("bot.slack.sdk")
SILENT.setLevel(logging.WARNING)


def web_client(token: str | None, api_url: str = API_URL) -> AsyncWebClient:
    """A client that never repeats a request: with the SDK's handlers a reset posts twice."""
    return AsyncWebClient(
        token=token, base_url=api_url, timeout=limits.TIMEOUT, retry_handlers=[], logger=SILENT
    )


async def post(client: AsyncWebClient, address: Json, payload: bytes, key: str) -> str:
    """Posts once to `address` (`channel`, else `user`) and gives the receipt.

    Slack opens the DM itself when the channel is a user id; that needs no scope but chat:write.
    `key` travels as metadata, which any app of the workspace can read: it has to be opaque.
    """
    target = address.get("channel") or address.get("user")
    if not target:
        raise answers.nowhere()
    try:
        answer = await client.chat_postMessage(
            channel=target,
            metadata={"event_type": EVENT_TYPE, "event_payload": {"k": key}},
            unfurl_links=False,
            unfurl_media=False,
            link_names=False,
            mrkdwn=False,
            parse="none",
            **json.loads(payload),
        )
        if not (answer.get("channel") and answer.get("ts")):
            raise ValueError("an answer without the message's place")
        return f"{answer['channel']}/{answer['ts']}"
    except Exception as error:
        raise answers.failure(error) from None  # the SDK's text quotes the answer: not in logs


async def update(client: AsyncWebClient, receipt: str, payload: bytes) -> None:
    """Puts new bytes in the place of a message; the metadata stays."""
    channel, _, ts = receipt.partition("/")
    try:
        await client.chat_update(
            channel=channel, ts=ts, link_names=False, parse="none", **json.loads(payload)
        )
    except Exception as error:
        raise answers.failure(error) from None


async def delete(client: AsyncWebClient, receipt: str) -> None:
    """Deletes a message of the bot; one that is gone already is no error."""
    channel, _, ts = receipt.partition("/")
    try:
        await client.chat_delete(channel=channel, ts=ts)
    except Exception as error:
        if answers.code(error) != "message_not_found":
            raise answers.failure(error) from None


async def find(client: AsyncWebClient, address: Json, key: str, since: float) -> list[str] | None:
    """Receipts of the messages with `key` since a Unix time, oldest first.

    None where the workspace gave no scope to read history or to open the DM.
    """
    try:
        channel = address.get("channel") or await _direct(client, address["user"])
        return [f"{channel}/{ts}" for ts in await _marked(client, channel, key, since)]
    except Exception as error:
        if answers.code(error) in _CLOSED_TO_US:
            return None
        raise answers.failure(error, proves_nothing_sent=True) from None


async def email(client: AsyncWebClient, user: str) -> str | None:
    """The user's e-mail; empty where Slack has none or the scope is missing; None for a guest."""
    try:
        answer = await client.users_info(user=user)
    except Exception as error:
        if answers.code(error) in _CLOSED_TO_US:
            return ""
        raise answers.failure(error, proves_nothing_sent=True) from None
    found = answer["user"]
    return people.email_of(found) if people.ours(found, set()) else None


async def room_name(client: AsyncWebClient, room: str) -> str | None:
    """The channel's name; empty without the scope; None where the bot is not in it."""
    try:
        answer = await client.conversations_info(channel=room)
    except Exception as error:
        if answers.code(error) == "channel_not_found":
            return None
        return ""  # a name is only an ornament
    found = answer["channel"]
    return str(found.get("name") or "") if found.get("is_member", True) else None


async def _direct(client: AsyncWebClient, user: str) -> str:
    answer = await client.conversations_open(users=user)
    return str(answer["channel"]["id"])


async def _marked(client: AsyncWebClient, channel: str, key: str, since: float) -> list[str]:
    found: list[str] = []
    cursor: str | None = None
    seen: set[str] = set()  # a cursor that comes back would never end
    while cursor not in seen:
        page = await client.conversations_history(
            channel=channel,
            oldest=f"{since:.6f}",
            inclusive=True,
            include_all_metadata=True,
            limit=limits.HISTORY_PAGE,
            cursor=cursor,
        )
        found += [message["ts"] for message in page["messages"] if _has(message, key)]
        seen.add(cursor or "")
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
    return sorted(set(found), key=float)  # one that two pages show is no second copy


def _has(message: Json, key: str) -> bool:
    metadata: dict[str, Any] = message.get("metadata") or {}
    payload = metadata.get("event_payload") or {}
    return metadata.get("event_type") == EVENT_TYPE and payload.get("k") == key
