"""Ids that no database takes as a text: NUL, which PostgreSQL refuses, and half a character."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.teams.actions import PRESS
from cases import sample
from cases.embedding.bundled import BundledEncoder
from cases.library import Library
from tests.attacks.test_routes import fill, paths
from tests.drivers import slack, teams
from tests.drivers.screen import Key
from tests.fakes.house import House, open_house
from tests.fakes.sample_cast import SATO
from tests.fakes.slack_api import fake_slack
from tests.fakes.teams_connector import microsoft
from tests.fakes.two_companies import Site, site

HALF = "\ud83c"  # of a seedling


@pytest.fixture
async def pages(
    sqlite_file: Path, tmp_path: Path, encoder: BundledEncoder, database_url: str
) -> AsyncIterator[Site]:
    more = {"HITOTSUBU_DATABASE_URL": database_url}
    async with site(sqlite_file, tmp_path, encoder, environ=more) as found:
        yield found


@pytest.mark.attack(17)
@pytest.mark.parametrize("value", ["%00", "case%00", "%ED%A0%BC"])
async def test_no_page_fails_for_an_address_with_it(pages: Site, value: str) -> None:
    browser = await pages.signed_in("nakamura")
    names = ("q", "page", "office", "channel", "area", "id", "month", "next", "from", "to")
    query = "&".join(f"{name}={value}" for name in names)
    for path in paths(pages, "GET"):
        for asked in (fill(path, value), f"{fill(path, 'case')}?{query}"):
            assert (await browser.get(asked)).status < 500, asked
    for path in ("/case", "/pack/2026-10", "/schedule"):
        assert (await browser.get(f"{path}/{value}")).status == 404, path


@pytest.mark.attack(25)
async def test_no_form_fails_for_a_field_with_it(pages: Site) -> None:
    for path in paths(pages, "POST"):
        browser = await pages.signed_in("nakamura")
        await browser.get("/")
        fields = dict.fromkeys(("text", "who", "link", "step", "thread", "f.text"), "\0")
        for value in ("case.show:\0", "share.edit:case\0"):
            found = await browser.send(fill(path, "%00"), press=value, action=value, **fields)
            assert found.status < 500, path


class Door:
    """A house with Slack or Teams, and somebody's first screen there."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    async def presses(self, action: str, value: str) -> str:
        """What they see of a button that no card of ours has."""
        sato = self.driver.person(SATO)
        await sato.says("ヘルプ")
        screen = next(one for one in sato.screens if one.keys)
        key = screen.keys[0]
        native = {**key.native, "action_id": f"0:{action}", "value": value}
        native["data"] = {PRESS: {"action": action, "value": value}}
        seen = await self.driver.press(SATO, screen, Key("", action, value, native), {})
        return "\n".join(one.text for one in seen)


@pytest.fixture(params=["slack", "teams"])
async def door(
    request: pytest.FixtureRequest,
    company_file: Path,
    tmp_path: Path,
    encoder: BundledEncoder,
    database_url: str,
) -> AsyncIterator[Door]:
    async with AsyncExitStack() as stack:
        is_slack = request.param == "slack"
        outside: Any = await stack.enter_async_context(fake_slack() if is_slack else microsoft())
        environ = slack.environ(outside) if is_slack else teams.environ(outside)

        async def prepare(library: Library) -> None:
            await sample.seed(library.db, library.ring)
            if is_slack:
                await slack.connect(library, "kobe")
            else:
                await teams.connect(library, "kobe", outside.url)

        if database_url.startswith("postgresql"):
            environ |= {"HITOTSUBU_DATABASE_URL": database_url}
        opened = open_house(company_file, tmp_path, encoder, environ, prepare)
        house: House = await stack.enter_async_context(opened)
        served = TestClient(TestServer(house.hub.web(), host="127.0.0.1"))
        http = await stack.enter_async_context(served)
        made = slack.SlackDriver if is_slack else teams.TeamsDriver
        yield Door(made(house, outside, http))


@pytest.mark.attack(25)
@pytest.mark.parametrize("value", ["case\0", HALF])
async def test_a_button_with_it_in_chat_is_answered_as_not_found(door: Door, value: str) -> None:
    assert "E-01" in await door.presses("case.show", value)
