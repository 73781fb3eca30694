"""The Slack Web API as the ledger needs it: one POST for one message, no retries of the SDK.

A receipt is `channel/ts`: it is enough to replace, find or delete the message.
"""

from __future__ import annotations

import logging
import time
from functools import partial
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import answers, asides, limits, people
from bot.slack.texts import Json

EVENT_TYPE = "hitotsubu_delivery"
API_URL = "https://slack.com/api/"
# The SDK logs what it sends at DEBUG, texts included: its logger never goes below WARNING.
SILENT = logging.getLogger("bot.slack.sdk")
SILENT.setLevel(logging.WARNING)


def web_client(token: str | None, api_url: str = API_URL) -> AsyncWebClient:
    """A client that never repeats a request: with the SDK's handlers a reset posts twice."""
    return AsyncWebClient(
        token=token, base_url=api_url, timeout=limits.TIMEOUT, retry_handlers=[], logger=SILENT
    )


async def post(
    client: AsyncWebClient, address: Json, payload: bytes, key: str, now: float | None = None
) -> str:
    """Posts once to the bytes' own place, else to `address` (`channel`, else `user`): the receipt.

    Where only one person may see it and Slack refuses that (the bot is not in the channel), or
    at Unix time `now` it is late, a direct message goes out instead: nothing was shown by then.
    """
    message, place, instead = asides.unpacked(payload)
    if not place.get("user"):
        return await _post(client, {**address, **place}, message, key)
    if (now or time.time()) < place["until"]:
        try:
            return await _whisper(client, place, message)
        except answers.DeliveryFailed as error:
            if error.retry_after or error.workspace_wide or error.http_status is None:
                raise
    return await _post(client, address, instead, key)


async def _post(client: AsyncWebClient, address: Json, message: Json, key: str) -> str:
    """Slack opens the DM itself when the channel is a user id; that needs no scope but chat:write.

    `key` travels as metadata, which any app of the workspace can read: it has to be opaque.
    """
    target = address.get("channel") or address.get("user")
    if not target:
        raise answers.nowhere()
    thread = {"thread_ts": address["thread_ts"]} if address.get("thread_ts") else {}
    try:
        answer = await client.chat_postMessage(
            channel=target,
            metadata={"event_type": EVENT_TYPE, "event_payload": {"k": key}},
            unfurl_links=False,
            unfurl_media=False,
            link_names=False,
            mrkdwn=False,
            parse="none",
            **thread,
            **message,
        )
        if not (answer.get("channel") and answer.get("ts")):
            raise ValueError("an answer without the message's place")
        return f"{answer['channel']}/{answer['ts']}"
    except Exception as error:
        raise answers.failure(error) from None  # the SDK's text quotes the answer: not in logs


async def _whisper(client: AsyncWebClient, place: Json, message: Json) -> str:
    """A message that only `user` sees, in a channel; it carries no metadata."""
    thread = {"thread_ts": place["thread_ts"]} if place.get("thread_ts") else {}
    try:
        answer = await client.chat_postEphemeral(
            channel=place["channel"],
            user=place["user"],
            link_names=False,
            parse="none",
            **thread,
            **message,
        )
        return f"{place['channel']}/{answer.get('message_ts') or ''}"
    except Exception as error:
        raise answers.failure(error) from None


async def update(client: AsyncWebClient, receipt: str, payload: bytes) -> None:
    """Puts new bytes in the place of a message; the metadata stays."""
    channel, _, ts = receipt.partition("/")
    message, _, _ = asides.unpacked(payload)
    try:
        await client.chat_update(channel=channel, ts=ts, link_names=False, parse="none", **message)
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


async def find(
    client: AsyncWebClient, address: Json, payload: bytes, key: str, since: float
) -> list[str] | None:
    """Receipts of the messages with `key` since a Unix time, oldest first.

    Read where the bytes went; what one person saw in a channel is in no history, so it is looked
    for in their direct message. None without the scope to read history or to open the DM.
    """
    _, place, _ = asides.unpacked(payload)
    address = address if place.get("user") else {**address, **place}
    try:
        channel = address.get("channel") or await _direct(client, address["user"])
        thread = str(address.get("thread_ts") or "")
        return [f"{channel}/{ts}" for ts in await _marked(client, channel, thread, key, since)]
    except Exception as error:
        if answers.code(error) in answers.CLOSED:
            return None
        raise answers.failure(error, proves_nothing_sent=True) from None


async def email(client: AsyncWebClient, user: str, homes: set[str]) -> str | None:
    """The user's e-mail; empty where Slack has none or the scope is missing.

    None for a guest, and for people outside `homes`; where that is empty, Slack is asked for it.
    """
    try:
        answer = await client.users_info(user=user)
    except Exception as error:
        if answers.code(error) in answers.CLOSED:
            return ""
        raise answers.failure(error, proves_nothing_sent=True) from None
    found = answer["user"]
    return people.email_of(found) if people.ours(found, homes or await _homes(client)) else None


async def _homes(client: AsyncWebClient) -> set[str]:
    """The team and the organisation of a token that was stored without them."""
    try:
        answer = await client.auth_test()
    except Exception as error:
        raise answers.failure(error, proves_nothing_sent=True) from None
    return people.homes(answer.get("team_id"), answer.get("enterprise_id"))


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


async def shared(client: AsyncWebClient, room: str) -> bool | None:
    """True for a channel of Slack Connect, or one that another company was invited to.

    None where Slack does not say: without `channels:read` (private: `groups:read`), or on an error.
    """
    try:
        found = (await client.conversations_info(channel=room))["channel"]
    except Exception:  # whatever the reason: nobody may rely on it
        return None
    if "is_ext_shared" not in found:
        return None
    invited = found.get("is_pending_ext_shared") or found.get("pending_connected_team_ids")
    others = found.get("is_shared") and not found.get("is_org_shared")
    return bool(found["is_ext_shared"] or invited or others)


async def _direct(client: AsyncWebClient, user: str) -> str:
    answer = await client.conversations_open(users=user)
    return str(answer["channel"]["id"])


async def _marked(
    client: AsyncWebClient, channel: str, thread: str, key: str, since: float
) -> list[str]:
    """Times of the messages with `key` in a room, or in one of its threads."""
    found: list[str] = []
    cursor: str | None = None
    seen: set[str] = set()  # a cursor that comes back would never end
    read: Any = client.conversations_history
    if thread:
        read = partial(client.conversations_replies, ts=thread)
    while cursor not in seen:
        page = await read(
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
