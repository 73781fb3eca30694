"""The one box: a win, a search, or the answer to the last question; nothing typed is lost."""

from __future__ import annotations

import pytest

from tests.drivers.desk import DeskDriver
from tests.drivers.screen import Person
from tests.fakes.sample_cast import ABE, KATO, MORI, NAKAMURA, QUESTION, SATO, TICKS, WIN

UNCLEAR = "先生からの返信が早くなった"
ASKED = "共有しますか、探しますか"
WORRY = (
    "訪問規制で全然会えなくて、メールしても返事が来ないし、コロナ明けてからもアポがとれないままの先生が3人いるんですが、"
    "皆さんどうやって最初の一歩を踏み出してますか?所長にも何か変えろと言われて焦ってます"
)


@pytest.fixture
def sato(desk: DeskDriver) -> Person:
    return desk.person(SATO)


@pytest.fixture
def abe(desk: DeskDriver) -> Person:
    """Somebody without a draft of the sample company's."""
    return desk.person(ABE)


async def test_a_win_comes_as_a_preview_and_is_not_shared(sato: Person) -> None:
    await sato.says(WIN)
    assert "このように公開されます" in sato.sees
    assert "書きかけの下書き" in await sato.says("下書き")


async def test_a_question_is_searched(sato: Person) -> None:
    assert "近い事例が" in await sato.says(QUESTION)


async def test_unclear_words_are_asked_about_and_one_tap_shares_them(sato: Person) -> None:
    assert ASKED in await sato.says(UNCLEAR)
    await sato.presses("共有する")
    assert "このように公開されます" in sato.sees
    assert UNCLEAR in sato.sees


async def test_unclear_words_are_asked_about_and_one_tap_searches_them(abe: Person) -> None:
    await abe.says(UNCLEAR)
    await abe.presses("探す")
    assert "なぜ: " in abe.sees
    assert "書きかけの下書きはありません" in await abe.says("下書き")


async def test_a_long_worry_that_asks_everybody_is_asked_about_and_answers_nothing(
    sato: Person,
) -> None:
    assert ASKED in await sato.says(WORRY)
    await sato.says("秘書さんに電話の時間を聞いて、16時に変えました。")
    assert "先生の反応は" in sato.sees
    assert ASKED in await sato.says(WORRY)


async def test_unclear_words_wait_in_a_draft(abe: Person) -> None:
    await abe.says(UNCLEAR)
    assert "11/5に書いたひとこと" in await abe.says("下書き")
    await abe.presses("続きを書く")
    assert UNCLEAR in abe.sees


async def test_a_search_that_was_a_win_is_shared_with_one_tap(sato: Person) -> None:
    await sato.says("面会の前に3択のメールを送った例")
    await sato.presses("探すのではなく、共有する")
    assert "面会の前に3択のメールを送った例" in sato.sees
    assert "このように公開されます" in sato.sees


async def test_a_win_that_was_a_search_is_searched_with_one_tap(abe: Person) -> None:
    await abe.says(WIN)
    await abe.presses("共有ではなく、探す")
    assert "なぜ: " in abe.sees
    assert "書きかけの下書きはありません" in await abe.says("下書き")


async def test_a_missing_change_is_answered_by_a_typed_line(sato: Person) -> None:
    await sato.says("電話の前にメールを1通送ってみました。")
    assert "先生の変化: …" in sato.sees
    assert "先生の変化を、ひとことだけ教えてください。" in sato.sees
    await sato.says("「これなら読める」と言ってくださいました")
    assert "先生の変化: 「これなら読める」と言ってくださいました" in sato.sees
    await sato.presses("共有する", declared=list(TICKS))
    assert "公開しました" in sato.sees


async def test_what_was_chosen_on_the_card_stays_chosen(sato: Person) -> None:
    await sato.says("電話の前にメールを1通送ってみました。")
    await sato.says("「これなら読める」と言ってくださいました")
    await sato.presses("共有する", declared=list(TICKS[:1]), customer="pharmacist_hospital")
    await sato.presses("共有する", declared=list(TICKS))
    assert "公開しました" in sato.sees
    assert "薬剤師" in sato.sees


async def test_a_new_question_is_searched_although_an_answer_is_waited_for(sato: Person) -> None:
    await sato.says("電話の前にメールを1通送ってみました。")
    assert "近い事例が" in await sato.says(QUESTION)


async def test_nothing_and_too_much_are_answered_in_words(sato: Person) -> None:
    for slip in (" \n ", "あ", "?", "。。。"):
        assert "ひとことだけでも大丈夫です" in await sato.says(slip)
    assert "長すぎて受け取れません" in await sato.says("あ" * 10_001)


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        ("はじめての方へ", "小さな成功を分けあう場所です"),
        ("help", "小さな成功を分けあう場所です"),
        ("設定", "言語"),
        ("下書き", "書きかけの下書き"),
        ("求む！事例", "この質問に答える"),
        ("試している事例", "試している事例"),
        ("状態", "ヒトツブは動いています"),
        ("振り返り", "今回の問い"),
        ("月次まとめ", "まだ月次まとめはありません"),
        ("確認待ち", "この操作は、いまの役割ではできません"),
    ],
)
async def test_a_word_that_means_one_thing_is_understood(
    sato: Person, word: str, answer: str
) -> None:
    assert answer in await sato.says(word)


async def test_more_comes_on_the_next_page_and_a_chip_can_be_taken_off(desk: DeskDriver) -> None:
    mori = desk.person(MORI)
    first = await mori.says("訪問規制で会えない先生に会えた例、ある?")
    assert await mori.presses("もっと見る") != first
    assert "なぜ: " in mori.sees
    await mori.presses("「訪問規制」を外す")
    assert "「訪問規制」を外す" not in mori.sees


async def test_the_answer_speaks_the_language_of_the_question(desk: DeskDriver) -> None:
    mori = desk.person(MORI)
    await mori.says("Any example of reaching a doctor behind strict visiting rules?")
    assert "Why: " in mori.sees


async def test_the_settings_are_kept(desk: DeskDriver) -> None:
    kato = desk.person(KATO)
    await kato.says("設定")
    await kato.presses("保存する", locale="en", show_author="yes")
    assert "saved" in kato.sees.lower()
    assert "Settings" in await kato.says("settings")


async def test_a_stranger_is_told_how_to_get_in(desk: DeskDriver) -> None:
    assert "名簿にお名前が見つかりませんでした" in await desk.person("nobody").says(WIN)


async def test_an_unknown_button_is_answered_in_words(desk: DeskDriver) -> None:
    (reply,) = await desk.replies({"user": NAKAMURA, "action": "no.such"})
    assert "E-01" in str(reply.card)
