"""「病院だけ」「ほかには?」 go on with the last search: in its thread, or in the chat."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.conversation import follow_up
from bot.conversation.follow_up import narrowed
from bot.conversation.turn import Turn
from cases import chips, sample, searches
from cases.errors import NotAllowed
from cases.models.talk import Asked
from cases.scope import Scope
from scheduler.jobs import retention
from scheduler.models import InboxEvent
from tests.drivers.desk import DeskDriver
from tests.drivers.slack import SlackDriver
from tests.fakes.sample_cast import ITO, KATO

ASKS = "訪問規制で会えない先生に電話で会えた例は?"


@pytest.fixture
def slack(slack: SlackDriver) -> SlackDriver:
    for who in (ITO, KATO):
        slack.person(who)
    return slack


async def events(slack: SlackDriver) -> list[Any]:
    async with slack.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        return list(await shelf.session.scalars(select(InboxEvent)))


async def test_a_follow_up_without_a_mention_narrows_the_answer(slack: SlackDriver) -> None:
    await slack.mention(ITO, ASKS)
    thread = slack.said
    (seen,) = await slack.mutter(ITO, "病院だけ", thread)
    assert "病院" in seen.text.partition("読み取った条件")[2].partition("\n")[0]
    why = [line for line in seen.text.splitlines() if line.startswith("合っている点")]
    assert len(why) == seen.text.count("なぜ: ")
    assert why
    assert all("病院" in line for line in why)
    assert slack.slack.ephemerals[-1]["thread_ts"] == thread
    (more,) = await slack.mutter(ITO, "ほかには?", thread)
    assert more.text != seen.text


async def test_a_mention_in_the_thread_narrows_as_well(slack: SlackDriver) -> None:
    await slack.mention(ITO, ASKS)
    (seen,) = await slack.mention(ITO, "クリニックだけ", slack.said)
    assert "訪問規制" in seen.text.partition("読み取った条件")[2].partition("\n")[0]


async def test_what_others_say_in_the_thread_is_not_kept_and_not_answered(
    slack: SlackDriver,
) -> None:
    await slack.mention(KATO, "こんにちは")  # known, but has not searched there
    await slack.mention(ITO, ASKS)
    thread, kept = slack.said, len(await events(slack))
    assert await slack.mutter(KATO, "病院だけ", thread) == []
    assert await slack.mutter("stranger", "病院だけ", thread) == []
    assert await slack.mutter(ITO, "病院だけ") == []  # outside the thread
    assert await slack.mutter(ITO, "病院だけ", "1700000000.000100") == []  # in another one
    assert len(await events(slack)) == kept


async def test_what_the_asker_says_to_colleagues_there_is_not_answered_and_its_text_is_erased(
    slack: SlackDriver,
) -> None:
    await slack.mention(ITO, ASKS)
    for line in ("加藤さん、ありがとうございます", "了解です", "長い話になりますが、" * 10):
        assert await slack.mutter(ITO, line, slack.said) == []
    assert {event.raw for event in await events(slack)} == {None}


async def test_who_has_left_the_roster_is_told_nothing_of_it_there(slack: SlackDriver) -> None:
    await slack.mention(ITO, ASKS)
    async with slack.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        member = await shelf.people.member(ITO)
        assert member is not None
        member.active = False
    assert await slack.mutter(ITO, "病院だけ", slack.said) == []


async def test_an_error_over_what_is_said_to_colleagues_stays_unsaid(
    slack: SlackDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(turn: Turn, text: str) -> bool:
        raise NotAllowed

    await slack.mention(ITO, ASKS)
    monkeypatch.setattr(follow_up, "goes_on", fails)
    assert await slack.mutter(ITO, "病院だけ", slack.said) == []
    (seen,) = await slack.mention(ITO, "病院だけ", slack.said)
    assert "E-" in seen.text


async def test_another_question_there_is_a_search_of_its_own(slack: SlackDriver) -> None:
    await slack.mention(ITO, ASKS)
    (seen,) = await slack.mutter(
        ITO, "薬剤部の先生にWeb講演会を案内して喜ばれた事例はありますか?", slack.said
    )
    assert "訪問規制" not in seen.text.partition("読み取った条件")[2].partition("\n")[0]


async def test_after_a_week_the_thread_is_not_listened_to_and_forgotten(
    slack: SlackDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    await slack.mention(ITO, ASKS)
    thread = slack.said
    monkeypatch.setattr(searches, "FOLLOWED", timedelta(0))
    assert await slack.mutter(ITO, "病院だけ", thread) == []
    async with slack.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        assert list(await shelf.session.scalars(select(Asked.member_id))) == [ITO]
        await retention.work(shelf, None)  # type: ignore[arg-type]  # it looks at no turn
        assert list(await shelf.session.scalars(select(Asked))) == []


async def test_in_a_thread_of_the_direct_message_the_answer_is_in_the_thread(
    slack: SlackDriver,
) -> None:
    ito = slack.person(ITO)
    await ito.says(ASKS)
    thread = slack.slack.messages[-1]["ts"]
    seen = await slack.say(ITO, "病院だけ", thread)
    assert "病院" in seen[0].text.partition("読み取った条件")[2].partition("\n")[0]
    assert slack.slack.messages[-1]["thread_ts"] == thread
    assert slack.slack.messages[-1]["channel"] == "D0ITO"
    seen = await slack.say(ITO, "クリニックは?", thread)
    assert slack.slack.messages[-1]["thread_ts"] == thread


async def test_in_a_chat_without_threads_only_a_plain_word_narrows(desk: DeskDriver) -> None:
    ito = desk.person(ITO)
    await ito.says("病院だけ")
    assert "読み取った条件: 病院" in ito.sees  # there is nothing to narrow yet
    await ito.says(ASKS)
    await ito.says("病院だけ")
    assert "訪問規制" in ito.sees.partition("読み取った条件")[2].partition("\n")[0]
    await ito.presses("「病院」を外す")
    assert "病院" not in ito.sees.partition("読み取った条件")[2].partition("\n")[0]
    await ito.says("クリニックの例は?")
    assert "訪問規制" not in ito.sees.partition("読み取った条件")[2].partition("\n")[0]


@pytest.mark.parametrize(
    ("typed", "goes_on"),
    [
        ("病院だけ", True),
        ("クリニックのみでお願いします", True),
        ("電話に絞って", True),
        ("hospitals only", True),
        ("only hospitals", True),
        ("ほかにもありますか?", True),
        ("もっと見せて", True),
        ("病院だけ電話にしたら会えた", False),
        ("今日だけは病院の話をします", False),
    ],
)
async def test_what_goes_on_with_the_last_search_in_a_chat(
    desk: DeskDriver, typed: str, goes_on: bool
) -> None:
    ito = desk.person(ITO)
    await ito.says(ASKS)
    await ito.says(typed)
    chips = ito.sees.partition("読み取った条件")[2] or ito.sees.partition("I read")[2]
    assert ("訪問規制" in chips.partition("\n")[0]) is goes_on


def test_a_condition_takes_the_place_of_another_of_its_list() -> None:
    state = {"query": "クリニックに電話した例", "without": ["channels:phone"], "offset": 3}
    found = narrowed(state, chips.understand("病院だけ、電話").chips)
    assert "facilities:clinic" in found["without"]
    assert "channels:phone" in found["only"]
    assert "channels:phone" not in found["without"]
    assert found["offset"] == 0
