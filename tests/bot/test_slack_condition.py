"""状態 says which scopes a workspace lacks, and what does not work without them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import vault
from bot.slack import condition
from bot.slack.scopes import scopes
from cases import sample
from cases.embedding.bundled import BundledEncoder
from cases.scope import Scope
from tests.drivers.doors import slack_door
from tests.drivers.slack import CREDENTIALS, SlackDriver
from tests.fakes.slack_api import Answer

TOKEN = CREDENTIALS["token"]


@pytest.fixture
async def driver(
    company_file: Path, tmp_path: Path, encoder: BundledEncoder
) -> AsyncIterator[SlackDriver]:
    async with slack_door(company_file, tmp_path, encoder) as found:
        assert isinstance(found, SlackDriver)
        yield found


async def told(driver: SlackDriver, locale: str = "ja") -> dict[str, str]:
    rows = await driver.house.hub.pages.status(sample.COMPANY, locale)
    return {label: value for label, value in rows if "Slack" in label}


async def test_everything_granted_is_one_short_row_and_asked_once(driver: SlackDriver) -> None:
    assert await told(driver) == {"Slack の権限": "すべてあります"}
    assert await told(driver, "en") == {"Scopes in Slack": "all granted"}
    assert len(driver.slack.made("auth.test")) == 1


async def test_the_minimum_says_what_does_not_work(driver: SlackDriver) -> None:
    driver.slack.grants[TOKEN] = set(scopes())
    value = (await told(driver))["Slack の権限"]
    assert value.startswith("基本の権限はそろっています")
    assert "reactions:read (絵文字では始まりません" in value


async def test_less_than_the_minimum_asks_for_a_new_installation(driver: SlackDriver) -> None:
    driver.slack.grants[TOKEN] = set(scopes(full=True)) - {"im:history"}
    value = (await told(driver, "en"))["Scopes in Slack"]
    assert "install the app again" in value
    assert "im:history" in value


async def test_a_slack_that_does_not_answer_is_said_so(driver: SlackDriver) -> None:
    driver.slack.script["auth.test"] = [Answer({"ok": False, "error": "invalid_auth"})]
    assert "invalid_auth" in (await told(driver))["Slack の権限"]
    assert await told(driver) == {"Slack の権限": "すべてあります"}  # asked again


async def test_what_the_installation_granted_stands_in_for_the_header(
    driver: SlackDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = driver.house.hub.library
    given = {"token": TOKEN, "scopes": list(scopes(full=True))}
    await vault.connect(library.db, library.ring, sample.COMPANY, "slack", "T0HIBIKI", given)
    monkeypatch.setattr(condition, "KEPT", -1.0)
    driver.slack.script["auth.test"] = [Answer({"ok": True})]
    assert await told(driver) == {"Slack の権限": "すべてあります"}


async def test_each_workspace_has_its_row_and_a_paused_one_none(driver: SlackDriver) -> None:
    library = driver.house.hub.library
    second = {"token": "xoxb-sato"}
    row = await vault.connect(library.db, library.ring, sample.COMPANY, "slack", "T2", second)
    assert set(await told(driver)) == {"Slack の権限 (T0HIBIKI)", "Slack の権限 (T2)"}
    async with library.db.transaction(Scope(sample.COMPANY)) as shelf:
        stored = await shelf.people.workspace(row)
        assert stored is not None
        stored.state = "paused"
    assert set(await told(driver)) == {"Slack の権限"}
