"""Socket Mode: no ack before the commit, reconnecting, and what a gap sets off."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from bot.conversation.events import Pressed
from bot.slack import SlackPlatform, blocks, limits
from bot.slack.socket import AWAY
from bot.views.elements import Button, Card, Field, Kind
from tests.fakes.slack_requests import TEAM, command, direct, event, submission
from tests.fakes.slack_socket import APP_TOKEN, TICKET, FakeSocketMode, socket_mode
from tests.fakes.slack_stage import FakeDesk

Json = dict[str, Any]


async def soon(true: Callable[[], bool]) -> None:
    """Lets the loop turn until it is so."""
    async with asyncio.timeout(60):  # an alarm; a slow machine takes seconds
        while not true():  # noqa: ASYNC110  what is waited for has no event of its own
            await asyncio.sleep(0)


@dataclass
class Line:
    """A platform on the line with the fake. `gaps` counts the calls for the history."""

    desk: FakeDesk
    slack: FakeSocketMode
    platform: SlackPlatform
    gaps: list[str] = field(default_factory=list)

    async def until(self, wrong: dict[str, str]) -> None:
        """Waits until the platform says so of itself."""
        await soon(lambda: self.platform.wrong() == wrong)

    async def handled(self, number: int) -> None:
        await soon(lambda: self.desk.log.count("handled") >= number)


@asynccontextmanager
async def on_the_line() -> AsyncIterator[Line]:
    desk = FakeDesk()
    async with socket_mode() as slack:
        platform = SlackPlatform(desk, "", slack.api_url, app_token=APP_TOKEN)
        line = Line(desk, slack, platform)
        platform.on_gap(lambda: line.gaps.append("gap"))
        try:
            yield line
        finally:
            await platform.close()


@pytest.fixture
async def line(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Line]:
    monkeypatch.setattr(limits, "SOCKET_PAUSE", 0.001)
    monkeypatch.setattr(limits, "SOCKET_LINGER", 60)
    async with on_the_line() as found:
        await found.platform.start()
        await found.slack.connected()
        await found.until({})
        yield found


async def test_an_envelope_is_kept_then_acknowledged_then_handled(line: Line) -> None:
    line.desk.slow = asyncio.Event()
    ack = await line.slack.deliver(event(direct("会えました")))
    assert ack == {"envelope_id": "e1"}
    assert line.desk.log == [f"kept slack {TEAM}"]
    assert "token" not in next(iter(line.desk.raws.values()))
    line.desk.slow.set()
    await line.handled(1)
    assert line.slack.tokens == [f"Bearer {APP_TOKEN}"]


async def test_without_an_app_token_of_http_there_is_no_route(line: Line) -> None:
    assert line.platform.routes() == []
    both = SlackPlatform(line.desk, "secret", app_token=APP_TOKEN)
    assert [route.path for route in both.routes() if isinstance(route, web.RouteDef)] == [
        "/slack/events"
    ]


async def test_an_event_that_cannot_be_kept_gets_no_ack_and_is_handled_when_it_comes_again(
    line: Line,
) -> None:
    line.desk.broken = True
    lost = event(direct("会えました"))
    await line.slack.send(lost)
    await soon(lambda: bool(line.gaps))  # the history is asked for, too
    assert line.slack.acks == []
    line.desk.broken = False
    await line.slack.deliver(lost)
    await line.slack.deliver(lost)
    await line.handled(1)
    assert line.desk.log.count("handled") == 1


async def test_a_form_waits_and_a_command_opens_nothing_in_its_ack(line: Line) -> None:
    card = Card(
        (Field("action", "やったこと", Kind.LONG),),
        title="好事例を共有",
        submit=Button("確認する", "share.check", "d1", primary=True),
    )
    sent = submission(blocks.modal(card, {"user": "U0SATO"}), {})
    ack = await line.slack.deliver(sent)
    assert ack["payload"]["response_action"] == "update"
    assert "payload" not in await line.slack.deliver(command("状態"))
    await line.handled(2)
    assert all(isinstance(said, Pressed) for said in line.desk.heard)


async def test_a_refresh_makes_the_new_connection_first_and_loses_nothing(line: Line) -> None:
    old = line.slack.sockets[0]
    await old.send_json({"type": "disconnect", "reason": "refresh_requested"})
    new = await line.slack.connected(2)
    ack = await line.slack.deliver(event(direct("一通目", ts="1.1"), "Ev1"), old)
    assert ack["envelope_id"] == "e1"  # the old one still delivers
    await line.slack.deliver(event(direct("二通目", ts="1.2"), "Ev2"), new)
    await old.close()
    await line.handled(2)
    await line.until({})
    assert line.gaps == []


async def test_a_replaced_connection_is_hung_up_in_the_end(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SOCKET_LINGER", 0.001)
    old = line.slack.sockets[0]
    await old.send_json({"type": "disconnect", "reason": "warning"})
    await line.slack.connected(2)
    await soon(lambda: old.closed)
    await line.until({})


async def test_a_broken_connection_is_made_again_and_the_history_is_read(line: Line) -> None:
    line.slack.refusals = [{"ok": False, "error": "internal_error"}]
    await line.slack.sockets[0].close()
    await line.slack.connected(2)
    await line.until({})
    assert line.gaps == ["gap"]
    await line.slack.deliver(event(direct("会えました")))
    await line.handled(1)


async def test_a_refused_token_is_told_and_no_secret_is_in_any_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(limits, "SOCKET_PAUSE", 0.001)
    caplog.set_level(logging.DEBUG)
    async with on_the_line() as line:
        line.slack.refusals = [{"ok": False, "error": "invalid_auth"}] * 3
        assert line.platform.wrong() == {}  # a worker has no doors
        await line.platform.start()
        assert line.platform.wrong() == {"slack_socket": AWAY}
        await line.until({"slack_socket": "invalid_auth"})
        away = await line.platform.rows("hibiki", "ja")
        assert "invalid_auth" in away[0][1]
        await line.until({})
        assert (await line.platform.rows("hibiki", "en"))[0][1] == "connected"
        await line.slack.sockets[0].close()
        await line.slack.connected(2)
    assert caplog.text.count("slack socket: invalid_auth") == 1
    ours = [one for one in caplog.records if one.name.startswith(("bot", "slack"))]
    text = "\n".join(one.getMessage() for one in ours)
    assert ours
    assert APP_TOKEN not in text
    assert TICKET not in text


async def test_a_server_without_a_hello_is_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SOCKET_PAUSE", 0.001)
    async with on_the_line() as line:
        line.slack.greeting = {"type": "goodbye"}
        await line.platform.start()
        await line.until({"slack_socket": "ConnectionError"})
        line.slack.greeting = {"type": "hello"}
        await line.until({})


async def test_nonsense_is_not_acknowledged_and_harms_nothing(line: Line) -> None:
    socket = line.slack.sockets[0]
    for text in ("{", "[]", '{"envelope_id": "e0", "payload": []}', '{"type": "what"}'):
        await socket.send_str(text)
    await socket.send_bytes(b"1")
    await line.slack.deliver(event(direct("会えました")))
    await line.handled(1)
    assert len(line.slack.acks) == 1


async def test_the_end_lets_acks_leave_and_waits_for_the_work(line: Line) -> None:
    line.desk.slow = asyncio.Event()
    await line.slack.deliver(event(direct("会えました")))
    closing = asyncio.create_task(line.platform.close())
    await soon(lambda: line.slack.sockets[0].closed)
    assert not closing.done()
    line.desk.slow.set()
    await closing
    assert line.desk.log[-1] == "handled"
    assert line.platform.wrong() == {"slack_socket": AWAY}
    await line.platform.close()  # a second end is none
