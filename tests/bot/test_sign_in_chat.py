"""「ログイン」 in Slack and Teams: who asked gets the link, and it lies in no table and no chat."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cases import sample, sign_in, tickets
from cases.embedding.bundled import BundledEncoder
from cases.scope import Scope
from cases.sign_in import SignedIn
from tests.drivers.desk import DeskDriver
from tests.drivers.doors import slack_door, teams_door
from tests.drivers.slack import SlackDriver
from tests.drivers.teams import TeamsDriver
from tests.fakes.house import House
from tests.fakes.sample_cast import SATO
from tests.fakes.slack_api import Answer

PAGES = "https://pages.example"
LINK = re.compile(re.escape(PAGES) + r"/sign-in/([\w-]+\.[\w-]{43})")


def with_pages(driver: SlackDriver | TeamsDriver) -> House:
    driver.house.hub.library.web_url = PAGES
    return driver.house


async def check(house: House, told: str) -> None:
    """The link is SATO's, opens once, and its secret is nowhere on the disk."""
    (found,) = set(LINK.findall(told))
    ticket = tickets.read(found)
    assert ticket is not None
    assert ticket.secret.encode() not in house.bytes()
    async with house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        opened = await sign_in.redeem(shelf, ticket)
        assert isinstance(opened, SignedIn)
        assert opened.member_id == SATO


@pytest.mark.parametrize("typed", ["ログイン", "ウェブで開く", "sign in"])
async def test_in_slack_the_link_stands_on_a_screen_of_who_asked(
    company_file: Path, tmp_path: Path, encoder: BundledEncoder, typed: str
) -> None:
    async with slack_door(company_file, tmp_path, encoder) as driver:
        assert isinstance(driver, SlackDriver)
        house = with_pages(driver)
        sato = driver.person(SATO)
        await sato.says(typed)
        assert "ブラウザーでも同じことができます" in sato.sees
        await sato.presses("ウェブで開く")
        assert "10分のあいだ、1回だけ使えるリンクです" in sato.sees
        posts = [args for name, args in driver.slack.calls if name.startswith("chat.")]
        assert not LINK.search(str(posts))
        opened = [args for name, args in driver.slack.calls if name == "views.open"]
        assert [args["trigger_id"].split(".")[0] for args in opened] == [SATO]
        # On a slow machine a screen that says "a moment" is opened first, and then updated.
        shown = [
            args for name, args in driver.slack.calls if name in ("views.open", "views.update")
        ]
        await check(house, str(shown))


async def test_in_a_slack_channel_only_who_asked_sees_the_button(
    company_file: Path, tmp_path: Path, encoder: BundledEncoder
) -> None:
    async with slack_door(company_file, tmp_path, encoder) as driver:
        assert isinstance(driver, SlackDriver)
        with_pages(driver)
        driver.person(SATO)
        (screen,) = await driver.command(SATO, "ログイン")
        assert "ブラウザーでも" in screen.text
        assert screen.native["user"] == "U0SATO"
        assert not LINK.search(str(driver.slack.calls))


async def test_the_home_of_a_company_that_uses_the_pages_has_the_button(
    company_file: Path, tmp_path: Path, encoder: BundledEncoder
) -> None:
    async with slack_door(company_file, tmp_path, encoder) as driver:
        assert isinstance(driver, SlackDriver)
        house = with_pages(driver)
        driver.person(SATO)
        home = await driver.opens_home(SATO)
        assert home is not None
        assert "sign_in.open" not in [key.action for key in home.keys]
        async with house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
            for workspace in await shelf.people.workspaces():
                if workspace.platform == "web":  # as of a company that is no sample
                    workspace.external_id = sample.COMPANY
        home = await driver.opens_home(SATO)
        assert home is not None
        (key,) = [one for one in home.keys if one.action == "sign_in.open"]
        await driver.presses_home(SATO, key, {})
        await check(house, str(driver.slack.calls))


async def test_in_teams_the_link_is_the_answer_to_the_press(
    company_file: Path, tmp_path: Path, encoder: BundledEncoder
) -> None:
    async with teams_door(company_file, tmp_path, encoder) as driver:
        assert isinstance(driver, TeamsDriver)
        house = with_pages(driver)
        (screen,) = await driver.say(SATO, "ログイン")
        (key,) = [one for one in screen.keys if one.action == "sign_in.open"]
        screens = await driver.press(SATO, screen, key, {})
        assert not LINK.search(str(driver.fake.shown))
        await check(house, str([one.native for one in screens]))


async def test_where_no_screen_opens_the_button_is_said_again_and_no_link(
    company_file: Path, tmp_path: Path, encoder: BundledEncoder
) -> None:
    async with slack_door(company_file, tmp_path, encoder) as driver:
        assert isinstance(driver, SlackDriver)
        house = with_pages(driver)
        expired = Answer({"ok": False, "error": "expired_trigger_id"})
        driver.slack.script["views.open"] = [expired]
        sato = driver.person(SATO)
        await sato.says("ログイン")
        await sato.presses("ウェブで開く")
        assert "ブラウザーでも同じことができます" in sato.sees
        posts = [args for name, args in driver.slack.calls if name.startswith("chat.")]
        assert not LINK.search(str(posts))
        assert b"/sign-in/" not in house.bytes()


async def test_without_a_public_address_chat_says_kindly_that_there_are_no_pages(
    company_file: Path, tmp_path: Path, encoder: BundledEncoder
) -> None:
    async with slack_door(company_file, tmp_path, encoder) as driver:
        sato = driver.person(SATO)
        await sato.says("ログイン")
        assert "この会社では、ブラウザーの画面を使っていません" in sato.sees


async def test_on_the_page_of_ones_own_machine_one_is_there_already(desk: DeskDriver) -> None:
    assert "いま開いているのが、その画面です" in await desk.person(SATO).says("ログイン")


async def test_signing_out_in_chat_ends_every_browser(desk: DeskDriver) -> None:
    library = desk.house.hub.library
    async with library.db.transaction(Scope(sample.COMPANY)) as shelf:
        found = await sign_in.redeem(shelf, await sign_in.link(shelf, SATO))
        assert isinstance(found, SignedIn)
    sato = desk.person(SATO)
    await sato.says("ログアウト")
    assert "すべてのブラウザーでサインアウトしました(開いていた画面 1件)" in sato.sees
    async with library.db.transaction(Scope(sample.COMPANY)) as shelf:
        assert await sign_in.who(shelf, found.ticket) is None


async def test_help_offers_the_pages_and_an_old_button_says_that_they_are_gone(
    company_file: Path, tmp_path: Path, encoder: BundledEncoder
) -> None:
    async with slack_door(company_file, tmp_path, encoder) as driver:
        assert isinstance(driver, SlackDriver)
        sato = driver.person(SATO)
        assert "ウェブで開く" not in await sato.says("ヘルプ")
        house = with_pages(driver)
        assert "ウェブで開く" in await sato.says("ヘルプ")
        house.hub.library.web_url = ""
        await sato.presses("ウェブで開く")
        assert "ブラウザーの画面を使っていません" in sato.sees


async def test_on_the_pages_themselves_there_is_nothing_to_open(desk: DeskDriver) -> None:
    desk.house.hub.library.web_url = PAGES
    sato = desk.person(SATO)
    assert "いま開いているのが、その画面です" in await sato.says("ログイン")
    assert "ウェブで開く" not in await sato.says("ヘルプ")
