"""What is said in a channel: heard only where the company opened it, told to its author alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from cases import sample
from cases.embedding.bundled import BundledEncoder
from cases.models.org import Room
from cases.scope import Scope
from scheduler.models import Delivery, InboxEvent
from scheduler.store.inbox import Inbox
from scheduler.store.ledger import Ledger
from tests.drivers.doors import slack_door
from tests.drivers.screen import Person
from tests.drivers.slack import SlackDriver
from tests.fakes.sample_cast import EVENT, ITO, KATO, NAKAMURA, NAME, SATO, TICKS, WIN
from tests.fakes.slack_api import Answer
from tests.fakes.slack_requests import TEAM, event
from tests.fakes.slack_state import Room as SlackRoom

Json = dict[str, Any]
OPENED, CLOSED = "C0OPEN", "C0CLOSED"
CHAT = "明日の会議は10時からです。資料は共有フォルダにあります。"
COMPANY = Scope(sample.COMPANY)
FOUND = "小さな成功がありそうです"
MARKED = "目印の絵文字をつけました"
NUMBERS = count(1)
QUIET = "watanabe"  # an MR of 仙台 whom nothing else is owed to


@pytest.fixture
async def driver(
    company_file: Path, tmp_path: Path, encoder: BundledEncoder
) -> AsyncIterator[SlackDriver]:
    """A workspace with one channel in which the company lets the bot listen."""
    async with slack_door(company_file, tmp_path, encoder) as found:
        assert isinstance(found, SlackDriver)
        async with found.house.hub.library.db.transaction(COMPANY) as shelf:
            address = {"channel": OPENED}
            room = Room(company_id=sample.COMPANY, workspace_id="slack", address=address)
            room.listens, room.posts = True, False
            shelf.people.add(room)
        found.slack.rooms[OPENED] = SlackRoom("open")
        yield found


@pytest.fixture
def sato(driver: SlackDriver) -> Person:
    return driver.person(SATO)


async def writes(driver: SlackDriver, who: str, text: str, room: str = OPENED, **more: Any) -> str:
    """Somebody writes in a channel, where the history has it too; gives the message's time."""
    number = next(NUMBERS)
    message = {
        "type": "message",
        "channel": room,
        "user": f"U0{who.upper()}",
        "text": text,
        "ts": f"1800000100.{number:06}",
        "blocks": [],
        "team": TEAM,
        **more,
    }
    driver.slack.messages.append(message)
    await driver._post(event({**message, "channel_type": "channel"}, f"EvC{number}"))
    await driver._settle()
    return str(message["ts"])


async def reacts(driver: SlackDriver, who: str, ts: str, **more: Any) -> None:
    """Somebody puts an emoji on 佐藤's message."""
    item = {"type": "message", "channel": more.pop("room", OPENED), "ts": ts}
    inner = {
        "type": "reaction_added",
        "user": f"U0{who.upper()}",
        "item": item,
        "reaction": "seedling",
        "item_user": "U0SATO",
        "event_ts": "1800000200.1",
        **more,
    }
    await driver._post(event(inner, f"EvR{next(NUMBERS)}"))
    await driver._settle()


async def kept(driver: SlackDriver) -> list[InboxEvent]:
    async with driver.house.hub.library.db.transaction(COMPANY) as shelf:
        rows = [Inbox(shelf).of_state(state) for state in ("received", "done", "dead")]  # type: ignore[arg-type]  # the states' words
        return [row for found in rows for row in await found if row.platform == "slack"]


async def owed(driver: SlackDriver, kind: str) -> list[Delivery]:
    async with driver.house.hub.library.db.transaction(COMPANY) as shelf:
        return list(await Ledger(shelf).deliveries(Delivery.kind == kind, 20))


async def changes(driver: SlackDriver, who: str, **values: Any) -> None:
    async with driver.house.hub.library.db.transaction(COMPANY) as shelf:
        member = await shelf.people.member(who)
        for key, value in values.items():
            setattr(member, key, value)


async def test_a_win_in_an_opened_channel_becomes_a_draft_of_its_author(
    driver: SlackDriver, sato: Person
) -> None:
    await writes(driver, SATO, WIN)
    await sato.opens_mail()
    assert FOUND in sato.sees
    assert NAME not in sato.sees
    await sato.presses("下書きにする")
    assert "下書きにしました" in sato.sees
    assert "A先生" in sato.sees
    await sato.presses("共有する", declared=list(TICKS), show_author="no")
    assert "公開しました" in sato.sees
    async with driver.house.hub.library.db.transaction(COMPANY) as shelf:
        origins = [one.origin for one in await shelf.cases.by_author(SATO)]
    assert "prompted" in origins
    assert NAME.encode() not in driver.house.bytes()


async def test_of_other_channels_nothing_is_stored(driver: SlackDriver, sato: Person) -> None:
    ts = await writes(driver, SATO, WIN, CLOSED)
    await reacts(driver, KATO, ts, room=CLOSED)
    await reacts(driver, KATO, ts, reaction="thumbsup")
    assert await kept(driver) == []
    assert await sato.opens_mail() == ""


async def test_what_is_no_win_is_forgotten_when_it_was_read(
    driver: SlackDriver, sato: Person
) -> None:
    await writes(driver, SATO, CHAT)
    (row,) = await kept(driver)
    assert (str(row.state), row.raw) == ("done", None)
    assert "共有フォルダ".encode() not in driver.house.bytes()
    assert await sato.opens_mail() == ""


@pytest.mark.parametrize(
    "more", [{"bot_id": "B1"}, {"user_team": "T0OTHER"}, {"subtype": "channel_join"}]
)
async def test_bots_and_guests_are_not_heard(driver: SlackDriver, more: Json) -> None:
    await writes(driver, SATO, WIN, **more)
    assert await kept(driver) == []


async def test_who_is_not_on_the_roster_is_left_alone(driver: SlackDriver) -> None:
    await writes(driver, "nobody", WIN)
    (row,) = await kept(driver)
    assert row.raw is None
    assert driver.slack.made("chat.postMessage") == []


async def test_it_comes_once_a_week_and_never_beyond_the_budget(
    driver: SlackDriver, sato: Person
) -> None:
    await writes(driver, SATO, WIN)
    await writes(driver, SATO, f"{WIN}うれしかったです。")
    await sato.opens_mail()
    assert sato.sees.count(FOUND) == 1
    (row,) = await owed(driver, "nudge")
    assert row.unsolicited
    assert row.expires_at == row.not_before + timedelta(days=2)


async def test_a_text_that_the_guard_stops_is_no_nudge(driver: SlackDriver, sato: Person) -> None:
    await writes(driver, SATO, f"{WIN}{EVENT}")
    assert await sato.opens_mail() == ""
    assert "発疹".encode() not in driver.house.bytes()


@pytest.mark.parametrize(
    "values",
    [{"wants_nudges": False}, {"roles": ["manager"]}, {"active": False}, {"paused_until": "later"}],
)
async def test_who_does_not_want_it_or_rests_hears_nothing(
    driver: SlackDriver, sato: Person, values: Mapping[str, Any]
) -> None:
    if "paused_until" in values:
        async with driver.house.hub.library.db.transaction(COMPANY) as shelf:
            values = {"paused_until": shelf.now.date() + timedelta(days=9)}
    await changes(driver, SATO, **values)
    await writes(driver, SATO, WIN)
    assert await sato.opens_mail() == ""
    assert await owed(driver, "nudge") == []


async def test_after_two_passes_it_is_quiet_for_90_days(driver: SlackDriver) -> None:
    person = driver.person(QUIET)
    said = []
    for month, day in ((11, 5), (11, 24), (12, 1), (12, 22)):  # weeks without a 振り返り
        if month + day != 16:
            await driver.house.go_to(month, day)
        await driver.mail(QUIET)
        await writes(driver, QUIET, WIN)
        await person.opens_mail()
        said.append(FOUND in person.sees)
        if said[-1]:
            await person.presses("今回は見送る")
            said.append("90日" in person.sees)
    assert said == [True, False, True, True, False, False]
    assert [row.outcome for row in await owed(driver, "nudge")] == ["passed", "passed"]


async def test_a_press_twice_counts_once_and_only_the_author_can_press(
    driver: SlackDriver, sato: Person
) -> None:
    await writes(driver, SATO, WIN)
    await sato.opens_mail()
    screen, key = sato._find("今回は見送る", "")
    for _ in range(2):
        assert "90日" not in str(await driver.press(SATO, screen, key, {}))
    driver.person(KATO)
    make = sato._find("下書きにする", "")[1]
    seen = await driver.press(KATO, screen, make, {})
    assert "E-01" in str(seen)


async def test_a_message_that_is_gone_is_said(driver: SlackDriver, sato: Person) -> None:
    await writes(driver, SATO, WIN)
    await sato.opens_mail()
    driver.slack.messages[:] = [one for one in driver.slack.messages if one["channel"] != OPENED]
    await sato.presses("下書きにする")
    assert "投稿を読めませんでした" in sato.sees


async def test_a_colleagues_emoji_makes_a_private_draft_once(
    driver: SlackDriver, sato: Person
) -> None:
    kato = driver.person(KATO)
    driver.person(ITO)
    ts = await writes(driver, SATO, CHAT.replace("。", f"。{WIN}", 1))
    await driver.mail(SATO)
    await reacts(driver, KATO, ts, reaction="seedling::skin-tone-2")
    await sato.opens_mail()
    assert MARKED in sato.sees
    assert "加藤" not in sato.sees
    assert "A先生" in sato.sees
    async with driver.house.hub.library.db.transaction(COMPANY) as shelf:
        assert "hcp_name" in await shelf.reviews.fired(sato.value_of("取りやめる"))
    await reacts(driver, ITO, ts)
    await reacts(driver, KATO, ts)
    assert MARKED not in await sato.opens_mail()
    assert await kato.opens_mail() == ""
    await sato.presses("取りやめる")
    await reacts(driver, KATO, ts)
    assert MARKED not in await sato.opens_mail()


async def test_a_reply_in_a_thread_can_be_marked(driver: SlackDriver, sato: Person) -> None:
    driver.person(KATO)
    first = await writes(driver, SATO, CHAT)
    ts = await writes(driver, SATO, WIN, thread_ts=first)
    await driver.mail(SATO)
    await reacts(driver, KATO, ts)
    assert MARKED in await sato.opens_mail()


async def test_an_emoji_of_a_stranger_or_another_one_does_nothing(
    driver: SlackDriver, sato: Person
) -> None:
    await changes(driver, SATO, wants_nudges=True)
    ts = await writes(driver, SATO, CHAT)
    await reacts(driver, "guest", ts)
    await reacts(driver, KATO, ts, reaction="tada")
    await reacts(driver, KATO, ts, item_user=None)
    assert await sato.opens_mail() == ""


async def test_without_the_scope_the_author_is_asked_to_paste(
    driver: SlackDriver, sato: Person
) -> None:
    driver.person(KATO)
    ts = await writes(driver, SATO, CHAT)
    driver.slack.script["conversations.history"] = [Answer({"ok": False, "error": "missing_scope"})]
    await reacts(driver, KATO, ts)
    assert "貼り付けてください" in await sato.opens_mail()


async def test_the_office_chooses_the_emoji(driver: SlackDriver, sato: Person) -> None:
    nakamura = driver.person(NAKAMURA)
    driver.person(KATO)
    await nakamura.says("設定")
    assert "目印にする絵文字" in nakamura.sees
    await nakamura.presses("保存する", emoji=":tada:")
    driver.house.hub.reception.hearing._known.clear()  # a minute later
    ts = await writes(driver, SATO, WIN, CLOSED)
    ts = await writes(driver, SATO, CHAT)
    await reacts(driver, KATO, ts)
    assert MARKED not in await sato.opens_mail()
    await reacts(driver, KATO, ts, reaction="tada")
    assert MARKED in await sato.opens_mail()
    await nakamura.says("設定")
    await nakamura.presses("保存する", emoji="だめ な 名前")
    assert "E-08" in nakamura.sees


async def test_a_room_that_was_closed_meanwhile_is_not_read(
    driver: SlackDriver, sato: Person
) -> None:
    await writes(driver, SATO, CHAT)
    async with driver.house.hub.library.db.transaction(COMPANY) as shelf:
        for room in await shelf.people.listening_rooms("slack"):
            room.listens = False
    await writes(driver, SATO, WIN)
    assert await sato.opens_mail() == ""
    assert [row.raw for row in await kept(driver)] == [None, None]


async def test_an_mr_turns_it_off_in_the_settings(driver: SlackDriver, sato: Person) -> None:
    await sato.says("設定")
    assert "目印にする絵文字" not in sato.sees
    await sato.presses("保存する", wants=["digest", "questions"])
    await writes(driver, SATO, WIN)
    assert FOUND not in await sato.opens_mail()


async def test_whom_the_roster_does_not_know_is_looked_up_once_in_ten_minutes(
    driver: SlackDriver,
) -> None:
    hearing = driver.house.hub.reception.hearing
    now = hearing.ticks()
    hearing.ticks = lambda: now
    for _ in range(3):
        await writes(driver, "stranger", CHAT)
    assert len(driver.slack.made("users.info")) == 1
    now += 601
    await writes(driver, "stranger", CHAT)
    assert len(driver.slack.made("users.info")) == 2


async def test_where_another_company_came_in_nothing_is_heard(
    driver: SlackDriver, sato: Person
) -> None:
    inner = {"type": "message", "channel": OPENED, "channel_type": "channel", "user": "U0SATO"}
    heard = event({**inner, "text": WIN, "ts": "1800000300.000001"}, "EvShared")
    await driver._post({**heard, "is_ext_shared_channel": True})
    assert await kept(driver) == []
    assert await sato.opens_mail() == ""
