"""Answers beside a person's own chat: in a channel for the asker alone, in a thread, for everybody.

The frozen bytes say where they go (`place`), so the ledger knows nothing of it. An ephemeral
message is in no history: an answer that may have been lost on the way is sent again as a direct
message, where it can be found. It never goes to the channel a second time, because `until` lies
within the ledger's quiet time (95 s).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.conversation.events import Aside
from bot.slack import limits
from bot.slack.blocks import message
from bot.slack.texts import Json
from bot.views.elements import Actions, Card, Style, Text
from bot.views.hits import TELL
from bot.views.words import say

Raw = dict[str, Any]
AT_ONCE = 60.0  # seconds that an answer may still appear where it was asked; less than 95
HOSTS = ("hooks.slack.com", "hooks.slack-gov.com")


def said_in(user: str, room: str, thread: str, *, direct: bool) -> dict[str, Any]:
    """The aside of something said: empty in the person's own chat outside a thread."""
    if direct and not thread:
        return {}
    found = {"channel": room, "thread": thread}
    return found if direct else {**found, "user": user}


def pressed_in(raw: Raw) -> dict[str, Any]:
    """The aside of a press on a message."""
    room = str(raw["container"]["channel_id"])
    direct = room.startswith("D")
    return said_in(str(raw["user"]["id"]), room, thread_of(raw), direct=direct)


def typed_in(raw: Raw) -> dict[str, Any]:
    """The aside of a command; a direct message may be one with somebody else: empty."""
    room = str(raw.get("channel_id") or "")
    if not room.startswith(("C", "G")):
        return {}
    return said_in(str(raw["user_id"]), room, "", direct=False)


def thread_of(raw: Raw) -> str:
    """The thread that holds the pressed message; empty outside threads."""
    held = raw.get("message") or {}
    return str(raw["container"].get("thread_ts") or held.get("thread_ts") or "")


def name(team: str, room: str, ts: str) -> str:
    """The conversation's name for a message or its thread; for a channel where `ts` is empty."""
    return f"slack:{team}:{room}:{ts}"


def payload(card: Card, aside: Aside, now: float) -> bytes:
    """The bytes of `blocks.payload` with their place; `now` is Unix time."""
    made: Json = message(card)
    made["place"] = place = {"channel": aside["channel"]}
    about, _, ts = str(aside.get("about") or "").rpartition(":")  # see `name`
    same = about.rpartition(":")[2] == aside["channel"]  # a time means nothing in another room
    thread = aside.get("thread") or (ts if same else "")
    if thread:
        place["thread_ts"] = thread
    if aside.get("user") and not aside.get("everyone"):
        place |= {"user": aside["user"], "until": now + AT_ONCE}
        made["instead"] = message(_in_dm(card, str(aside.get("locale") or "ja")))
    return json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode()


def unpacked(payload: bytes) -> tuple[Json, Json, Json]:
    """The message, its place (empty: the address) and what a direct message says instead."""
    found = json.loads(payload)
    return found, found.pop("place", {}), found.pop("instead", {})


def _in_dm(card: Card, locale: str) -> Card:
    """The answer for the direct message: it says why it is there, and there is nobody to share
    it with."""
    parts = [_alone(part) if isinstance(part, Actions) else part for part in card.parts]
    kept = [part for part in parts if not isinstance(part, Actions) or part.buttons or part.more]
    return replace(card, parts=(Text(say(locale, "aside.in_dm"), Style.QUIET), *kept))


def _alone(row: Actions) -> Actions:
    return replace(row, buttons=tuple(one for one in row.buttons if one.action != TELL))


def is_ephemeral(raw: Raw) -> bool:
    """True for a press on a message that only its reader sees: no chat.update reaches it."""
    return bool((raw.get("container") or {}).get("is_ephemeral"))


async def replaced(api: AsyncWebClient, raw: Raw, made: Mapping[str, Any]) -> bool:
    """Puts a new card in the place of an ephemeral message; False where Slack does not let us.

    Slack's address for it lives 30 minutes and takes five answers.
    """
    url = str(raw.get("response_url") or "")
    if not ours(url, api.base_url):
        return False
    hook = AsyncWebhookClient(url, timeout=limits.TIMEOUT, retry_handlers=[], logger=api.logger)
    try:
        answer = await hook.send_dict({**made, "replace_original": True})
    except Exception:  # its text may quote the answer; the card is said in the chat instead
        return False
    return answer.status_code == 200


def ours(url: str, api_url: str) -> bool:
    """True for Slack's own hook addresses over https, or one at the API's own address."""
    try:
        asked, api = urlsplit(url), urlsplit(api_url)
        same = (asked.scheme, asked.hostname, asked.port) == (api.scheme, api.hostname, api.port)
        return same or (asked.scheme == "https" and asked.port is None and asked.hostname in HOSTS)
    except ValueError:
        return False
