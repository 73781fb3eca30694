"""Slack as npm's emulate plays it, behind the fake's own face: drivers read from it as usual.

Every call of the Web API goes on to the emulator and its answer comes back; what it accepted is
noted. It knows no commands, presses and forms: the driver signs and sends those itself. It knows
no Slack Connect either: what Slack says of that with each channel is added.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from tests.fakes.slack_api import FakeSlack, arguments_of
from tests.fakes.slack_requests import TEAM
from tests.fakes.slack_state import BOT, SCOPES, Json, Screen, direct_of, structured

HERE = Path(__file__).parent
NODE = os.environ.get("HITOTSUBU_EMULATE_NODE", "")  # `make test-emulate` sets it
TOKEN = "xoxb-hitotsubu"
_SCREENS = ("views.open", "views.push", "views.update")


@dataclass
class Relay(FakeSlack):
    """The fake whose answers are the emulator's. `behind` is its address."""

    behind: str = ""
    exchanged: dict[str, str] = field(default_factory=dict)  # our trigger → the emulator's
    http: ClientSession | None = None

    async def handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        arguments = await arguments_of(request)
        authorization = request.headers.get("Authorization", "")
        self.calls.append((method, arguments))
        self.tokens.add(authorization)
        if self.script.get(method):
            return self._scripted(self.script[method].pop(0), request, method, arguments)
        sent = dict(arguments)
        if "trigger_id" in sent:
            sent["trigger_id"] = await self._trigger(sent["trigger_id"])
        answer = await self.ask(method, sent, authorization)
        if answer.get("ok"):
            self._note(method, arguments, answer)
        if "channel" in answer and method == "conversations.info":
            answer["channel"] |= {"is_shared": False, "is_ext_shared": False}
        return web.json_response(answer)

    async def ask(self, method: str, arguments: Json, authorization: str = "") -> Json:
        """One call of the emulator: it serves reads as POST only."""
        assert self.http is not None
        headers = {"Authorization": authorization or f"Bearer {TOKEN}"}
        async with self.http.post(
            f"{self.behind}/api/{method}", json=arguments, headers=headers
        ) as answer:
            found: Json = await answer.json()
            return found

    async def _trigger(self, ours: str) -> str:
        """The emulator's trigger for ours, made once, so that a second use is a second use."""
        if ours not in self.exchanged and ours in self.triggers:
            user = self.triggers[ours].user
            made = await self.ask("views.generateTriggerId", {"user_id": user})
            self.exchanged[ours] = made["trigger_id"]
        return self.exchanged.get(ours, ours)

    def _note(self, method: str, arguments: Json, answer: Json) -> None:
        if method == "chat.postMessage":
            place = {"channel": answer["channel"], "ts": answer["ts"]}
            self.messages.append({**arguments, **place})
        elif method == "chat.postEphemeral":
            self.ephemerals.append({**arguments, "message_ts": answer["message_ts"]})
        elif method in ("chat.update", "chat.delete"):
            found = self.message(arguments["channel"], arguments["ts"])
            found.update(arguments)
            if method == "chat.delete":
                self.messages.remove(found)
        elif method in _SCREENS:
            self._note_screen(structured(arguments["view"]), answer["view"], arguments)
        elif method == "views.publish":
            view = structured(arguments["view"])
            self.homes[arguments["user_id"]] = {**view, "hash": answer["view"]["hash"]}

    def _note_screen(self, view: Json, shown: Json, arguments: Json) -> None:
        before = self.screens.get(shown["id"])
        trigger = self.triggers.get(arguments.get("trigger_id", ""))
        user = before.user if before else trigger.user if trigger else ""
        self.views.append(view)
        self.screens[shown["id"]] = Screen(shown["id"], user, view, str(shown["hash"]))


@asynccontextmanager
async def emulated_slack(people: list[str]) -> AsyncIterator[Relay]:
    """The emulator in a process of its own, with these people's accounts, and the relay to it."""
    port = _free_port()
    relay = Relay(behind=f"http://127.0.0.1:{port}")
    relay.emails = {f"U0{who.upper()}": f"{who}@sample.example" for who in people}
    process = await asyncio.create_subprocess_exec(
        NODE,
        str(HERE / "launch.mjs"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(_wanted(relay, port)).encode() + b"\n")
    assert await process.stdout.readline() == b"ready\n"
    app = web.Application()
    app.router.add_route("*", "/api/{method}", relay.handle)
    async with ClientSession() as relay.http, TestServer(app, host="127.0.0.1") as server:
        relay.url = str(server.make_url("/api/"))
        yield relay
    process.stdin.close()
    assert await process.wait() == 0


def _wanted(relay: Relay, port: int) -> Json:
    directs = [
        {"channel_id": direct_of(user), "is_im": True, "is_channel": False, "members": [BOT, user]}
        for user in relay.emails
    ]
    rooms = [{"channel_id": room, "members": [BOT, *relay.emails]} for room in relay.rooms]
    return {
        "port": port,
        "team": TEAM,
        "token": TOKEN,
        "scopes": sorted(SCOPES),
        "bot": BOT,
        "users": [{"id": user, "email": email} for user, email in relay.emails.items()],
        "channels": [*directs, *rooms],
    }


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
