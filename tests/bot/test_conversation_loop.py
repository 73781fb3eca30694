"""After a case is found: trials, reactions, wishes, reflections, and what the office is shown."""

from __future__ import annotations

import pytest

from cases import sample
from cases.scope import Scope
from tests.drivers.desk import DeskDriver
from tests.drivers.screen import Person
from tests.fakes.sample_cast import (
    ABE,
    EVENT,
    ITO,
    KATO,
    KOGA,
    MORI,
    NAKAMURA,
    QUESTION,
    SATO,
    TICKS,
    WIN,
)

NOTHING_LIKE_IT = "ドローンで資料を届けた例、ある?"


@pytest.fixture
def kato(desk: DeskDriver) -> Person:
    return desk.person(KATO)


async def publish(person: Person, text: str = WIN) -> str:
    await person.says(text)
    await person.presses("共有する", declared=list(TICKS), show_author="no")
    return person.value_of("取り下げる")


async def test_a_case_is_tried_once(kato: Person) -> None:
    await kato.says(QUESTION)
    case_id = kato.value_of("試してみる")
    assert "登録しました" in await kato.presses("試してみる", case_id)
    assert "もう試してみるに入っています" in await kato.presses("試してみる", case_id)
    assert "試しています" in await kato.says("試している事例")


async def test_what_is_tried_is_read_and_answered_from_its_list(kato: Person) -> None:
    assert "「試してみる」を押すと" in await kato.says("試している事例")
    await kato.says(QUESTION)
    case_id = kato.value_of("試してみる")
    await kato.presses("試してみる", case_id)
    await kato.says("試している事例")
    assert "やったこと" in await kato.presses("くわしく見る", case_id)
    await kato.says("試している事例")
    assert "うまくいったことだけを" in await kato.presses("うまくいった")
    assert "— うまくいった" in await kato.says("試している事例")
    assert not kato.can_press("うまくいった")


async def test_a_line_about_a_trial_is_kept_with_it_and_a_longer_win_is_shared(
    kato: Person,
) -> None:
    await kato.says(QUESTION)
    await kato.presses("試してみる")
    await kato.says("試している事例")
    await kato.presses("うまくいった")
    assert "ひとことを残しました" in await kato.says("秘書さんに先に電話したら会えました")
    await kato.says(QUESTION)
    await kato.presses("試してみる", kato.value_of("試してみる"))
    await kato.says("試している事例")
    await kato.presses("うまくいった")
    assert "このように公開されます" in await kato.says(WIN)


async def test_an_own_case_cannot_be_tried(desk: DeskDriver) -> None:
    case_id = await publish(desk.person(SATO))
    raw = {"user": SATO, "action": "try.start", "value": case_id}
    assert "ご自身の事例です" in str((await desk.replies(raw))[0].card)


async def test_an_answer_of_somebody_else_is_not_taken(desk: DeskDriver, kato: Person) -> None:
    await kato.says(QUESTION)
    await kato.presses("試してみる")
    async with desk.house.hub.library.db.transaction(Scope(sample.COMPANY, KATO)) as shelf:
        (trial,) = [one for one in await shelf.loop.trials_by(KATO) if one.state == "open"]
    for who, value in ((ITO, f"{trial.id}:worked"), (KATO, f"{trial.id}:great"), (KATO, "x")):
        raw = {"user": who, "action": "try.answer", "value": value}
        assert "E-01" in str((await desk.replies(raw))[0].card)


@pytest.mark.parametrize(
    ("label", "answer"),
    [
        ("うまくいった", "実りましたね"),
        ("いまいちだった", "条件としてお伝えし"),
        ("まだ試していない", "また14日後に"),
        ("回答しない", "もううかがいません"),
    ],
)
async def test_the_question_after_14_days_takes_one_tap(
    desk: DeskDriver, kato: Person, label: str, answer: str
) -> None:
    await kato.says(QUESTION)
    await kato.presses("試してみる")
    await desk.house.go_to(11, 19)
    await kato.opens_mail()
    assert answer in await kato.presses(label)


async def test_thanks_and_a_question_reach_the_author(desk: DeskDriver, kato: Person) -> None:
    await kato.says("オンラインMRに夜8時のリモートをお願いした例、ある?")
    assert "ありがとうございます" in await kato.presses("参考になった")
    await kato.presses("この方に聞く")
    await kato.presses("この方に聞く")
    assert "聞きたい方がいます" in kato.sees
    async with desk.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        case = await shelf.cases.any(kato.value_of("この方に聞く"))
        assert case is not None
    author = desk.person(case.author_id)
    assert (await author.opens_mail()).count("加藤 直子さん(神戸営業所)が") == 1


async def test_a_case_that_did_not_match_is_hidden_from_then_on(kato: Person) -> None:
    await kato.says(QUESTION)
    case_id = kato.value_of("探していたものと違う")
    await kato.presses("探していたものと違う", case_id)
    await kato.says(QUESTION)
    assert case_id not in [key.value for key in kato.screens[-1].keys]


async def test_a_wish_is_answered_and_both_are_told(desk: DeskDriver) -> None:
    mori, sato = desk.person(MORI), desk.person(SATO)
    await mori.says(NOTHING_LIKE_IT)
    assert "近さ: 高" not in mori.sees
    await mori.presses("求む！事例に出す")
    assert "お名前は出していません" in mori.sees
    await sato.says("求む！事例")
    async with desk.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        (wish,) = [row for row in await shelf.loop.wishes() if row.asker_id == MORI]
    assert wish.theme in sato.sees
    assert "森" not in sato.sees
    await sato.presses("この質問に答える", wish.id)
    await sato.presses(
        "内容を確認する",
        action="離島の先生に、審査済みの資料をドローン便で送った",
        result="「その日に届いた」と喜んでいただいた",
    )
    await sato.presses("共有する", declared=list(TICKS), show_author="no")
    assert "公開しました" in sato.sees
    case_id = sato.value_of("取り下げる")
    await desk.house.go_to(11, 6)
    assert "に、事例が届きました" not in await mori.opens_mail()  # it is the office's own so far
    nakamura = desk.person(NAKAMURA)
    await nakamura.says("確認待ち")
    await nakamura.presses("全社に公開する", case_id)
    await desk.house.go_to(11, 9)
    assert "に、事例が届きました" in await mori.opens_mail()
    assert "ドローン便" in await mori.presses("全文を見る", case_id)
    assert "の答えになりました" in await sato.opens_mail()
    assert "森" not in sato.sees


async def test_a_question_about_an_event_is_refused_and_not_kept(
    desk: DeskDriver, kato: Person
) -> None:
    await kato.says(f"{EVENT} どうすればいい?")
    assert "なぜ: " not in kato.sees
    assert "安全性" in kato.sees
    await desk.replies({"user": KATO, "action": "wish.ask"})
    assert "発疹".encode() not in desk.house.bytes()


async def test_a_reflection_is_private_until_it_is_shared(desk: DeskDriver) -> None:
    abe, koga = desk.person(ABE), desk.person(KOGA)
    await abe.says("振り返り")
    await abe.presses("ひとこと書く")
    await abe.says("説明会の日程を電話で聞くのをやめたら話が続いた")
    assert "あなただけに見えています" in abe.sees
    assert "説明会の日程を電話で".encode() not in desk.house.bytes()
    assert "ほかの営業所の方に見えます" in await abe.presses("この答えを、ほかの方にも見せる")
    await koga.says("振り返り")
    await koga.presses("ひとこと書く")
    await koga.says("朝の電話に変えた")
    assert "「説明会の日程を電話で聞くのをやめたら話が続いた」 — 仙台営業所" in koga.sees


async def test_a_shared_answer_is_taken_back_where_ones_own_are_listed(desk: DeskDriver) -> None:
    abe, koga = desk.person(ABE), desk.person(KOGA)
    await abe.says("振り返り")
    assert "あなたの答え" not in abe.sees
    await abe.presses("ひとこと書く")
    await abe.says("説明会の日程を電話で聞くのをやめたら話が続いた")
    await abe.presses("この答えを、ほかの方にも見せる")
    assert abe.can_press("見せるのをやめる")
    await abe.says("振り返り")
    assert "ほかの方に見えている、あなたの答え\n「説明会の日程を電話で" in abe.sees
    await koga.says("振り返り")
    await koga.presses("ひとこと書く")
    assert "あなたの答え" not in koga.sees
    assert "ほかの方に見えません" in await abe.presses("見せるのをやめる")
    await koga.says("朝の電話に変えた")
    assert "説明会の日程を電話で" not in koga.sees
    await abe.says("振り返り")
    assert "あなたの答え" not in abe.sees


async def test_a_reflection_takes_one_tap_and_becomes_a_draft(desk: DeskDriver) -> None:
    abe = desk.person(ABE)
    await abe.says("振り返り")
    (tap,) = [key for key in abe.screens[-1].keys if key.value.endswith(":0")]
    await abe.presses(tap.label)
    assert "あなただけに見えています" in abe.sees
    await abe.presses("好事例として共有")
    assert tap.label in abe.sees
    assert "自分用に残しました" in await abe.presses("今は自分用に残す")


@pytest.mark.parametrize(
    ("label", "answer"),
    [
        ("今回はパス", "今回はお休みですね"),
        ("来週にする", "来週にまたうかがいます"),
        ("しばらく休む", "しばらくお声がけを控えます"),
    ],
)
async def test_a_reflection_can_be_left_in_three_ways(
    desk: DeskDriver, label: str, answer: str
) -> None:
    abe = desk.person(ABE)
    await abe.says("振り返り")
    assert answer in await abe.presses(label)


async def test_a_pause_ends_with_a_word(desk: DeskDriver) -> None:
    abe = desk.person(ABE)
    await abe.says(QUESTION)
    await abe.presses("試してみる")
    await abe.says("振り返り")
    await abe.presses("しばらく休む")
    await desk.house.go_to(11, 19)  # the day of 「その後いかがですか?」
    assert await abe.opens_mail() == ""
    assert "またお声がけします" in await abe.says("再開")


async def test_only_promoters_and_managers_post_to_the_office(desk: DeskDriver) -> None:
    case_id = await publish(desk.person(SATO))
    raw = {"user": ABE, "action": "digest.share_now", "value": f"{case_id}:2026-11"}
    assert "E-02" in str((await desk.replies(raw))[0].card)
    assert await desk.room("sendai") == []


async def test_a_withdrawn_case_leaves_the_digest(desk: DeskDriver, kato: Person) -> None:
    """Chosen for the digest, withdrawn before it is read: its text is not brought again."""
    await desk.house.go_to(12, 3)
    await kato.opens_mail()
    case_id = kato.value_of("営業所で共有").partition(":")[0]
    async with desk.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        case = await shelf.cases.any(case_id)
        assert case is not None
    title = case.title
    assert title in kato.sees
    await desk.replies({"user": case.author_id, "action": "share.withdraw_yes", "value": case_id})
    assert title not in await kato.says("月次まとめ")
    value = f"{case_id}:2026-11"
    for action in ("digest.share_item", "digest.share_now"):
        (reply,) = await desk.replies({"user": KATO, "action": action, "value": value})
        assert "E-01" in str(reply.card)


async def test_only_who_may_share_a_digest_is_asked_to(desk: DeskDriver, kato: Person) -> None:
    await desk.house.go_to(12, 3)
    assert "営業所で共有" in await kato.says("月次まとめ")
    assert "お願いはひとつだけ" in kato.sees
    seen = await desk.person(SATO).says("月次まとめ")
    assert "試してみる" in seen
    assert "定例の資料にする" in seen
    assert "営業所で共有" not in seen
    assert "お願いはひとつだけ" not in seen


async def test_the_queue_says_how_long_a_case_has_waited(desk: DeskDriver) -> None:
    await publish(desk.person(SATO))
    nakamura = desk.person(NAKAMURA)
    assert "待っています" in await nakamura.says("確認待ち")
    before = nakamura.sees.count("日前から待っています")
    await desk.house.go_to(11, 9)
    assert (await nakamura.says("確認待ち")).count("日前から待っています") == before + 1


async def test_only_its_author_says_that_a_case_still_holds(desk: DeskDriver) -> None:
    case_id = await publish(desk.person(SATO))
    said = {}
    for who in (SATO, KATO):
        raw = {"user": who, "action": "valid.yes", "value": case_id}
        said[who] = str((await desk.replies(raw))[0].card)
    assert "半年後にまた" in said[SATO]
    assert "E-01" in said[KATO]
    async with desk.house.hub.library.db.transaction(Scope(sample.COMPANY, SATO)) as shelf:
        case = await shelf.cases.any(case_id)
        assert case is not None
        assert case.confirmed_at is not None
        assert await shelf.audit.has("case.confirm", case_id)
