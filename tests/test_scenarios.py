"""What people can do, each told once and done at every door: the lines of docs/parity.md."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cases import sample
from cases.embedding.bundled import BundledEncoder
from cases.scope import Scope
from cases.vocabulary import Role
from tests.drivers.doors import OFFICE, AnyDriver, door_of
from tests.drivers.screen import Person
from tests.drivers.slack import SlackDriver
from tests.drivers.teams import TeamsDriver
from tests.drivers.teams_box import TeamsBox, post_of
from tests.fakes.sample_cast import (
    EVENT,
    KATO,
    MORI,
    NAKAMURA,
    NAME,
    QUESTION,
    SATO,
    TICKS,
    WIN,
)
from tests.fakes.slack_requests import message_shortcut
from tests.parity import scenario

TITLE = "A先生への電話を、秘書さんに聞いた16時に変え"


@pytest.fixture
async def driver(
    door: str, company_file: Path, tmp_path: Path, encoder: BundledEncoder, quick_chats: None
) -> AsyncIterator[AnyDriver]:
    """The product at one door, around a fresh sample company."""
    async with door_of(door)(company_file, tmp_path, encoder) as opened:
        yield opened


@scenario("ひとことで共有する")
async def test_a_line_becomes_a_preview_with_the_name_masked(driver: AnyDriver) -> None:
    sato = driver.person(SATO)
    await sato.says(WIN)
    assert TITLE in sato.sees
    assert NAME not in sato.sees
    assert sato.can_press("共有する")


@scenario("3つの確認と公開", note="端末では番号で答えます")
async def test_three_ticks_publish_and_two_do_not(driver: AnyDriver) -> None:
    sato = driver.person(SATO)
    case_id = await shares(sato)
    assert "公開しました" in sato.sees
    await sato.presses("取り下げる", case_id)
    assert "取り下げ" in sato.sees


@scenario("フォームで書く・直す", note="Slackは別の画面、Teamsはカードの中、端末は順に聞きます")
async def test_a_draft_is_corrected_in_its_form(driver: AnyDriver) -> None:
    sato = driver.person(SATO)
    await sato.says(WIN)
    await sato.presses("直す")
    await sato.presses("内容を確認する", title="受付に聞いて16時に電話した")
    assert "受付に聞いて16時に電話した" in sato.sees


@scenario("下書きの続きと取りやめ")
async def test_a_draft_waits_until_it_is_given_up(driver: AnyDriver) -> None:
    sato = driver.person(SATO)
    await sato.says(WIN)
    await sato.says("下書き")
    assert TITLE in sato.sees
    assert sato.can_press("続きを書く")
    await sato.presses("取りやめる")
    await sato.says("下書き")
    assert TITLE not in sato.sees


@scenario("安全性情報を止める")
async def test_a_side_effect_is_stopped_and_not_kept(driver: AnyDriver) -> None:
    sato = driver.person(SATO)
    await sato.says(EVENT)
    assert "安全性情報の可能性" in sato.sees
    assert sato.can_press("報告済み(受付番号を入力)")


@scenario(
    "止めた投稿に答える、控えを把握する", note="文は、Slackでは別の画面に出て、会話に残りません"
)
async def test_a_held_post_is_answered_read_and_received(driver: AnyDriver) -> None:
    async with driver.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        reader = await shelf.people.member(NAKAMURA)
        assert reader is not None
        reader.roles = [Role.SAFETY]
    sato, nakamura = driver.person(SATO), driver.person(NAKAMURA)
    await sato.says(EVENT)
    await sato.says("止めた投稿")
    await sato.presses("報告済み(受付番号を入力)")
    await sato.presses("報告済みとして記録する", receipt="AE-2026-17", heard_on="2026-11-04")
    await nakamura.says("控え")
    assert "AE-2026-17" in nakamura.sees
    assert "発疹" not in nakamura.sees
    await nakamura.presses("本文を読む")
    assert "発疹" in nakamura.sees
    await nakamura.presses("安全性部門で把握した")
    assert "30日後に消去" in nakamura.sees
    assert "発疹".encode() not in driver.house.bytes()


@scenario("確認(伏せる、コメントで戻す、全社に公開)")
async def test_head_office_masks_gives_back_and_releases_a_case(driver: AnyDriver) -> None:
    sato, nakamura = driver.person(SATO), driver.person(NAKAMURA)
    case_id = await shares(sato)
    await nakamura.says("確認待ち")
    await nakamura.presses("くわしく確認する", case_id)
    await nakamura.presses("ことばを伏せる", case_id)
    await nakamura.presses("伏せる", case_id, words="秘書さん", **{"as": "other"})
    await nakamura.presses("コメントをつけて戻す", case_id)
    await nakamura.presses("戻す", case_id, why="wording", comment="コツもひとことお願いします")
    assert "コツもひとこと" in await sato.opens_mail()
    await sato.presses("直して、もう一度出す", case_id)
    await sato.presses("内容を確認する", tip="聞くのは週の初め")
    await sato.presses("共有する", declared=list(TICKS))
    assert "〔伏せました〕に聞いた16時" in await nakamura.says("確認待ち")
    await nakamura.presses("全社に公開する", case_id)
    assert "全社に公開しました" in nakamura.sees


@scenario("添付文書・資材が変わった、今も有効")
async def test_a_change_of_material_marks_a_case_until_its_author_stands_for_it(
    driver: AnyDriver,
) -> None:
    sato, nakamura = driver.person(SATO), driver.person(NAKAMURA)
    case_id = await shares(sato)
    await driver.house.go_to(11, 6)
    await nakamura.says("添付文書・資材が変わった")
    await nakamura.presses("対象を見る", what="material", word="16時", since="2026-11-06")
    assert TITLE in nakamura.sees
    await nakamura.presses("確認をお願いする")
    assert "「確認中」にしました" in nakamura.sees
    await sato.says("確認のお願い")
    assert TITLE in sato.sees
    await sato.presses("今も有効", case_id)
    assert "半年後にまたお聞きします" in sato.sees


@scenario("探す、もっと見る、条件を外す", note='端末では `hitotsubu search "…"` でも探せます')
async def test_a_question_finds_cases_with_their_reasons(driver: AnyDriver) -> None:
    mori = driver.person(MORI)
    await mori.says(QUESTION)
    first = mori.sees
    assert "なぜ: 「" in first
    assert "合っている点" in first
    await mori.presses("「電話」を外す")
    assert "なぜ: 「" in mori.sees
    await mori.presses("もっと見る")
    assert "なぜ: 「" in mori.sees
    assert mori.sees != first


@scenario("試してみる、試している事例")
async def test_a_case_is_tried_and_listed(driver: AnyDriver) -> None:
    mori = driver.person(MORI)
    await mori.says(QUESTION)
    await mori.presses("試してみる")
    assert "その後いかがですか" in mori.sees
    await mori.says("試している事例")
    assert "試しています" in mori.sees


@scenario("参考になった、この方に聞く")
async def test_thanks_and_a_question_go_to_the_author(driver: AnyDriver) -> None:
    mori = driver.person(MORI)
    await mori.says(QUESTION)
    await mori.presses("参考になった")
    thanked = mori.sees
    assert thanked
    await mori.presses("この方に聞く")
    assert mori.sees != thanked


@scenario("求む！事例に答える")
async def test_a_wish_is_listed_and_answered(driver: AnyDriver) -> None:
    sato = driver.person(SATO)
    await sato.says("求む！事例")
    await sato.presses("この質問に答える")
    assert sato.sees


@scenario("振り返り、今回はパス")
async def test_a_reflection_is_asked_for_and_passed(driver: AnyDriver) -> None:
    sato = driver.person(SATO)
    await sato.says("振り返り")
    assert "2分だけ" in sato.sees
    await sato.presses("今回はパス")
    assert "2分だけ" not in sato.sees


@scenario(
    "月次まとめ、定例の資料、営業所で共有",
    note="営業所の部屋の登録が要ります。印刷用の1枚はブラウザーにあります",
)
async def test_the_digest_is_brought_to_the_office(driver: AnyDriver) -> None:
    await driver.house.go_to(12, 3)
    kato = driver.person(KATO)
    before = len(await driver.room(OFFICE))
    await kato.says("月次まとめ")
    await kato.presses("定例の資料にする")
    assert "定例の資料" in kato.sees
    await kato.presses("営業所で共有")
    assert "この内容で営業所に共有します" in kato.sees
    await kato.presses("共有する")
    assert len(await driver.room(OFFICE)) == before + 1


@scenario("聞き書き", note="お願いする画面です。ご本人の答えは、その方の画面で")
async def test_what_was_heard_is_sent_to_the_person_it_is_about(driver: AnyDriver) -> None:
    kato = driver.person(KATO)
    await kato.says("聞き書き")
    assert "どなたの話ですか?" in kato.sees
    await kato.presses("内容を確認する", member="fujii", text=WIN)
    assert "藤井 沙耶さんの話として" in kato.sees
    await kato.presses("本人に確認をお願いする")
    assert "藤井 沙耶さんに確認をお願いしました" in kato.sees


@scenario("状態", note="端末では `hitotsubu doctor` も")
async def test_the_state_of_the_machine_is_told(driver: AnyDriver) -> None:
    nakamura = driver.person(NAKAMURA)
    await nakamura.says("状態")
    assert "次回" in nakamura.sees


@scenario("設定(言語、お名前、休み、時間、曜日)")
async def test_the_language_is_changed_and_kept(driver: AnyDriver) -> None:
    sato = driver.person(SATO)
    await sato.says("設定")
    await sato.presses("保存する", locale="en")
    await sato.says("settings")
    assert "Language" in sato.sees


@scenario("はじめての方へ")
async def test_help_offers_three_cases_to_read(driver: AnyDriver) -> None:
    sato = driver.person(SATO)
    await sato.says("はじめての方へ")
    assert "まず読んでみる3件" in sato.sees
    await sato.presses("全文を見る")
    assert "やったこと" in sato.sees


@scenario("話し合いにする", note="営業所の部屋の登録が要ります")
async def test_a_case_is_brought_to_the_office_with_three_questions(driver: AnyDriver) -> None:
    kato = driver.person(KATO)
    await kato.says(QUESTION)
    await kato.presses("話し合いにする")
    assert "この内容で、営業所の部屋に出します" in kato.sees
    await kato.presses("営業所に出す")
    (post,) = await driver.room(OFFICE)
    assert "この事例で話してみませんか" in post.text


@scenario(
    "名簿、役割、営業所(事務局)",
    note="CSVはSlackのダイレクトメッセージで送れます。ほかでは表を貼り付けます",
)
async def test_head_office_looks_at_the_roster_and_pastes_changes(driver: AnyDriver) -> None:
    nakamura = driver.person(NAKAMURA)
    for word, seen in (("名簿", "人数"), ("役割", "推進"), ("営業所", "神戸")):
        await nakamura.says(word)
        assert seen in nakamura.sees


@scenario(
    "ホーム(下書き、自分の事例とその後、試している事例、探す)",
    note="Slackには「ホーム」のタブもあり、開くたびに新しくなります",
)
async def test_the_own_page_shows_what_became_of_it(driver: AnyDriver) -> None:
    sato = driver.person(SATO)
    await sato.says(WIN)
    await sato.says("ホーム")
    assert "佐藤 美咲さんのページ" in sato.sees
    assert "あなたの事例" in sato.sees
    assert sato.can_press("続きを書く")
    await sato.presses("探す", query="電話の時間を変えた例")
    assert "なぜ: 「" in sato.sees


@scenario(
    "サポート閲覧(IT管理者)",
    note="文は、Slackでは別の画面に出て、会話に残りません。ほかでは［閉じる］で消えます",
)
async def test_it_reads_one_case_with_a_reason_and_its_author_is_told(driver: AnyDriver) -> None:
    sato, nakamura = driver.person(SATO), driver.person(NAKAMURA)
    case_id = await shares(sato)
    async with driver.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        member = await shelf.people.member(NAKAMURA)
        assert member is not None
        member.roles = [Role.IT_ADMIN]
    await nakamura.says("サポート閲覧")
    reason = "画面が開かないと相談があったため"
    await nakamura.presses("知らせて読む", case=case_id, reason=reason)
    assert "秘書さんに聞いた16時" in nakamura.sees
    assert reason in await sato.opens_mail()


CHANNEL = {
    "teams": "お返事は1対1のチャットに届きます。みんなには、入力欄から事例を探して置きます",
    "web": "ご自分の画面で探します",
    "terminal": "ご自分の端末で探します",
}


@scenario("チャンネルで @ヒトツブ(答えは本人だけに)、みんなに共有", **CHANNEL)
async def test_a_question_in_a_channel_is_answered_to_the_asker_alone(driver: AnyDriver) -> None:
    assert isinstance(driver, SlackDriver)
    mori = driver.person(MORI)
    (seen,) = await driver.mention(MORI, QUESTION)
    assert "あなただけに見えています" in seen.text
    mori.screens.append(seen)
    before = len(driver.slack.messages)
    await mori.presses("みんなに共有")
    assert len(driver.slack.messages) == before + 1


@scenario(
    "スレッドで、名前を呼ばずに続けて聞く",
    **{**CHANNEL, "teams": "そのたびに @ヒトツブ と書けば、続けて聞けます"},
)
async def test_a_question_goes_on_in_its_thread(driver: AnyDriver) -> None:
    assert isinstance(driver, SlackDriver)
    driver.person(MORI)
    (first,) = await driver.mention(MORI, QUESTION)
    (seen,) = await driver.mutter(MORI, "病院だけ", driver.said)
    assert "なぜ: 「" in seen.text
    assert seen.text != first.text


COPY = "文を写して送ります"


@scenario("自分のメッセージから「好事例として共有」", web=COPY, terminal=COPY)
async def test_an_own_message_fills_the_form(driver: AnyDriver) -> None:
    if isinstance(driver, TeamsDriver):
        box = TeamsBox(driver, SATO)
        notice = await box.opens(post_of(WIN, f"aad-{SATO}"))
        assert "元のメッセージは Teams に残ります" in notice
        seen = await box.presses("内容を確認する")
        assert TITLE in seen
        assert NAME not in seen
        return
    assert isinstance(driver, SlackDriver)
    sato = driver.person(SATO)
    sato.screens += await driver.act(SATO, message_shortcut(WIN, poster="U0SATO"))
    assert "元のメッセージは Slack に残ります" in sato.screens[-1].text
    await sato.presses("内容を確認する")
    assert TITLE in sato.sees
    assert NAME not in sato.sees


async def shares(sato: Person) -> str:
    """Publishes the win; the id of its case."""
    await sato.says(WIN)
    await sato.presses("共有する", declared=list(TICKS), show_author="yes")
    return sato.value_of("取り下げる")
