"""The doors of the story by name: the product with that platform connected, and its driver."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp.test_utils import TestClient, TestServer

from cases.embedding.bundled import BundledEncoder
from tests.drivers import slack, teams
from tests.drivers.desk import DeskDriver
from tests.drivers.slack import SlackDriver
from tests.drivers.teams import TeamsDriver
from tests.fakes.house import House, open_house
from tests.fakes.slack_api import fake_slack
from tests.fakes.teams_connector import microsoft

AnyDriver = DeskDriver | SlackDriver | TeamsDriver
Door = Callable[[Path, Path, BundledEncoder], AbstractAsyncContextManager[AnyDriver]]
OFFICE = "kobe"  # whose room is on the platform


@asynccontextmanager
async def desk_door(
    template: Path, folder: Path, encoder: BundledEncoder
) -> AsyncIterator[AnyDriver]:
    """Reception itself, as the local page calls it."""
    async with open_house(template, folder, encoder) as house:
        yield DeskDriver(house)


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


DOORS: dict[str, Door] = {"desk": desk_door, "slack": slack_door, "teams": teams_door}
