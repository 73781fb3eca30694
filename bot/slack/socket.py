"""Socket Mode: the bot calls Slack, so no address of ours has to be reachable from outside.

Our own reader on aiohttp's WebSocket: the SDK's client takes envelopes one after the other, logs
addresses that hold a ticket, and does not say when it was away (ADR 19). An envelope whose event
could not be committed is not acknowledged, and Slack sends it again.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import time
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bot.slack import answers, client, limits
from bot.slack.door import Intake, NotKept, Unreadable, without_token
from bot.slack.read import Raw

log = logging.getLogger(__name__)
AWAY = "not_connected"
WebSocket = aiohttp.ClientWebSocketResponse


@dataclass(slots=True)
class Socket:
    """One process's connection; several processes share the events among them.

    `wrong` is empty while a connection stands and before `start`, else Slack's code or the error.
    """

    token: str
    intake: Intake
    api_url: str = client.API_URL
    wrong: str = ""
    _calling: asyncio.Task[None] | None = None
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _readers: dict[WebSocket, asyncio.Task[None]] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _session: aiohttp.ClientSession | None = None

    def start(self) -> None:
        """Connects, and connects again, until `close`."""
        self.wrong = AWAY
        self._calling = asyncio.create_task(self._call())

    async def close(self) -> None:
        """Reads nothing more, lets the acks that are under way leave, and hangs up."""
        if self._calling is None:
            return
        self._stopping.set()
        stopped, sockets = [self._calling, *self._readers.values()], list(self._readers)
        for task in stopped:
            task.cancel()
        await asyncio.gather(*stopped, return_exceptions=True)
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for socket in sockets:
            await socket.close()  # what comes from here on, Slack keeps for the next connection
        if self._session is not None:
            await self._session.close()
        self._calling, self.wrong = None, AWAY

    async def _call(self) -> None:
        tries, stood = 0, False
        while True:
            try:
                socket = await self._connected()
            except Exception as error:
                tries += 1
                self._say_wrong(answers.code(error) or type(error).__name__)
                asked = getattr(answers.failure(error), "retry_after", None)
                await self._nap(_pause(tries) if asked is None else asked)
                continue
            if stood and self.wrong:  # nobody listened for a while
                self.intake.lost()
            stood = True
            self._say_wrong("")
            since, replaced = time.monotonic(), asyncio.Event()
            self._readers[socket] = asyncio.create_task(self._listen(socket, replaced))
            await replaced.wait()
            held = time.monotonic() - since >= limits.SOCKET_HELD
            tries = 0 if held else tries + 1
            if not held:  # there are too many of us, or the line flaps
                await self._nap(_pause(tries))

    async def _connected(self) -> WebSocket:
        """A connection that has said hello. Raises what the network or Slack raises."""
        api = client.web_client(None, self.api_url)
        answer = await api.apps_connections_open(app_token=self.token)
        if self._session is None:
            self._session = aiohttp.ClientSession()
        async with asyncio.timeout(limits.TIMEOUT):
            socket = await self._session.ws_connect(
                answer["url"],
                heartbeat=limits.SOCKET_PING,
                max_msg_size=limits.BODY,
                proxy=api.proxy,
            )
        try:
            async with asyncio.timeout(limits.SOCKET_HELLO):
                if (await socket.receive_json()).get("type") == "hello":
                    return socket
            raise ConnectionError("no hello")
        except BaseException:
            await socket.close()
            raise

    async def _listen(self, socket: WebSocket, replaced: asyncio.Event) -> None:
        """Reads until the connection ends; says so, or that Slack wants another one, at once."""
        async for message in socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            found = _object(message.data)
            if found.get("type") == "disconnect" and not replaced.is_set():
                replaced.set()  # Slack goes on delivering here while the next one is made
                self._go(self._retire(socket))
            elif "envelope_id" in found:
                self._go(self._take(socket, found))
        del self._readers[socket]
        if not self._readers:
            self._say_wrong(AWAY)
        replaced.set()

    async def _take(self, socket: WebSocket, envelope: Raw) -> None:
        async def acknowledge(body: Raw | None) -> None:
            answer: Raw = {"envelope_id": envelope["envelope_id"]}
            if body is not None and envelope.get("accepts_response_payload"):
                answer["payload"] = body
            await socket.send_json(answer)

        payload = envelope.get("payload")
        try:
            if not isinstance(payload, dict):
                raise Unreadable
            await self.intake.take(without_token(payload), acknowledge)
        except NotKept:
            return  # no ack: Slack sends it again
        except Unreadable:
            log.error("slack envelope of type %s is unreadable", envelope.get("type"))
        except ConnectionError:
            log.warning("slack socket closed before an ack: the event comes again")

    async def _retire(self, socket: WebSocket) -> None:
        await self._nap(limits.SOCKET_LINGER)
        if not self._stopping.is_set():
            await socket.close()

    async def _nap(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()

    def _say_wrong(self, wrong: str) -> None:
        if wrong and wrong != self.wrong:
            log.error("slack socket: %s", wrong)
        elif self.wrong and not wrong:
            log.info("slack socket is connected")
        self.wrong = wrong

    def _go(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)  # asyncio itself holds tasks only weakly
        task.add_done_callback(self._tasks.discard)


def _pause(tries: int) -> float:
    """Seconds to the next try: doubling, with a fifth of chance."""
    wait = min(2.0 ** min(tries - 1, 10), limits.SOCKET_PAUSE)
    return wait * random.uniform(0.8, 1.2)  # noqa: S311  no secret


def _object(text: str) -> Raw:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
