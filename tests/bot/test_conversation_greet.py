"""A greeting or thanks in the box is answered kindly; nothing is searched and nothing is kept."""

from __future__ import annotations

import pytest

from tests.drivers.desk import DeskDriver
from tests.fakes.sample_cast import ABE, QUESTION

GREETINGS = (
    "こんにちは", "こんにちは!", "お疲れ様です。", "おはようございます☀", "皆さん、こんばんは",
    "はじめまして、よろしくお願いします", "Hello there!", "hi",
)  # fmt: skip
THANKS = (
    "ありがとう", "ありがとうございます!", "お疲れ様です。助かりました🙏",
    "Thank you so much", "thanks",
)  # fmt: skip


@pytest.mark.parametrize("text", GREETINGS)
async def test_a_greeting_is_answered_with_what_one_can_do(desk: DeskDriver, text: str) -> None:
    abe = desk.person(ABE)
    assert "こんにちは、ヒトツブです" in await abe.says(text)
    assert abe.sees.count("「") >= 3
    assert all(abe.can_press(label) for label in ("共有する", "探す", "振り返る"))
    assert "なぜ: " not in abe.sees


@pytest.mark.parametrize("text", THANKS)
async def test_thanks_are_answered_and_not_searched(desk: DeskDriver, text: str) -> None:
    abe = desk.person(ABE)
    assert "どういたしまして" in await abe.says(text)
    assert "なぜ: " not in abe.sees


@pytest.mark.parametrize(
    "text", ["こんにちはと言われた先生に初めて会えました", "ありがとうと言われた例、ある?"]
)
async def test_a_sentence_that_holds_a_greeting_is_read(desk: DeskDriver, text: str) -> None:
    abe = desk.person(ABE)
    await abe.says(text)
    assert "ヒトツブです" not in abe.sees
    assert "どういたしまして" not in abe.sees


async def test_the_buttons_of_the_greeting_lead_on(desk: DeskDriver) -> None:
    abe = desk.person(ABE)
    await abe.says("こんにちは")
    assert "どんな場面の事例を探しますか" in await abe.presses("探す")
    assert "何をしましたか?" in await abe.presses("共有する")
    assert "今回の問い" in await abe.presses("振り返る")


async def test_thanks_may_answer_a_question_that_waits_and_a_greeting_does_not(
    desk: DeskDriver,
) -> None:
    abe = desk.person(ABE)
    await abe.says("電話の前にメールを1通送ってみました。")
    assert "こんにちは、ヒトツブです" in await abe.says("こんにちは")
    assert "先生の変化: ありがとうございます" in await abe.says("ありがとうございます")


async def test_the_last_search_goes_on_after_thanks(desk: DeskDriver) -> None:
    abe = desk.person(ABE)
    await abe.says(QUESTION)
    await abe.says("ありがとう")
    assert "なぜ: " in await abe.presses("もっと見る")
