"""A Slack over HTTP, in a process of its own, that refuses, lies and is late: seeded, and counted.

What happens to a message depends only on the seed, its text and how often it was posted before.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Json = dict[str, Any]
PAGE = 15  # messages in one page of history
# fate of a post → chance; the others are answered as they should be
FATES = {
    "refused": 0.01,  # ok: false, a code that nobody knows
    "reset": 0.015,  # before the effect
    "error": 0.01,  # 500 before the effect
    "reset_after": 0.02,
    "error_after": 0.02,
    "timeout_after": 0.015,
    "late": 0.01,  # reset; it lands within the quiet time
    "too_late": 0.02,  # reset; it lands after the quiet time
    "limited": 0.001,  # 429 for a second, for everybody
}


@dataclass
class Nature:
    """What one seed's Slack is like. Times in seconds."""

    seed: int
    answer: float  # how long a worker waits for an answer
    quiet: float  # when a worker looks for the message at the earliest


@dataclass
class LyingSlack:
    """Channels with their messages as (ts, marker), oldest first, and what was done to them."""

    nature: Nature
    channels: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    fates: Counter[str] = field(default_factory=Counter)
    tries: Counter[str] = field(default_factory=Counter)
    deleted: int = 0
    free_at: float = 0.0
    falling: set[asyncio.Task[None]] = field(default_factory=set)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One call of the Web API."""
        method = request.match_info["method"]
        if request.content_type == "application/json":
            arguments = await request.json()
        else:
            arguments = {**request.query, **await request.post()}
        self.calls[method] += 1
        if method == "chat.postMessage":
            return await self._post(request, arguments)
        if method == "conversations.open":
            return web.json_response({"ok": True, "channel": {"id": _direct(arguments["users"])}})
        if method == "conversations.history":
            return self._history(request, arguments)
        return self._delete(arguments)

    async def count(self, _: web.Request) -> web.Response:
        """How many calls there were so far."""
        return web.json_response(sum(self.calls.values()))

    async def truth(self, _: web.Request) -> web.Response:
        """What stands in the channels, whatever was answered."""
        copies = Counter(key for sent in self.channels.values() for _, key in sent)
        known = {"copies": copies, "calls": self.calls, "fates": self.fates}
        return web.json_response({**known, "deleted": self.deleted})

    async def _post(self, request: web.Request, arguments: Json) -> web.StreamResponse:
        text, key = arguments["text"], arguments["metadata"]["event_payload"]["k"]
        channel = _direct(arguments["channel"])
        if time.time() < self.free_at:
            return _limited()
        self.tries[text] += 1
        dice = _dice(self.nature.seed, text, self.tries[text])
        (fate,) = dice.choices([*FATES, "fine"], [*FATES.values(), 1 - sum(FATES.values())])
        self.fates[fate] += 1
        if fate == "limited":
            self.free_at = time.time() + 1
            return _limited()
        if fate == "refused":
            return web.json_response({"ok": False, "error": "not_today"})
        if fate in ("late", "too_late"):
            self._let_fall(channel, key, self._delay(fate, dice))
        elif fate not in ("reset", "error"):
            ts = self._land(channel, key)
        if fate == "timeout_after":
            await asyncio.sleep(2 * self.nature.answer)
        if fate.startswith("error"):
            return web.Response(status=500, text="<html>")
        if fate != "fine":
            return _reset(request)
        return web.json_response({"ok": True, "channel": channel, "ts": ts})

    def _delay(self, fate: str, dice: random.Random) -> float:
        quiet = self.nature.quiet
        return dice.uniform(0.5, quiet - 1) if fate == "late" else dice.uniform(quiet, quiet + 8)

    def _let_fall(self, channel: str, key: str, delay: float) -> None:
        async def fall() -> None:
            await asyncio.sleep(delay)
            self._land(channel, key)

        task = asyncio.create_task(fall())
        self.falling.add(task)
        task.add_done_callback(self.falling.discard)

    def _land(self, channel: str, key: str) -> str:
        sent = self.channels.setdefault(channel, [])
        last = float(sent[-1][0]) if sent else 0.0
        ts = f"{max(time.time(), last + 0.000001):.6f}"
        sent.append((ts, key))
        return ts

    def _history(self, request: web.Request, arguments: Json) -> web.StreamResponse:
        dice = _dice(self.nature.seed, "history", self.calls["conversations.history"])
        if dice.random() < 0.03:
            return _limited()
        sent = self.channels.get(arguments["channel"], [])
        first, last = float(arguments["oldest"]), float(arguments.get("cursor") or "inf")
        found = [one for one in reversed(sent) if first <= float(one[0]) < last]
        more = len(found) > PAGE
        return web.json_response(
            {
                "ok": True,
                "messages": [_message(ts, key) for ts, key in found[:PAGE]],
                "has_more": more,
                "response_metadata": {"next_cursor": found[PAGE - 1][0] if more else ""},
            }
        )

    def _delete(self, arguments: Json) -> web.StreamResponse:
        sent = self.channels.get(arguments["channel"], [])
        kept = [one for one in sent if one[0] != arguments["ts"]]
        if len(kept) == len(sent):
            return web.json_response({"ok": False, "error": "message_not_found"})
        self.channels[arguments["channel"]] = kept
        self.deleted += 1
        return web.json_response({"ok": True})


def _dice(*what: object) -> random.Random:
    return random.Random("/".join(map(str, what)))  # noqa: S311  # the same lies again, not secrets


def _direct(target: str) -> str:
    """Slack opens the direct message itself when a user is given."""
    return f"D{target[1:]}" if target.startswith("U") else target


def _message(ts: str, key: str) -> Json:
    marker = {"event_type": "hitotsubu_delivery", "event_payload": {"k": key}}
    return {"type": "message", "ts": ts, "metadata": marker}


def _limited() -> web.Response:
    body = {"ok": False, "error": "ratelimited"}
    return web.json_response(body, status=429, headers={"Retry-After": "1"})


def _reset(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def main(nature: Nature, port: int) -> None:
    """Listens on loopback until it is killed."""
    slack = LyingSlack(nature)
    app = web.Application()
    app.router.add_route("*", "/api/{method}", slack.handle)
    app.router.add_get("/count", slack.count)
    app.router.add_get("/truth", slack.truth)
    web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None)
