"""What was written while the bot was away is found in Slack's history and handled once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.views.words import say
from cases import sample
from cases.embedding.bundled import BundledEncoder
from cases.models.org import Account, Room
from cases.scope import Scope
from scheduler.models import InboxState
from scheduler.store.inbox import Inbox
from tests.drivers.doors import slack_door
from tests.drivers.slack import SlackDriver
from tests.fakes.sample_cast import ITO, KATO, SATO, WIN
from tests.fakes.slack_api import Answer
from tests.fakes.slack_requests import TEAM, direct, edited, event
from tests.fakes.slack_state import Room as SlackRoom
from tests.faults.matrix import Measured

Json = dict[str, Any]
WHO = (SATO, KATO, ITO)


@pytest.fixture
async def driver(
    company_file: Path, tmp_path: Path, encoder: BundledEncoder
) -> AsyncIterator[SlackDriver]:
    """Three people who have an account, seen long ago."""
    async with slack_door(company_file, tmp_path, encoder) as found:
        assert isinstance(found, SlackDriver)
        async with found.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
            for who in WHO:
                found.person(who)
                shelf.people.add(
                    Account(
                        company_id=sample.COMPANY, workspace_id="slack", user=f"U0{who.upper()}",
                        member_id=who, address={"channel": f"D0{who.upper()}"},
                        seen_at=shelf.now - timedelta(days=3),
                    )
                )  # fmt: skip
        yield found


def post(driver: SlackDriver, who: str, number: int, text: str = "設定", **more: Any) -> Json:
    """Something written in Slack of which no event came; it lies in the history only."""
    message = direct(text, user=f"U0{who.upper()}", channel=f"D0{who.upper()}")
    message |= {"ts": f"18000{number:05}.000100", **more}
    stored = {key: message[key] for key in message if key not in ("channel_type",)}
    driver.slack.messages.append(stored)
    return message


async def counts(driver: SlackDriver) -> dict[str, int]:
    async with driver.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        return await Inbox(shelf).counts()


def asked(driver: SlackDriver) -> list[str]:
    """The rooms whose history was asked for, in order."""
    return [one["channel"] for one in driver.slack.made("conversations.history")]


@pytest.mark.fault(4)
async def test_missed_posts_are_found_and_answered_once(
    driver: SlackDriver, measured: Measured
) -> None:
    driver.slack.page = 7
    for number in range(30):
        post(driver, WHO[number % 3], number)
    fill = driver.house.hub.catch_up
    assert await fill.run() == 3
    assert (await counts(driver))[InboxState.DONE] == 30
    fill.ask()
    await fill.run()
    await driver._settle()
    assert (await counts(driver))[InboxState.DONE] == 30
    assert len(driver.slack.made("chat.postMessage")) == 30
    measured("30/30, none twice")


@pytest.mark.slow
@pytest.mark.fault(4)
async def test_three_hundred_missed_posts_are_found(
    driver: SlackDriver, measured: Measured
) -> None:
    driver.slack.page = 100
    for number in range(300):
        post(driver, WHO[number % 3], number)
    await driver.house.hub.catch_up.run()
    found = (await counts(driver))[InboxState.DONE]
    measured(f"{found}/300 at the first tick")
    assert found == 300


async def test_an_event_and_its_copy_in_the_history_are_one(driver: SlackDriver) -> None:
    message = post(driver, SATO, 1, WIN)
    await driver._post(event(message, "Ev1"))
    await driver._settle()
    await driver.house.hub.catch_up.run()
    await driver._settle()
    assert (await counts(driver))[InboxState.DONE] == 1
    assert len(driver.slack.made("chat.postMessage")) == 1


async def test_an_edit_that_was_missed_is_found_and_its_late_event_is_the_same(
    driver: SlackDriver,
) -> None:
    message = post(driver, SATO, 1, WIN)
    await driver._post(event(message, "Ev1"))
    await driver._settle()
    at = "1800000009.000000"
    driver.slack.messages[0] |= {"text": "設定", "edited": {"user": "U0SATO", "ts": at}}
    await driver.house.hub.catch_up.run()
    await driver._post(edited(message, "設定", at, "Ev2"))
    await driver._settle()
    assert (await counts(driver))[InboxState.DONE] == 2
    async with driver.house.hub.library.db.transaction(Scope(sample.COMPANY, SATO)) as shelf:
        assert await shelf.cases.drafts_from(f"slack:{TEAM}:D0SATO:{message['ts']}") == []


async def test_a_room_is_read_where_the_company_lets_it_and_only_what_names_the_bot(
    driver: SlackDriver,
) -> None:
    async with driver.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        for room, listens in (("C0OPEN", True), ("C0SHUT", False)):
            shelf.people.add(
                Room(
                    company_id=sample.COMPANY, workspace_id="slack", address={"channel": room},
                    listens=listens,
                )
            )  # fmt: skip
    for room in ("C0OPEN", "C0SHUT"):
        driver.slack.rooms[room] = SlackRoom(room.lower())
        post(driver, SATO, 1, "<@U0BOT> 設定", channel=room)
        post(driver, SATO, 2, "今日の昼はカレー", channel=room)
    await driver.house.hub.catch_up.run()
    assert set(asked(driver)) == {"D0SATO", "D0KATO", "D0ITO", "C0OPEN"}
    assert (await counts(driver))[InboxState.DONE] == 1


async def test_a_429_stops_the_workspace_until_slack_allows_it(driver: SlackDriver) -> None:
    fill = driver.house.hub.catch_up
    moment = 0.0
    fill.ticks = lambda: moment
    body = {"ok": False, "error": "ratelimited"}
    slow = Answer(body, status=429, headers={"Retry-After": "30"})
    driver.slack.script["conversations.history"] = [slow]
    post(driver, SATO, 1)
    assert await fill.run() == 0
    moment = 29.0
    assert await fill.run() == 0
    assert len(asked(driver)) == 1
    assert b"slack_429_total 1.0" in await driver.house.hub.numbers()
    moment = 31.0
    assert await fill.run() == 3
    assert (await counts(driver))[InboxState.DONE] == 1


async def test_each_room_is_read_again_after_an_hour_and_after_a_gap(driver: SlackDriver) -> None:
    fill = driver.house.hub.catch_up
    moment = 0.0
    fill.ticks = lambda: moment
    post(driver, SATO, 1)
    assert [await fill.run(), await fill.run()] == [3, 0]
    moment = 301.0
    assert await fill.run() == 0  # it looked, and the hour is not over
    limited = {"type": "app_rate_limited", "team_id": TEAM, "minute_rate_limited": 1}
    await driver._post(limited)
    assert await fill.run() == 3
    (first, *_, again) = [
        one for one in driver.slack.made("conversations.history") if one["channel"] == "D0SATO"
    ]
    assert float(again["oldest"]) == pytest.approx(1_800_000_001.0001 - 600)
    assert float(first["oldest"]) < float(again["oldest"])


async def test_a_token_without_the_scope_is_said_on_the_status_page(driver: SlackDriver) -> None:
    fill, pages = driver.house.hub.catch_up, driver.house.hub.pages
    words = say("ja", "status.history_closed")
    assert words not in dict(await pages.status(sample.COMPANY, "ja")).values()
    driver.slack.script["conversations.history"] = [Answer({"ok": False, "error": "missing_scope"})]
    assert await fill.run() == 0
    assert words in dict(await pages.status(sample.COMPANY, "ja")).values()
    assert await fill.run() == 0
    assert len(asked(driver)) == 1  # it does not knock again within the hour
    fill.ask()
    assert await fill.run() == 3
    assert words not in dict(await pages.status(sample.COMPANY, "ja")).values()
