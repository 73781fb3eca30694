"""Uninstalled, revoked, shut out: the workspace stops, its token goes, and it may return."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot import vault
from bot.conversation.events import Detached
from bot.slack.read import read
from bot.views.words import say
from cases import sample
from cases.embedding.bundled import BundledEncoder
from cases.errors import NotFound
from cases.models.org import Workspace
from cases.scope import Scope
from cases.vocabulary import Role
from scheduler import board, ledger
from scheduler.store.ledger import Ledger
from tests.drivers.doors import slack_door
from tests.drivers.slack import CREDENTIALS, SlackDriver
from tests.fakes.sample_cast import SATO
from tests.fakes.slack_requests import NOW, TEAM, event

Json = dict[str, Any]
TOKEN = CREDENTIALS["token"]
GONE = {"type": "app_uninstalled"}
REVOKED = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["U0BOT"]}}
ADMIN = Scope(sample.COMPANY, roles=frozenset({Role.HQ_ADMIN}))


@pytest.fixture
async def driver(
    company_file: Path, tmp_path: Path, encoder: BundledEncoder
) -> AsyncIterator[SlackDriver]:
    async with slack_door(company_file, tmp_path, encoder) as found:
        assert isinstance(found, SlackDriver)
        yield found


async def row_of(driver: SlackDriver) -> Workspace:
    async with driver.house.hub.library.db.transaction(ADMIN) as shelf:
        row = await shelf.people.workspace("slack")
    assert row is not None
    return row


async def send(driver: SlackDriver, inner: Json, number: str = "Ev1", **more: Any) -> None:
    await driver._post({**event(inner, number), **more})
    await driver._settle()


async def trail(driver: SlackDriver) -> list[str]:
    async with driver.house.hub.library.db.transaction(ADMIN) as shelf:
        return [one.what for one in await shelf.audit.entries() if "workspace." in one.what]


@pytest.mark.parametrize("inner", [GONE, REVOKED])
async def test_a_workspace_that_is_gone_stops_and_loses_its_token(
    driver: SlackDriver, inner: Json, caplog: pytest.LogCaptureFixture
) -> None:
    await driver.house.hub.reception.credentials("slack", sample.COMPANY)  # remembered for a minute
    await send(driver, inner)
    row = await row_of(driver)
    assert (row.state, row.paused_for, row.credentials) == ("paused", inner["type"], None)
    assert await driver.house.hub.reception.credentials("slack", sample.COMPANY) == {}
    assert await trail(driver) == [f"workspace.{inner['type']}"]
    assert inner["type"] in caplog.text
    assert TOKEN not in caplog.text


async def test_both_events_in_any_order_and_again_count_once(driver: SlackDriver) -> None:
    for number, inner in enumerate([REVOKED, GONE, REVOKED, GONE]):
        await send(driver, inner, f"Ev{number}")
    await send(driver, REVOKED, "Ev0")  # Slack's repeat
    assert await trail(driver) == ["workspace.tokens_revoked"]


async def test_what_is_owed_waits_and_goes_out_after_a_new_installation(
    driver: SlackDriver,
) -> None:
    await send(driver, GONE)
    library = driver.house.hub.library
    async with library.db.transaction(Scope(sample.COMPANY)) as shelf:
        owed = ledger.Owed(
            dedupe_key="test:1", kind="reply", payload=b'{"text":"a","blocks":[]}',
            workspace_id="slack", user="U0SATO", member_id=SATO,
        )  # fmt: skip
        await ledger.owe(shelf, owed)
    before = len(driver.slack.messages)
    driver.house.hub.wake(sample.COMPANY)
    await driver.house.settle()
    assert len(driver.slack.messages) == before
    new = {"token": "xoxb-sato", "bot_user": "U0BOT", "installed_at": NOW + 60.0}
    await vault.connect(library.db, library.ring, sample.COMPANY, "slack", TEAM, new)
    driver.house.hub.reception.forget("slack")
    await send(driver, REVOKED, "Ev9")  # late: it speaks of the installation before
    row = await row_of(driver)
    assert (row.state, row.paused_for) == ("active", "")
    async with library.db.transaction(Scope(sample.COMPANY)) as shelf:
        assert await Ledger(shelf).workspaces("paused") == []


async def test_administrators_read_why_and_cannot_simply_go_on(driver: SlackDriver) -> None:
    await send(driver, GONE)
    async with driver.house.hub.library.db.transaction(ADMIN) as shelf:
        assert [one.reason for one in await board.pauses(shelf)] == ["app_uninstalled"]
        with pytest.raises(NotFound):
            await board.resume(shelf, "slack")
    assert "app_uninstalled" in say("ja", "sending.why_gone", code="app_uninstalled")


async def test_revoked_tokens_of_people_are_nothing_to_us(driver: SlackDriver) -> None:
    await send(driver, {"type": "tokens_revoked", "tokens": {"oauth": ["U0SATO"]}})
    assert (await row_of(driver)).state == "active"


async def test_a_team_that_is_shut_stops_and_goes_on_when_it_is_opened(
    driver: SlackDriver,
) -> None:
    shut = {"type": "team_access_revoked", "team_ids": [TEAM, "T0X"]}
    await send(driver, shut)
    row = await row_of(driver)
    assert (row.state, row.paused_for) == ("paused", "team_access_revoked")
    assert row.credentials is not None
    opened = {"type": "team_access_granted", "team_ids": [TEAM]}
    await send(driver, opened, "Ev2")
    assert (await row_of(driver)).state == "active"
    await send(driver, opened, "Ev3")
    assert await trail(driver) == ["workspace.team_access_revoked", "workspace.resume"]


async def test_other_teams_of_an_organisation_are_not_ours(driver: SlackDriver) -> None:
    await send(driver, {"type": "team_access_revoked", "team_ids": ["T0X"]})
    await send(driver, GONE, "Ev2", authorizations=[{"is_enterprise_install": True}])
    assert (await row_of(driver)).state == "active"


async def test_an_organisation_gets_the_events_of_its_workspaces(driver: SlackDriver) -> None:
    library = driver.house.hub.library
    new = {"token": "xoxb-sato", "bot_user": "U0BOT"}
    row = await vault.connect(library.db, library.ring, sample.COMPANY, "slack", "E0ORG", new)
    raw = {**event(GONE, "Ev1", team="T0OTHER"), "enterprise_id": "E0ORG"}
    await driver._post({**raw, "authorizations": []})  # the one workspace, not the organisation
    await driver._settle()
    async with library.db.transaction(ADMIN) as shelf:
        stored = await shelf.people.workspace(row)
        assert stored is not None
        assert stored.state == "active"
    whole = [{"enterprise_id": "E0ORG", "team_id": None, "is_enterprise_install": True}]
    await driver._post({**raw, "event_id": "Ev2", "team_id": None, "authorizations": whole})
    await driver._settle()
    async with library.db.transaction(ADMIN) as shelf:
        stored = await shelf.people.workspace(row)
        assert stored is not None
        assert (stored.state, stored.credentials) == ("paused", None)


def test_what_slack_says_of_a_parting_is_read_without_a_person() -> None:
    assert read(event(GONE)) == Detached((TEAM,), "app_uninstalled", forget=True, at=float(NOW))


def test_team_access_is_read_wrapped_or_not() -> None:
    shut = {"type": "team_access_revoked", "team_ids": [TEAM, "T0X"]}
    wrapped = {"team_id": None, "enterprise_id": "E0", "event": shut}
    found = Detached((TEAM, "T0X"), "team_access_revoked", at=float(NOW))
    assert read(event(shut)) == read(event(wrapped)) == found
