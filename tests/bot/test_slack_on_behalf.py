"""聞き書き and a colleague's message through Slack's own screens: form, preview, direct message."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from cases import sample
from cases.embedding.bundled import BundledEncoder
from cases.models.org import Account
from cases.scope import Scope
from tests.drivers.doors import slack_door
from tests.drivers.slack import SlackDriver
from tests.fakes.sample_cast import ITO, KATO, NAME, TICKS, WIN
from tests.fakes.slack_forms import closed, messages, types
from tests.fakes.slack_requests import command, message_shortcut

FUJII = "fujii"
TITLE = "A先生への電話を、秘書さんに聞いた16時に変え"


@pytest.fixture
async def driver(
    company_file: Path, tmp_path: Path, encoder: BundledEncoder
) -> AsyncIterator[SlackDriver]:
    """Slack with three people on it; 藤井 has never written to the bot."""
    async with slack_door(company_file, tmp_path, encoder) as found:
        assert isinstance(found, SlackDriver)
        for who in (KATO, ITO, FUJII):
            found.person(who)
        async with found.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
            for account in await shelf.people.accounts(FUJII):
                await shelf.session.delete(account)
        yield found


async def sends(driver: SlackDriver, who: str, payload: dict[str, Any]) -> None:
    """A command or shortcut of `who`, with a fresh trigger."""
    trigger = f"{who}.{next(driver.numbers)}"
    if "command" in payload:
        payload |= {"user_id": f"U0{who.upper()}"}
    else:
        payload["user"]["id"] = f"U0{who.upper()}"
    await driver._post(payload | {"trigger_id": trigger})


async def test_a_command_opens_the_form_and_the_mr_is_asked_by_direct_message(
    driver: SlackDriver,
) -> None:
    kato, fujii = driver.person(KATO), driver.person(FUJII)
    async with driver.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        there = {"company_id": sample.COMPANY, "workspace_id": "slack", "user": "U0FUJII"}
        shelf.people.add(Account(**there, member_id=FUJII, address={"user": "U0FUJII"}))
    await sends(driver, KATO, command("聞き書き 藤井"))
    kato._look(await driver.mail(KATO))
    assert "どなたの話ですか?" in kato.sees
    await kato.presses("内容を確認する", text=WIN)
    assert "藤井 沙耶さんの話として" in kato.sees
    assert NAME not in kato.sees
    await kato.presses("本人に確認をお願いする")
    assert "藤井 沙耶さんに確認をお願いしました" in kato.sees
    await fujii.opens_mail()
    assert "加藤 直子さんが、あなたの取り組みを聞き書きしました" in fujii.sees
    await fujii.presses("この内容で共有する", declared=list(TICKS), show_author="yes")
    assert "公開しました" in fujii.sees
    assert "藤井 沙耶さんが確認し" in await kato.opens_mail()


async def test_what_was_heard_and_not_sent_is_a_draft_when_the_form_is_closed(
    driver: SlackDriver,
) -> None:
    kato = driver.person(KATO)
    await sends(driver, KATO, command("聞き書き 藤井"))
    await driver.mail(KATO)
    await types(driver, "text", WIN, KATO)
    (said,) = messages(await driver.act(KATO, closed(driver)))
    assert "下書きに保存しました" in said.text
    kato.screens = [said]
    await kato.presses("続きを書く")
    await kato.presses("内容を確認する")
    assert "藤井 沙耶さんの話として" in kato.sees
    assert NAME not in kato.sees


async def test_a_form_of_hearsay_that_is_closed_empty_leaves_nothing(driver: SlackDriver) -> None:
    driver.person(KATO)
    await sends(driver, KATO, command("聞き書き 藤井"))
    await driver.mail(KATO)
    assert await driver.act(KATO, closed(driver)) == []


async def test_a_colleagues_message_goes_to_its_poster_who_never_wrote_to_the_bot(
    driver: SlackDriver,
) -> None:
    ito, fujii = driver.person(ITO), driver.person(FUJII)
    await sends(driver, ITO, message_shortcut(WIN, poster="U0FUJII"))
    ito._look(await driver.mail(ITO))
    await ito.presses("内容を確認する")
    assert "まず藤井 沙耶さんに確認をお願いします" in ito.sees
    await ito.presses("本人に確認をお願いする")
    await fujii.opens_mail()
    assert "あなたの投稿を好事例として共有したいそうです" in fujii.sees
    assert "元のメッセージは、そのまま残っています" in fujii.sees
    assert TITLE in fujii.sees
    await fujii.presses("共有しない")
    assert "今回は共有しないことにしました" in await ito.opens_mail()


@pytest.mark.parametrize("poster", ["U0GUEST", ""])
async def test_a_guests_message_is_refused_on_the_screen(driver: SlackDriver, poster: str) -> None:
    await sends(driver, ITO, message_shortcut(WIN, poster=poster))
    await driver.mail(ITO)
    assert "名簿にいないため" in json.dumps(driver.slack.calls, ensure_ascii=False)
    assert "秘書さんに聞いた16時".encode() not in driver.house.bytes()
