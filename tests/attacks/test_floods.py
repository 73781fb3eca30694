"""Too much, too slow, too often: what is refused, cut off, or answered with a polite no."""

from __future__ import annotations

import asyncio
import io
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.conversation.pace import A_MINUTE, Pace, What
from bot.server import BODY_LIMIT, impatient, make_app
from cases import sample
from cases.errors import TooOften
from tests.drivers.desk import DeskDriver
from tests.fakes.pages import pages
from tests.fakes.sample_cast import MORI, QUESTION, SATO, WIN
from tests.fakes.teams_door import teams_door


async def _nothing_wrong() -> dict[str, str]:
    return {}


async def _length(request: web.Request) -> web.Response:
    return web.json_response(len(await request.read()))


async def _raw(server: TestServer, *pieces: bytes, until: int = -1) -> bytes:
    """What the server answers on one connection until it closes it, or so many bytes of it."""
    assert server.port is not None
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
    try:
        return await reader.read(until)
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


HEAD = b"POST /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 10\r\n\r\n"


@pytest.mark.attack(49)
async def test_a_body_that_drips_is_cut_off_and_a_whole_one_is_read() -> None:
    app = web.Application(middlewares=[impatient(0.02)])
    app.add_routes([web.post("/x", _length)])
    async with TestServer(app, host="127.0.0.1") as server:
        assert await _raw(server, HEAD, b"12345") == b""
        assert (await _raw(server, HEAD, b"12345", b"67890")).endswith(b"\r\n\r\n10")


@pytest.mark.attack(49)
async def test_the_product_s_server_is_impatient_and_takes_a_megabyte_at_most() -> None:
    app = make_app([], _nothing_wrong)
    assert any(one.__qualname__.startswith("impatient") for one in app.middlewares)
    app.add_routes([web.post("/x", _length)])
    async with TestServer(app, host="127.0.0.1") as server:
        head = HEAD.replace(b" 10\r\n", b" %d\r\n" % (10 * BODY_LIMIT))
        assert b" 413 " in await _raw(server, head, b" " * (BODY_LIMIT + 1), until=20)


@pytest.mark.attack(49)
@pytest.mark.parametrize(
    "body",
    [b"[" * 200_000, b'{"type":' * 50_000, b'{"type":"message","attachments":[' + b"{}," * 300_000],
    ids=["lists", "objects", "blocks"],
)
async def test_an_activity_that_is_too_deep_or_broken_off_is_400(body: bytes) -> None:
    async with teams_door() as door:
        status, _ = await door.raw(body, {"Authorization": door.fake.token()})
        assert status == 400
        assert door.desk.log == []


@pytest.mark.attack(49)
async def test_an_activity_of_a_million_parts_is_413() -> None:
    body = b'{"type":"message","attachments":[' + b"{}," * 1_000_000 + b"{}]}"
    async with teams_door() as door:
        async with door.http.post("/api/messages", data=io.BytesIO(body)) as answer:
            assert answer.status == 413
        assert door.desk.log == []


@pytest.mark.attack(49)
async def test_a_form_of_a_thousand_fields_changes_nothing(tmp_path: Path) -> None:
    async with pages(tmp_path) as page:
        await page.get("/")
        fields = {f"f.{number}": "x" for number in range(2_000)}
        status, _ = await page.post("/say", **fields)
        assert status < 500
        assert len(page.desk.events) <= 1


@dataclass
class Ticks:
    """Seconds that stand still."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.attack(50)
@pytest.mark.parametrize(("what", "most"), [("read", 30), ("search", 60), ("typed", 90)])
def test_a_minute_has_its_number_for_each_person(what: What, most: int) -> None:
    ticks = Ticks()
    pace = Pace(ticks)
    for second in range(most):
        ticks.now = second / 10
        pace.take("c1", "sato", what)
    with pytest.raises(TooOften):
        pace.take("c1", "sato", what)
    pace.take("c1", "kato", what)  # nobody else waits
    pace.take("c2", "sato", what)
    ticks.now = 60.0  # the first one is a minute old, the second is not
    pace.take("c1", "sato", what)
    with pytest.raises(TooOften):
        pace.take("c1", "sato", what)


@pytest.mark.attack(50)
async def test_who_asks_too_much_is_told_politely_and_others_are_answered(
    desk: DeskDriver,
) -> None:
    pace = desk.house.hub.reception.pace
    for what, most in A_MINUTE.items():
        for _ in range(most if what != "typed" else 0):
            pace.take(sample.COMPANY, SATO, what)
    sato, mori = desk.person(SATO), desk.person(MORI)
    await sato.says(QUESTION)
    assert "1分ほど置いて" in sato.sees
    await sato.says(WIN)
    assert "E-21" in sato.sees
    await mori.says(QUESTION)
    assert "なぜ: 「" in mori.sees
