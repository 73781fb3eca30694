"""Teams' compose box, dialogs and group chats through signed activities against the product."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from bot.conversation.events import Reply
from cases import sample
from cases.embedding.bundled import BundledEncoder
from cases.scope import Scope
from cases.vocabulary import Status
from tests.drivers.doors import teams_door
from tests.drivers.teams import TeamsDriver
from tests.drivers.teams_box import TEAM, TeamsBox, post_of
from tests.fakes.sample_cast import EVENT, ITO, MORI, NAME, QUESTION, SATO, TICKS, WIN

TITLE = "A先生への電話を、秘書さんに聞いた16時に変え"
ROOM = TEAM["id"]


@pytest.fixture
async def driver(
    company_file: Path, tmp_path: Path, encoder: BundledEncoder
) -> AsyncIterator[TeamsDriver]:
    """Teams with two people who have written to the bot before."""
    async with teams_door(company_file, tmp_path, encoder) as found:
        assert isinstance(found, TeamsDriver)
        door_of(found)._invoke_seconds = 60.0  # the first question reads the model
        for who in (SATO, MORI):
            await found.say(who, "設定")
        yield found


def door_of(driver: TeamsDriver) -> Any:
    platform: Any = driver.house.hub.platforms["teams"]
    return platform._door


async def drafts(driver: TeamsDriver) -> int:
    """How many drafts 佐藤 has; the sample company gives her one."""
    async with driver.house.hub.library.db.transaction(_scope(SATO)) as shelf:
        return len(await shelf.cases.drafts())


def titles(found: dict[str, Any]) -> set[str]:
    return {one["preview"]["content"]["title"] for one in found.get("attachments", [])}


async def test_a_manager_finds_cases_with_previews_for_the_conversation(
    driver: TeamsDriver,
) -> None:
    box = TeamsBox(driver, MORI)
    found = await box.query(QUESTION)
    assert found["type"] == "result"
    assert 1 <= len(found["attachments"]) <= 8
    first = found["attachments"][0]
    assert first["preview"]["content"]["title"]
    shown = json.dumps(first["content"], ensure_ascii=False)
    assert "試してみる" in shown
    assert "Action.Submit" in shown  # for clients that do not know Execute
    assert await box.query(QUESTION) == found  # the client's second try
    assert box.sent_to(ROOM) == []


async def test_three_hits_keep_all_their_buttons_within_the_size_of_a_card(
    driver: TeamsDriver,
) -> None:
    await driver.person(SATO).says(WIN)  # her own case, the longest title, may be among them
    (found,) = await driver.say(MORI, QUESTION)
    shown = json.dumps(found.native, ensure_ascii=False)
    for label in ("試してみる", "この方に聞く", "くわしく見る", "探していたものと違う"):
        assert shown.count(f'"title": "{label}"') == 6, label  # each also for old clients
    assert "もっと見る" in shown


async def test_an_opened_search_shows_good_cases_at_once(driver: TeamsDriver) -> None:
    found = await TeamsBox(driver, MORI).query(None)
    assert len(found["attachments"]) == 8


async def test_what_an_office_keeps_to_itself_is_not_offered(driver: TeamsDriver) -> None:
    box = TeamsBox(driver, MORI)
    before = {
        one["preview"]["content"]["title"] for one in (await box.query(QUESTION))["attachments"]
    }
    db = driver.house.hub.library.db
    async with db.transaction(Scope(sample.COMPANY)) as shelf:
        for case in await shelf.cases.company_wide():
            if case.title in before:
                mori = await shelf.people.member(MORI)
                assert mori is not None
                case.status, case.office_id = Status.OFFICE, mori.office_id
                case.changed_at = shelf.now
    assert before
    assert not before & titles(await box.query(QUESTION))


async def test_nothing_that_fits_is_said_kindly(driver: TeamsDriver) -> None:
    db = driver.house.hub.library.db
    async with db.transaction(Scope(sample.COMPANY)) as shelf:
        for case in await shelf.cases.company_wide():
            case.status, case.changed_at = Status.ARCHIVED, shelf.now
    box = TeamsBox(driver, MORI)
    assert "合うものがありません" in (await box.query(QUESTION))["text"]
    assert "まだありません" in (await box.query(None))["text"]


async def test_whoever_cannot_be_answered_with_cases_is_told_why(driver: TeamsDriver) -> None:
    box, stranger = TeamsBox(driver, MORI), TeamsBox(driver, "nobody")
    assert "安全性情報" in (await box.query(EVENT))["text"]
    assert "名簿にお名前が見つかりません" in (await stranger.query(QUESTION))["text"]
    assert "名簿にお名前が見つかりません" in await stranger.opens()
    for name in ("querySettingUrl", "setting", "selectItem"):
        answer = await box.invoke(f"composeExtension/{name}", {})
        assert answer is not None
        assert answer["composeExtension"]["type"] == "message"
    door_of(driver)._invoke_seconds = 0.0
    assert "時間内に探せませんでした" in (await box.query(QUESTION))["text"]


async def test_who_types_on_gets_the_answer_to_the_newest_question(driver: TeamsDriver) -> None:
    box, kept = TeamsBox(driver, MORI), door_of(driver)._box
    async with kept._turns, kept._turns:  # two others are being answered
        older = asyncio.create_task(box.query("電話"))
        await waits(lambda: "電話" in kept._typed.values())
        newer = asyncio.create_task(box.query(QUESTION))
        await waits(lambda: QUESTION in kept._typed.values())
    assert (await older)["type"] == "message"
    assert titles(await newer)
    assert not kept._typed
    async with kept._turns, kept._turns:
        door_of(driver)._invoke_seconds = 0.05
        assert "時間内に探せませんでした" in (await box.query(QUESTION))["text"]
    assert not kept._typed  # nothing that was typed outlives its answer


async def test_a_search_while_typing_waits_for_no_writer(driver: TeamsDriver) -> None:
    box, database = TeamsBox(driver, MORI), driver.house.hub.library.db
    async with database.transaction(_scope(SATO)):  # holds SQLite's only write lock
        assert titles(await box.query(QUESTION))
        assert titles(await box.query(None))


async def test_an_own_message_becomes_a_case_in_the_dialog(driver: TeamsDriver) -> None:
    box = TeamsBox(driver, SATO)
    assert "元のメッセージは Teams に残ります" in await box.opens(post_of(WIN, f"aad-{SATO}"))
    seen = await box.presses("内容を確認する")
    assert TITLE in seen
    assert NAME not in seen
    assert "公開しました" in await box.presses("共有する", declared=list(TICKS), show_author="yes")
    assert box.sent_to(ROOM) == []  # the room saw nothing of it
    assert "公開しました" in "\n".join(one.text for one in await driver.mail(SATO))


async def test_the_same_press_counts_once_and_gets_the_same_answer(driver: TeamsDriver) -> None:
    box, before = TeamsBox(driver, SATO), await drafts(driver)
    await box.opens()
    first = await box.presses("内容を確認する", action=WIN, result="初めて5分お話しできました")
    assert await box.again() == first  # another activity id
    assert await drafts(driver) == before + 1
    await box.presses("共有する", declared=list(TICKS), show_author="yes")
    published = dict(box.dialog)
    await box.again()
    assert box.dialog == published
    assert await drafts(driver) == before


async def test_a_message_opened_again_is_the_same_draft(driver: TeamsDriver) -> None:
    box, before = TeamsBox(driver, SATO), await drafts(driver)
    for _ in range(2):
        await box.opens(post_of(WIN, f"aad-{SATO}"))
        await box.again()
    assert await drafts(driver) == before + 1


async def test_what_comes_too_late_for_its_dialog_goes_on_in_the_own_chat(
    driver: TeamsDriver,
) -> None:
    box, reception = TeamsBox(driver, SATO), driver.house.hub.reception
    await box.opens(post_of(WIN, f"aad-{SATO}"))
    await driver.mail(SATO)
    await box.presses("内容を確認する")
    door_of(driver)._recent.clear()  # a repeat of long ago: nothing follows
    assert "1対1のチャット" in await box.again()
    assert await driver.mail(SATO) == []
    door_of(driver)._invoke_seconds = 0.0  # thinking takes too long
    assert "1対1のチャット" in await box.opens(post_of(WIN, f"aad-{SATO}"))
    assert "下書きに保存しました" in (await driver.mail(SATO))[-1].text  # the form is not sent
    handle, reception.handle = reception.handle, _dies  # type: ignore[method-assign]  # a crash
    await box.opens(post_of(WIN, f"aad-{SATO}", "another message"))
    reception.handle = handle  # type: ignore[method-assign]  # the crash is over
    (event,) = reception.events.values()
    await reception.receive(event)
    await driver.house.settle()
    assert TITLE in (await driver.mail(SATO))[-1].text


async def test_a_colleagues_message_goes_to_its_poster_first(driver: TeamsDriver) -> None:
    box, sato = TeamsBox(driver, MORI), driver.person(SATO)
    await driver.mail(SATO)
    await box.opens(post_of(WIN, f"aad-{SATO}"))
    assert "まず佐藤 美咲さんに確認をお願いします" in await box.presses("内容を確認する")
    assert "確認をお願いしました" in await box.presses("本人に確認をお願いする")
    await sato.opens_mail()
    assert "あなたの投稿を好事例として共有したいそうです" in sato.sees
    await sato.presses("共有しない")
    assert "今回は共有しないことにしました" in "\n".join(
        one.text for one in await driver.mail(MORI)
    )


async def test_a_guests_or_an_apps_message_is_refused(driver: TeamsDriver) -> None:
    box = TeamsBox(driver, SATO)
    driver.fake.script = [(403, {}, b"{}")]  # they do not have the app
    for poster in ("aad-guest", ""):
        assert "名簿にいないため" in await box.opens(post_of(WIN, poster))
    assert "秘書さんに聞いた16時".encode() not in driver.house.bytes()


async def test_a_side_effect_in_a_message_stops_in_the_dialog(driver: TeamsDriver) -> None:
    box = TeamsBox(driver, SATO)
    assert "安全性情報の可能性" in await box.opens(post_of(EVENT, f"aad-{SATO}"))
    assert box.sent_to(ROOM) == []


async def test_a_mention_is_answered_in_the_own_chat_and_the_room_gets_one_neutral_line(
    driver: TeamsDriver,
) -> None:
    box = TeamsBox(driver, MORI)
    await driver.mail(MORI)
    await box.mentions(QUESTION)
    (line,) = box.sent_to(ROOM)
    assert "1対1のチャットにお送りします" in line.text
    assert not line.keys
    (answer,) = await driver.mail(MORI)
    assert "なぜ: 「" in answer.text
    assert "あなただけに見えています" not in answer.text
    assert not any(key.label == "みんなに共有" for key in answer.keys)
    await box.mentions("")
    assert "ひとことだけでも大丈夫です" in (await driver.mail(MORI))[-1].text


async def test_a_follow_up_in_the_same_thread_narrows_the_answer(driver: TeamsDriver) -> None:
    box = TeamsBox(driver, MORI)
    await box.mentions(QUESTION)
    (first,) = (await driver.mail(MORI))[-1:]
    await box.mentions("病院だけ")
    (second,) = (await driver.mail(MORI))[-1:]
    assert "なぜ: 「" in second.text
    assert second.text != first.text


async def test_somebody_who_never_wrote_to_the_bot_is_reached_by_opening_their_chat(
    driver: TeamsDriver,
) -> None:
    box = TeamsBox(driver, ITO)
    async with driver.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        for account in await shelf.people.accounts(ITO):
            await shelf.session.delete(account)
    await box.mentions(QUESTION)
    rooms = {sent["conversation"]["id"] for sent in driver.fake.sent} - {ROOM}
    texts = [one.text for room in rooms for one in box.sent_to(room)]
    assert any("なぜ: 「" in text for text in texts)
    assert "なぜ: 「" not in "".join(one.text for one in box.sent_to(ROOM))


async def test_a_stranger_in_a_room_does_no_harm(driver: TeamsDriver) -> None:
    box = TeamsBox(driver, "nobody")
    await box.mentions(QUESTION)
    assert box.sent_to(ROOM) == []


async def test_a_press_in_a_room_answers_the_presser_alone(driver: TeamsDriver) -> None:
    box = TeamsBox(driver, MORI)
    card = (await box.query(QUESTION))["attachments"][0]["content"]
    (key,) = [
        action
        for part in card["body"]
        for action in part.get("actions", [])
        if action["title"] == "試してみる"
    ]
    await driver.mail(MORI)
    action = {"type": "Action.Execute", "verb": "try.start", "data": key["data"]}
    answer = await box.invoke("adaptiveCard/action", {"action": action}, replyToId="u1")
    assert answer is not None
    assert "1対1のチャット" in answer["value"]
    assert "その後いかがですか" in "\n".join(one.text for one in await driver.mail(MORI))
    assert box.sent_to(ROOM) == []
    assert driver.fake.updated == {}


async def waits(until: Callable[[], bool]) -> None:
    while not until():  # noqa: ASYNC110  # the product has no event for it, and needs none
        await asyncio.sleep(0)


async def _dies(*given: object, **named: object) -> list[Reply]:
    raise RuntimeError


def _scope(member: str) -> Scope:
    return Scope(sample.COMPANY, member_id=member)
