"""The pages in a real browser over the real program: phone and desktop, both languages."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.drivers.browser import CHROMIUM, FLAGS

sync_api = pytest.importorskip("playwright.sync_api")
SIZES = {"phone": (390, 844), "desktop": (1280, 900)}
PLACES = ("/", "/mailbox", "/library", "/office", "/status", "/nowhere")
HEAD_OFFICE = ("/", "/review", "/office?office=kobe&month=2026-10", "/pack/kobe/2026-10")
TOO_SMALL = """() => [...document.querySelectorAll(
  'a, button, summary, select, textarea, input[type=text], input[type=date], label.option')]
  .filter(e => e.className != 'skip' && e.checkVisibility())
  .filter(e => e.getBoundingClientRect().height < 43.5).map(e => e.outerHTML.slice(0, 80))"""
TOO_WIDE = "() => document.documentElement.scrollWidth > window.innerWidth"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason="no chromium on this machine; CI installs it"),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`hitotsubu run` with an empty folder, and its address."""
    var = tmp_path_factory.mktemp("var")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    settings = {"VAR": str(var), "DATABASE_URL": f"sqlite:///{var}/web.db", "PORT": port}
    env = os.environ | {f"HITOTSUBU_{name}": value for name, value in settings.items()}
    log = (var / "log").open("wb")
    command = [sys.executable, "-m", "bot", "run"]
    run = subprocess.Popen(command, env=env, stdout=log, stderr=log, cwd=Path(__file__).parents[2])
    address = f"http://127.0.0.1:{port}"
    _wait(address, run)
    yield address
    run.send_signal(signal.SIGINT)
    assert run.wait(30) == 0
    log.close()


def _wait(address: str, run: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert run.poll() is None, "the program ended"
        try:
            urllib.request.urlopen(f"{address}/ready", timeout=1).close()  # noqa: S310  # our own address
        except OSError:
            run_on = subprocess.run(["sleep", "0.1"], check=False)
            assert run_on.returncode == 0
        else:
            return
    raise AssertionError("never ready")


@pytest.fixture(scope="module")
def browser() -> Iterator[sync_api.Browser]:
    with sync_api.sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(params=SIZES)
def page(
    request: pytest.FixtureRequest, browser: sync_api.Browser, home: str
) -> Iterator[sync_api.Page]:
    """A fresh browser window; a script error or anything that the policy blocks fails the test."""
    width, height = SIZES[request.param]
    context = browser.new_context(viewport={"width": width, "height": height}, base_url=home)
    found = context.new_page()
    troubles: list[str] = []
    found.on("console", lambda said: troubles.append(said.text))
    found.on("pageerror", lambda error: troubles.append(f"Uncaught {error}"))
    yield found
    assert [one for one in troubles if "Security Policy" in one or "Uncaught" in one] == []
    context.close()


def act_as(page: sync_api.Page, member: str, locale: str = "ja") -> None:
    page.goto("/")
    page.click(f".people button[value={member}]")
    page.click(f".language button[value={locale}]")
    assert page.get_attribute("html", "lang") == locale


@pytest.mark.parametrize("locale", ["ja", "en"])
def test_no_page_scrolls_sideways_or_has_a_target_too_small_for_a_thumb(
    page: sync_api.Page, locale: str
) -> None:
    for member, places in (("sato", PLACES), ("nakamura", HEAD_OFFICE)):
        act_as(page, member, locale)
        for place in places:
            page.goto(place)
            assert not page.evaluate(TOO_WIDE), place
            assert page.evaluate(TOO_SMALL) == [], place


def test_a_win_is_shared_in_text_and_six_taps(page: sync_api.Page) -> None:
    act_as(page, "sato")
    page.goto("/?try=0")
    page.click("#box button.primary")
    card = page.locator("#thread .card").first
    card.locator(".ticks .option").first.wait_for()
    for tick in card.locator(".ticks .option").all():
        tick.click()
    card.locator("button.primary").click()
    card.get_by_text("公開しました").wait_for()
    assert page.input_value("#text") == ""


def test_a_question_is_answered_and_tried_in_place(page: sync_api.Page) -> None:
    act_as(page, "mori")
    page.goto("/?try=1")
    page.click("#box button.primary")
    card = page.locator("#thread .card").first
    card.get_by_text("この方に聞く").first.click()
    card.locator(".said p").first.wait_for()
    assert page.locator("#thread .card").count() == 1


def test_a_case_opens_over_the_list_and_closes_again(page: sync_api.Page) -> None:
    act_as(page, "sato")
    page.goto("/library")
    page.locator(".cases a").first.click()
    page.wait_for_selector("#sheet[open] .card")
    page.keyboard.press("Escape")
    page.wait_for_selector("#sheet:not([open])", state="attached")
    assert page.url.endswith("/library")


def test_what_was_typed_stays_when_the_answer_does_not_come(page: sync_api.Page) -> None:
    act_as(page, "sato")
    page.route("**/say", lambda route: route.abort())
    page.fill("#text", "まだ送れていないひとこと")
    page.click("#box button.primary")
    page.get_by_text("E-12").wait_for()
    assert page.input_value("#text") == "まだ送れていないひとこと"
    page.unroute("**/say")


def test_the_meeting_page_prints_on_one_sheet(browser: sync_api.Browser, home: str) -> None:
    context = browser.new_context(base_url=home)
    page = context.new_page()
    act_as(page, "nakamura")
    page.goto("/pack/kobe/2026-10")
    pdf = page.pdf(prefer_css_page_size=True)
    assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type/Page\n") == 1
    context.close()


def test_everything_essential_works_without_scripts(browser: sync_api.Browser, home: str) -> None:
    context = browser.new_context(base_url=home, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.click(".people button[value=kato]")
    page.goto("/?try=1")
    page.click("#box button.primary")
    page.locator("#thread .card").first.get_by_text("参考になった").first.click()
    assert page.locator("#thread .card").count() == 2
    page.goto("/library")
    page.locator(".cases a").first.click()
    assert "/case/" in page.url
    context.close()
