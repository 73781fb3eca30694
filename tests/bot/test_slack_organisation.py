"""Installed for a whole organisation: what Slack then leaves out, and what comes all the same."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot import vault
from bot.slack import blocks
from bot.slack.read import read, team
from bot.views.elements import Button, Card, Field, Kind
from cases import sample
from cases.embedding.bundled import BundledEncoder
from cases.models.org import Account
from cases.scope import Scope
from scheduler.models import InboxEvent
from tests.drivers.doors import slack_door
from tests.drivers.slack import SlackDriver
from tests.fakes.sample_cast import SATO
from tests.fakes.slack_requests import (
    TEAM,
    direct,
    event,
    message_shortcut,
    person,
    press,
    submission,
)

Json = dict[str, Any]
ORG = "E0ORG"
WHOLE: Json = {"team": None, "enterprise": {"id": ORG}, "is_enterprise_install": True}
FORM = Card(
    (Field("action", "やったこと", Kind.LONG),),
    title="共有",
    submit=Button("確認", "share.check", "d1"),
)
PRESS = press({"type": "button", "action_id": "1:help.show", "value": ""})


@pytest.fixture
async def slack(
    company_file: Path, tmp_path: Path, encoder: BundledEncoder
) -> AsyncIterator[SlackDriver]:
    """The company's one installation is that of the organisation."""
    async with slack_door(company_file, tmp_path, encoder) as driver:
        assert isinstance(driver, SlackDriver)
        library = driver.house.hub.library
        async with library.db.transaction(Scope(sample.COMPANY)) as shelf:
            row = await shelf.people.workspace("slack")
            assert row is not None
            row.external_id = ORG
        driver.person(SATO)
        yield driver


async def kept(slack: SlackDriver) -> list[InboxEvent]:
    async with slack.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        return list(await shelf.session.scalars(select(InboxEvent)))


async def test_a_press_without_a_team_is_answered(slack: SlackDriver) -> None:
    assert await slack.act(SATO, {**PRESS, **WHOLE})


async def test_a_message_is_shared_where_slack_tells_neither_team_nor_link(
    slack: SlackDriver,
) -> None:
    form = (await slack.act(SATO, {**message_shortcut("朝に電話した", "U0SATO"), **WHOLE}))[-1]
    assert "朝に電話した" in str(form.native)
    assert read({**message_shortcut("朝に電話した", "U0SATO"), **WHOLE}).fields["permalink"] == ""  # type: ignore[union-attr]  # it is a press


def test_a_form_without_a_team_is_read_as_any_other() -> None:
    view = blocks.modal(FORM, {"user": "U0SATO"}, "")
    for sent in (
        submission(view, {}),
        {**person(), "type": "view_closed", "view": {**view, "id": "V1"}},
        {**person(), "type": "shortcut", "callback_id": "share.start"},
    ):
        bare = {**sent, **WHOLE, "user": {"id": "U0SATO"}}
        assert read({**sent, **WHOLE}) == read(bare) == read(sent)
        assert team({**sent, **WHOLE}) == TEAM
        named = {**bare, "view": {**view, "id": "V1", "team_id": TEAM}}
        assert team(named) == TEAM


@pytest.mark.parametrize(
    "more",
    [
        {"user": {"id": "U0SATO", "team_id": "T0X", "enterprise_id": "E0OTHER"}},
        {"is_enterprise_install": False},
        {"enterprise": None},
    ],
)
@pytest.mark.attack(22)
async def test_a_person_of_another_organisation_stays_a_guest(
    slack: SlackDriver, more: Json
) -> None:
    await slack.act(SATO, {**PRESS, **WHOLE, **more})
    assert await kept(slack) == []


async def test_the_persons_own_workspace_never_takes_what_is_the_organisations(
    slack: SlackDriver,
) -> None:
    library, token = slack.house.hub.library, {"token": "xoxb-other"}
    await vault.connect(library.db, library.ring, sample.COMPANY, "slack", TEAM, token)
    await slack.act(SATO, {**PRESS, **WHOLE})
    assert [one.workspace_id for one in await kept(slack)] == ["slack"]


async def test_what_was_missed_is_read_as_the_workspaces_own(slack: SlackDriver) -> None:
    library = slack.house.hub.library
    async with library.db.transaction(Scope(sample.COMPANY)) as shelf:
        shelf.people.add(
            Account(
                company_id=sample.COMPANY, workspace_id="slack", user="U0SATO", member_id=SATO,
                address={"channel": "D0SATO"}, seen_at=shelf.now - timedelta(days=3),
            )
        )  # fmt: skip
    message = direct("設定", ts="1800000001.000100")
    slack.slack.messages.append({key: message[key] for key in message if key != "channel_type"})
    await slack.house.hub.catch_up.run()
    await slack._settle()
    assert len(slack.slack.made("chat.postMessage")) == 1
    await slack._post({**event(message), "enterprise_id": ORG})  # Slack sends it late
    await slack._settle()
    assert len(await kept(slack)) == 1
