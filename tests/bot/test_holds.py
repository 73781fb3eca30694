"""Held texts in chat: answers of their author, the queues of safety and compliance, decisions."""

from __future__ import annotations

import pytest

from cases import sample
from cases.models.case import Hold
from cases.scope import Scope
from tests.drivers.desk import DeskDriver
from tests.drivers.screen import Person
from tests.fakes.sample_cast import ABE, EVENT, NAKAMURA, SATO, TICKS

OGAWA = "ogawa"  # 小川 玲, コンプライアンス確認 and 安全性
WITH_EVENT = f"メールを送ってみました。返信をいただきました。{EVENT}"
OFF_LABEL = "適応外の使い方の論文を紹介したら、先生に「助かった」と喜ばれました"
FAVOUR = "演者をお願いする代わりに、まずは5例お願いしますと先生に言ったらOKでした"
NOT_SO = "他社品は効かないと先生に伝えてみました。「そうですか」と返信をいただきました。"


@pytest.fixture
def sato(desk: DeskDriver) -> Person:
    return desk.person(SATO)


@pytest.fixture
def ogawa(desk: DeskDriver) -> Person:
    return desk.person(OGAWA)


async def holds_of(desk: DeskDriver, queue: str) -> list[Hold]:
    async with desk.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        return list(await shelf.holds.waiting(queue))


async def trail(desk: DeskDriver) -> list[tuple[str, str]]:
    async with desk.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        return [(row.actor, row.what) for row in await shelf.audit.entries()]


async def test_the_author_sees_what_was_stopped_and_answers_it_there(
    desk: DeskDriver, sato: Person
) -> None:
    assert "ありません" in await sato.says("止めた投稿")
    await sato.says(WITH_EVENT)
    await sato.says("止めた投稿")
    assert "報告はまだ済んでいません" in sato.sees
    assert "11/5に止めました" in sato.sees
    assert "発疹" not in sato.sees
    (held,) = await holds_of(desk, "safety")
    assert held.shown_at is not None
    await sato.presses("報告済み(受付番号を入力)", held.id)
    await sato.presses("報告済みとして記録する", receipt="ＡＥ－2026-17", heard_on="2026-11-04")
    assert "公開していない状態は変わりません" in sato.sees
    (held,) = await holds_of(desk, "safety")
    assert (held.state, held.receipt, str(held.heard_on)) == (
        "reported",
        "AE-2026-17",
        "2026-11-04",
    )
    assert "答えを記録しました" in await sato.says("止めた投稿")


@pytest.mark.parametrize("receipt", ["山田先生の件 17", "報告した", "AE", "1" * 41])
async def test_a_receipt_number_is_a_number_and_no_text(
    desk: DeskDriver, sato: Person, receipt: str
) -> None:
    await sato.says(WITH_EVENT)
    await sato.presses("報告済み(受付番号を入力)")
    assert "受付番号だけを" in await sato.presses("報告済みとして記録する", receipt=receipt)
    assert (await holds_of(desk, "safety"))[0].state == "open"


async def test_day_0_lies_not_in_the_future(sato: Person) -> None:
    await sato.says(WITH_EVENT)
    await sato.presses("報告済み(受付番号を入力)")
    await sato.presses("報告済みとして記録する", receipt="1", heard_on="2026-11-06")
    assert "先生から聞いた日" in sato.sees


async def test_safety_reads_on_record_and_nothing_of_it_reaches_the_disk(
    desk: DeskDriver, sato: Person, ogawa: Person
) -> None:
    await sato.says(WITH_EVENT)
    await ogawa.says("止めた投稿")
    await ogawa.presses("安全性の控え(1)")
    assert "佐藤 美咲" in ogawa.sees
    assert "仙台" in ogawa.sees
    assert "発疹" not in ogawa.sees
    await ogawa.presses("本文を読む")
    assert "発疹" in ogawa.sees
    assert ("ogawa", "hold.read") in await trail(desk)
    await ogawa.presses("安全性部門で把握した")
    assert "30日後に消去" in ogawa.sees
    assert await holds_of(desk, "safety") == []
    assert "発疹".encode() not in desk.house.bytes()
    assert "止めた投稿はありません" in await sato.says("止めた投稿")
    assert "E-01" in await sato.presses("報告済み(受付番号を入力)")
    assert await sato.opens_mail() == ""  # nothing says that a report was received


async def test_what_does_not_apply_is_looked_at_and_may_be_published_then(
    desk: DeskDriver, sato: Person, ogawa: Person
) -> None:
    await sato.says(WITH_EVENT)
    await sato.presses("該当しない(理由を書く)")
    await sato.presses("該当しない(理由を書く)", reason="山田先生ご自身の話ではない")
    assert "山田先生".encode() not in desk.house.bytes()
    await ogawa.says("控え")
    await ogawa.presses("もう一度確かめてもらう")
    assert "もう一度見ていただきたい" in await sato.opens_mail()
    await sato.says("止めた投稿")
    await sato.presses("該当しない(理由を書く)")
    await sato.presses("該当しない(理由を書く)", reason="講演で紹介された例だった")
    await ogawa.says("控え")
    await ogawa.presses("本文を読む")
    assert "講演で紹介された例だった" in ogawa.sees
    await ogawa.presses("安全性部門で把握した")
    assert "該当しないことを、安全性部門が確かめました" in await sato.opens_mail()
    await sato.presses("続きへ進む")
    assert "このように公開されます" in sato.sees
    await sato.presses("共有する", declared=list(TICKS), show_author="no")
    assert "公開しました" in sato.sees


async def test_compliance_lets_a_text_go_on_or_returns_it_with_a_word(
    desk: DeskDriver, sato: Person, ogawa: Person
) -> None:
    await sato.says(NOT_SO)
    await sato.presses("監督部門に確認を依頼")
    assert "監督部門の確認を待っています" in await sato.says("止めた投稿")
    await ogawa.says("止めた投稿")
    await ogawa.presses("コンプライアンスの控え(1)")
    assert "確認を依頼しています" in ogawa.sees
    await ogawa.presses("差し戻す(ひとこと)")
    await ogawa.presses("差し戻す(ひとこと)", comment="山田先生の話と他社品の評価を外してください")
    assert "差し戻しました" in ogawa.sees
    assert "他社品の評価を外してください" in await sato.opens_mail()
    assert "山田先生".encode() not in desk.house.bytes()
    await sato.presses("書きかえる")
    await sato.presses("内容を確認する", action="他社品は古いと先生に伝えた", result="返信があった")
    await sato.presses("監督部門に確認を依頼")
    await ogawa.says("止めた投稿")
    await ogawa.presses("コンプライアンスの控え(1)")
    await ogawa.presses("このまま公開してよい")
    assert "書いた方にお知らせしました" in ogawa.sees
    assert "E-01" in await ogawa.presses("このまま公開してよい")
    assert "監督部門が確認しました" in await sato.opens_mail()
    await sato.presses("続きへ進む")
    await sato.presses("共有する", declared=list(TICKS), show_author="no")
    assert "公開しました" in sato.sees


async def test_another_wording_is_not_what_was_released(sato: Person, ogawa: Person) -> None:
    await sato.says(NOT_SO)
    await sato.presses("監督部門に確認を依頼")
    await ogawa.says("止めた投稿")
    await ogawa.presses("コンプライアンスの控え(1)")
    await ogawa.presses("このまま公開してよい")
    await sato.opens_mail()
    await sato.presses("続きへ進む")
    assert "このように公開されます" in sato.sees
    await sato.presses("直す")
    await sato.presses("内容を確認する", action="他社品は古くて効かないと先生に伝えた")
    assert not sato.can_press("共有する")
    assert sato.can_press("監督部門に確認を依頼")


async def test_what_is_blocked_stays_so_whatever_a_reviewer_presses(
    sato: Person, ogawa: Person
) -> None:
    await sato.says(FAVOUR)
    assert not sato.can_press("共有する")
    await ogawa.says("止めた投稿")
    await ogawa.presses("コンプライアンスの控え(1)")
    await ogawa.presses("このまま公開してよい")
    await sato.opens_mail()
    assert "登録できません" in await sato.presses("続きへ進む")
    assert not sato.can_press("共有する")


async def test_conduct_is_noted_even_when_its_author_gives_up(
    desk: DeskDriver, sato: Person, ogawa: Person
) -> None:
    await sato.says(OFF_LABEL)
    await sato.presses("取りやめる")
    await ogawa.says("止めた投稿")
    await ogawa.presses("コンプライアンスの控え(1)")
    assert not ogawa.can_press("このまま公開してよい")
    await ogawa.presses("把握した(公開しない)")
    assert await holds_of(desk, "compliance") == []
    assert await sato.opens_mail() == ""


async def test_who_writes_of_an_event_and_of_conduct_is_told_that_compliance_sees_it(
    desk: DeskDriver, sato: Person
) -> None:
    assert "コンプライアンス担当者にも共有" not in await sato.says(WITH_EVENT)
    await sato.says(f"{OFF_LABEL}。{EVENT}")
    assert "安全性情報の可能性" in sato.sees
    assert "コンプライアンス担当者にも共有されます" in sato.sees
    assert len(await holds_of(desk, "compliance")) == 1


async def test_nobody_else_reaches_a_queue(desk: DeskDriver, sato: Person) -> None:
    await sato.says(WITH_EVENT)
    (held,) = await holds_of(desk, "safety")
    for who in (SATO, ABE, NAKAMURA):
        person = desk.person(who)
        assert "E-02" in await person.says("控え")
        assert "E-02" in await person.says("突き合わせ")
        for action in ("read", "receive", "ask_again", "release", "close", "return"):
            raw: dict[str, object] = {
                "user": who, "action": f"holds.{action}", "value": held.id,
            }  # fmt: skip
            assert "E-02" in str((await desk.replies(raw))[0].card), action
    assert "発疹" not in desk.person(ABE).sees


async def test_nobody_decides_on_an_own_text(desk: DeskDriver, ogawa: Person) -> None:
    await ogawa.says(WITH_EVENT)
    await ogawa.says("控え")
    assert "E-02" in await ogawa.presses("本文を読む")
    assert "E-02" in await ogawa.presses("安全性部門で把握した")


async def test_the_month_is_shown_with_numbers_and_without_texts(
    sato: Person, ogawa: Person
) -> None:
    await sato.says(WITH_EVENT)
    await ogawa.says("突き合わせ")
    assert "書いた方の答え: まだありません" in ogawa.sees
    await sato.presses("報告済み(受付番号を入力)")
    await sato.presses("報告済みとして記録する", receipt="AE-17")
    await ogawa.says("突き合わせ")
    assert "2026年11月の突き合わせ" in ogawa.sees
    assert "AE-17" in ogawa.sees
    assert "発疹" not in ogawa.sees
    assert "佐藤" not in ogawa.sees
    assert "2026年10月の突き合わせ" in await ogawa.presses("前の月")
