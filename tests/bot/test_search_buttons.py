"""The buttons under an answer belong to its question, not to the one that was asked last."""

from __future__ import annotations

import pytest

from tests.drivers.desk import DeskDriver
from tests.drivers.screen import Key, Screen
from tests.drivers.slack import SlackDriver
from tests.fakes.sample_cast import ITO, MORI

FIRST = "訪問規制で会えない先生に電話で会えた例は?"
SECOND = "薬剤部の先生にWeb講演会を案内して喜ばれた事例はありますか?"


@pytest.fixture
def slack(slack: SlackDriver) -> SlackDriver:
    slack.person(ITO)
    return slack


def key(screen: Screen, action: str) -> Key:
    return next(one for one in screen.keys if one.action == action)


def understood(screen: Screen) -> str:
    return screen.text.partition("読み取った条件")[2].partition("\n")[0]


async def test_an_answer_in_a_channel_goes_on_with_its_own_question(slack: SlackDriver) -> None:
    (first,) = await slack.mention(ITO, FIRST)
    (second,) = await slack.mention(ITO, SECOND)
    assert understood(first) != understood(second)
    (more,) = await slack.press(ITO, first, key(first, "find.more"), {})
    assert understood(more) == understood(first)
    chip = key(first, "find.without")
    (fewer,) = await slack.press(ITO, first, chip, {})
    assert understood(fewer) != understood(second)
    assert chip.label not in {one.label for one in fewer.keys}
    shared = await slack.press(ITO, first, key(first, "find.share_instead"), {})
    assert "電話" in "".join(one.text for one in shared)
    assert "薬剤部" not in "".join(one.text for one in shared)


@pytest.mark.parametrize("action", ["find.more", "find.without", "find.share_instead"])
async def test_in_the_direct_message_an_old_answer_says_that_the_talk_has_gone_on(
    slack: SlackDriver, action: str
) -> None:
    (first,) = await slack.say(ITO, FIRST)
    await slack.say(ITO, SECOND)
    (told,) = await slack.press(ITO, first, key(first, action), {})
    assert "その後の質問に進んでいます" in told.text


async def test_a_wish_is_made_of_the_question_on_its_card_alone(desk: DeskDriver) -> None:
    mori = desk.person(MORI)
    await mori.says("ドローン便で薬を届けた離島の事例はありますか?")
    old = next(one for one in mori.screens[-1].keys if one.action == "wish.ask")
    await mori.says(SECOND)
    press: dict[str, object] = {"user": MORI, "action": "wish.ask", "value": old.value}
    (told,) = await desk.replies(press)
    assert "その後の質問に進んでいます" in str(told.card)
    await mori.says("ドローン便で薬を届けた離島の事例はありますか?")
    (told,) = await desk.replies(press)
    assert "その後の質問" not in str(told.card)
