"""Signing in with a real browser, which alone knows what a cookie `__Host-…` and a policy mean."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

from bot import app
from bot.web.walls import SIGNED_IN
from cases.embedding.bundled import BundledEncoder
from tests.drivers.browser import CHROMIUM, FLAGS
from tests.fakes.two_companies import Site, site

TOO_SMALL = """() => [...document.querySelectorAll('a, button, summary, select, textarea')]
  .filter(e => e.className != 'skip' && e.checkVisibility())
  .filter(e => e.getBoundingClientRect().height < 43.5).map(e => e.outerHTML.slice(0, 80))"""
TOO_WIDE = "() => document.documentElement.scrollWidth > window.innerWidth"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason="no chromium on this machine; CI installs it"),
]


@pytest.fixture
async def pages(sqlite_file: Path, tmp_path: Path, encoder: BundledEncoder) -> AsyncIterator[Site]:
    async with site(sqlite_file, tmp_path, encoder, "http://localhost") as found:
        yield found


@pytest.fixture
async def chromium() -> AsyncIterator[Any]:
    async_api = pytest.importorskip("playwright.async_api")
    async with async_api.async_playwright() as play:
        found = await play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield found
        await found.close()


async def test_a_person_signs_in_uses_the_pages_and_signs_out(pages: Site, chromium: Any) -> None:
    server = TestServer(pages.hub.web(await app._doors(pages.hub, alone=False)), host="localhost")
    await server.start_server()
    home = f"http://localhost:{server.port}"
    window = await chromium.new_page(viewport={"width": 390, "height": 844}, locale="ja-JP")
    told: list[str] = []
    window.on("console", lambda message: told.append(message.text))
    await window.goto(f"{home}/library?sort=new")
    assert window.url.endswith("/sign-in?next=%2Flibrary%3Fsort%3Dnew")
    assert await window.evaluate(TOO_WIDE) is False
    await window.goto(home + await pages.link())
    assert await window.evaluate(TOO_SMALL) == []
    await window.click("main button")
    await window.wait_for_url(f"{home}/library?sort=new")
    cookies = {one["name"]: one for one in await window.context.cookies()}
    assert SIGNED_IN in cookies
    for one in cookies.values():
        assert one["name"].startswith("__Host-")
        assert (one["secure"], one["httpOnly"], one["sameSite"]) == (True, True, "Lax")
    assert await window.evaluate("() => document.cookie") == ""
    assert await window.evaluate(TOO_SMALL) == []
    await window.goto(home)
    await window.fill("#text", "ヘルプ")
    await window.click("#box button.primary")
    await window.wait_for_selector("#thread .card")
    assert "はじめての方へ" in await window.inner_text("#thread")
    assert await window.evaluate(TOO_WIDE) is False
    await window.click("header .me button")
    await window.wait_for_url(f"{home}/sign-in?out=1")
    await window.go_back()
    assert "/sign-in" in window.url
    assert told == []
    await server.close()


async def test_the_page_says_that_somebody_writes_and_that_the_session_is_over(
    pages: Site, chromium: Any
) -> None:
    """Typing alone keeps the session; when it is over, that is said and the text is still there."""
    server = TestServer(pages.hub.web(await app._doors(pages.hub, alone=False)), host="localhost")
    await server.start_server()
    home = f"http://localhost:{server.port}"
    window = await chromium.new_page(viewport={"width": 390, "height": 844}, locale="ja-JP")
    await window.clock.install()
    await window.goto(home + await pages.link())
    await window.click("main button")
    await window.wait_for_url(f"{home}/")
    heard: list[str] = []
    window.on("request", lambda request: heard.append(request.url))
    for turn in (25, 25):
        pages.database.turn(minutes=turn)
        await window.type("#text", "先生と話せた")
        async with window.expect_response(f"{home}/here") as found:
            await window.clock.fast_forward("05:00")
        assert (await found.value).status == 204
    assert [one for one in heard if one.endswith("/here")] == [f"{home}/here"] * 2
    pages.database.turn(minutes=31)
    await window.type("#text", "。")
    await window.clock.fast_forward("05:00")
    await window.wait_for_function("() => document.body.innerText.includes('E-74')")
    assert await window.input_value("#text") == "先生と話せた先生と話せた。"
    assert await window.evaluate(TOO_SMALL) == []
    await window.evaluate("() => document.getElementById('box').submit()")  # as without scripts
    await window.wait_for_selector("#typed")
    assert await window.input_value("#typed") == "先生と話せた先生と話せた。"
    assert await window.evaluate(TOO_WIDE) is False
    await window.close()
    await server.close()
