"""The doors of the story by name: the product with that platform connected, and its driver."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp.test_utils import TestClient, TestServer

from cases import sample
from cases.embedding.bundled import BundledEncoder
from tests.drivers import slack, slack_socket, teams
from tests.drivers.browser import CHROMIUM, FLAGS, BrowserDriver
from tests.drivers.slack import SlackDriver
from tests.drivers.slack_socket import SocketDriver
from tests.drivers.teams import TeamsDriver
from tests.drivers.terminal import TerminalDriver
from tests.drivers.web import WebDriver, more_people
from tests.emulate.relay import emulated_slack
from tests.fakes.house import House, open_house
from tests.fakes.sample_cast import ABE, ITO, KATAYAMA, KOGA
from tests.fakes.slack_api import fake_slack
from tests.fakes.slack_socket import socket_mode
from tests.fakes.teams_connector import microsoft

AnyDriver = WebDriver | BrowserDriver | SlackDriver | TeamsDriver | TerminalDriver
Door = Callable[[Path, Path, BundledEncoder], AbstractAsyncContextManager[AnyDriver]]
OFFICE = "kobe"  # whose room is on the platform


@asynccontextmanager
async def web_door(
    template: Path, folder: Path, encoder: BundledEncoder
) -> AsyncIterator[AnyDriver]:
    """The pages over HTTP, without scripts."""
    with more_people():
        async with open_house(template, folder, encoder) as house, _served(house) as http:
            driver = WebDriver(house, http.make_url("/"))
            yield driver
            await driver.close()


@asynccontextmanager
async def browser_door(
    template: Path, folder: Path, encoder: BundledEncoder
) -> AsyncIterator[AnyDriver]:
    """The pages in chromium, with scripts."""
    from playwright.async_api import async_playwright  # only make test-all has a browser

    with more_people():
        async with (
            async_playwright() as play,
            open_house(template, folder, encoder) as house,
            _served(house) as http,
        ):
            chromium = await play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            yield BrowserDriver(house, str(http.make_url("/")), chromium)
            await chromium.close()


@asynccontextmanager
async def slack_door(
    template: Path, folder: Path, encoder: BundledEncoder
) -> AsyncIterator[AnyDriver]:
    """Signed HTTP requests, and a Web API on loopback."""
    prepare = partial(slack.connect, office=OFFICE)
    async with (
        fake_slack() as api,
        open_house(template, folder, encoder, slack.environ(api), prepare) as house,
        _served(house) as http,
    ):
        yield SlackDriver(house, api, http)


@asynccontextmanager
async def emulate_door(
    template: Path, folder: Path, encoder: BundledEncoder
) -> AsyncIterator[AnyDriver]:
    """Signed HTTP requests, and the Slack of npm's emulate behind a relay."""
    prepare = partial(slack.connect, office=OFFICE)
    async with (
        emulated_slack([*sample.CAST, ITO, KOGA, ABE, KATAYAMA]) as api,
        open_house(template, folder, encoder, slack.environ(api), prepare) as house,
        _served(house) as http,
    ):
        yield SlackDriver(house, api, http)


@asynccontextmanager
async def socket_door(
    template: Path, folder: Path, encoder: BundledEncoder
) -> AsyncIterator[AnyDriver]:
    """Socket Mode: the bot calls a Slack on loopback, and no route is open."""
    prepare = partial(slack.connect, office=OFFICE)
    async with socket_mode() as line, fake_slack() as api:
        api.socket_url = line.address
        environ = slack_socket.environ(api)
        async with open_house(template, folder, encoder, environ, prepare) as house:
            await house.hub.platforms["slack"].start()
            await line.connected()
            yield SocketDriver(house, api, line)


@asynccontextmanager
async def teams_door(
    template: Path, folder: Path, encoder: BundledEncoder
) -> AsyncIterator[AnyDriver]:
    """Activities with signed tokens, and a Bot Connector on loopback."""
    async with microsoft() as fake:
        prepare = partial(teams.connect, office=OFFICE, url=fake.url)
        async with (
            open_house(template, folder, encoder, teams.environ(fake), prepare) as house,
            _served(house) as http,
        ):
            yield TeamsDriver(house, fake, http)


@asynccontextmanager
async def _served(house: House) -> AsyncIterator[TestClient[Any, Any]]:
    async with TestClient(TestServer(house.hub.web(), host="127.0.0.1")) as http:
        yield http


@asynccontextmanager
async def terminal_door(
    template: Path, folder: Path, encoder: BundledEncoder
) -> AsyncIterator[AnyDriver]:
    """`hitotsubu console`, and the other commands beside it."""
    async with open_house(template, folder, encoder) as house:
        yield await TerminalDriver.open(house, [*sample.CAST, ITO, KOGA])


DOORS: dict[str, Door] = {
    "web": web_door,
    "browser": browser_door,
    "slack": slack_door,
    "socket": socket_door,
    "teams": teams_door,
    "terminal": terminal_door,
}


def door_of(name: str) -> Door:
    """The door with this name; `emulate` is Slack's, with another Slack behind it."""
    return emulate_door if name == "emulate" else DOORS[name]
