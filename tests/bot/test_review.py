"""Review through the front door: before the office, masks, comments, two people, words, names."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from bot.views.elements import to_json
from cases import exporting, guard, sample
from cases.models.talk import Reflection
from cases.scope import Scope
from cases.searchable import searchable
from cases.vocabulary import Role
from scheduler.models import Delivery
from scheduler.store.ledger import Ledger
from tests.drivers.desk import DeskDriver
from tests.drivers.screen import Person
from tests.fakes.sample_cast import ABE, KATAYAMA, KATO, KOGA, NAKAMURA, QUESTION, SATO, TICKS, WIN

COPY = WIN.replace("16時", "夕方の16時")
COMPANY = Scope(sample.COMPANY)


@pytest.fixture
def sato(desk: DeskDriver) -> Person:
    return desk.person(SATO)


@pytest.fixture
def nakamura(desk: DeskDriver) -> Person:
    return desk.person(NAKAMURA)


async def choose(nakamura: Person, office: str, sees: str = "yes") -> None:
    await nakamura.says("確認の設定")
    await nakamura.presses("保存する", office=office, compliance_sees=sees)
    assert "設定を保存しました" in nakamura.sees


async def shares(who: Person, text: str = WIN, name: str = "no") -> str:
    """Shares a win; gives the draft's id."""
    await who.says(text)
    draft_id = who.value_of("共有する")
    await who.presses("共有する", declared=list(TICKS), show_author=name)
    return draft_id


async def published(who: Person, name: str = "no") -> str:
    """Shares a win; gives the case's id."""
    await shares(who, name=name)
    return who.value_of("取り下げる")


async def test_a_post_is_read_masked_given_back_and_let_in(
    desk: DeskDriver, sato: Person, nakamura: Person
) -> None:
    await choose(nakamura, "all")
    draft_id = await shares(sato)
    assert "確認の担当者が読んでから" in sato.sees
    assert "秘書さんに聞いた16時" not in await desk.person(ABE).says(QUESTION)
    assert "まだ、だれにも見えていません" in await nakamura.says("確認待ち")
    await nakamura.presses("くわしく確認する", draft_id)
    await nakamura.presses("ことばを伏せる", draft_id)
    await nakamura.presses("伏せる", draft_id, words="そのことばはない", **{"as": "other"})
    assert "文の中に見つかりません" in str(nakamura.screens[-1].native)
    await nakamura.presses("伏せる", draft_id, words="秘書さん", **{"as": "other"})
    assert "〔伏せました〕に聞いた" in nakamura.sees
    assert "一部を伏せました" in await sato.opens_mail()
    await nakamura.presses("コメントをつけて戻す", draft_id)
    await nakamura.presses(
        "戻す", draft_id, why="wording", comment="山田先生の曜日は外してください"
    )
    assert "戻しました" in nakamura.sees
    mail = await sato.opens_mail()
    assert "A先生の曜日は外してください" in mail
    assert "山田" not in mail
    await sato.presses("直して、もう一度出す")
    assert "確認の担当者から" in sato.sees
    await sato.presses("内容を確認する", tip="電話の前に一度だけ聞く")
    await sato.presses("共有する", declared=list(TICKS))
    await nakamura.says("確認待ち")
    await nakamura.presses("営業所だけに公開する", draft_id)
    assert "営業所に公開しました" in nakamura.sees
    assert "営業所に公開されました" in await sato.opens_mail()
    shown = {"user": ABE, "action": "case.show", "value": sato.value_of("全文を見る")}
    assert "〔伏せました〕に聞いた16時" in str(await desk.replies(shown))


async def test_a_second_press_keeps_a_posts_place_and_its_author_may_take_it_back(
    desk: DeskDriver, sato: Person, nakamura: Person
) -> None:
    await choose(nakamura, "all")
    draft_id = await shares(sato)
    await sato.presses("共有する", declared=list(TICKS))
    assert "確認の担当者が読んでから" in sato.sees
    assert "確認待ちです" in await sato.says("下書き")
    await sato.presses("取りやめる", draft_id)
    await nakamura.says("確認待ち")
    assert "まだ、だれにも見えていません" not in nakamura.sees


async def test_the_second_reviewer_is_told_kindly(
    desk: DeskDriver, sato: Person, nakamura: Person
) -> None:
    katayama = desk.person(KATAYAMA)
    case_id = await published(sato)
    for one in (nakamura, katayama):
        await one.says("確認待ち")
    await nakamura.presses("全社に公開する", case_id)
    await katayama.presses("全社に公開する", case_id)
    assert "さんが、先に確認していました" in katayama.sees
    assert (await sato.opens_mail()).count("全社に公開されました") == 1


async def test_what_is_nearly_the_same_stands_beside_with_a_link(
    desk: DeskDriver, sato: Person, nakamura: Person
) -> None:
    first = await published(sato)
    await desk.house.embed()
    abe = desk.person(ABE)
    await shares(abe, COPY)
    copy = abe.value_of("取り下げる")
    await nakamura.says("確認待ち")
    await nakamura.presses("つぎを見る(あと1件)")
    await nakamura.presses("くわしく確認する", copy)
    assert "似た事例があります" in nakamura.sees
    assert any(
        key.action == "review.open" and key.value == first for key in nakamura.screens[-1].keys
    )


async def test_a_found_name_is_hidden_by_one_tap(
    desk: DeskDriver, sato: Person, nakamura: Person
) -> None:
    await sato.says("桜先生に会えました。花見の話をメールで送ったら「うれしい」と言われました。")
    await sato.presses("人名ではない")
    draft_id = sato.value_of("共有する")
    await sato.presses("共有する", declared=list(TICKS), show_author="no")
    await nakamura.says("確認待ち")
    await nakamura.presses("くわしく確認する", draft_id)
    await nakamura.presses("「桜先生」を伏せる", draft_id)
    assert "A先生に会えました" in nakamura.sees
    assert "桜先生" not in nakamura.sees
    forged = {"user": NAKAMURA, "action": "review.mask", "value": f"{draft_id}:x:0:1:action"}
    assert "E-01" in str(await desk.replies(forged))


async def shared_words(desk: DeskDriver) -> str:
    """What was said in reflections and may be read by others."""
    async with desk.house.hub.library.db.transaction(COMPANY) as shelf:
        rows = (await shelf.session.scalars(select(Reflection.shared))).all()
    assert any(rows)
    return "".join(row or "" for row in rows)


async def test_a_mask_that_cannot_be_shown_is_not_made(
    desk: DeskDriver, sato: Person, nakamura: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = await published(sato)
    await nakamura.says("確認待ち")
    await nakamura.presses("くわしく確認する", case_id)
    await nakamura.presses("ことばを伏せる", case_id)
    monkeypatch.setattr(guard, "check_fields", lambda *_, **__: 1 / 0)
    await nakamura.presses("伏せる", case_id, words="秘書さん", **{"as": "other"})
    assert "E-07" in nakamura.sees
    async with desk.house.hub.library.db.transaction(COMPANY) as shelf:
        case = await shelf.cases.any(case_id)
        assert case is not None
        assert case.recast_at is None
        assert "秘書さん" in case.action
    assert "一部を伏せました" not in await sato.opens_mail()


async def test_conduct_is_said_as_such_and_withdrawal_has_a_reason(
    desk: DeskDriver, sato: Person, nakamura: Person
) -> None:
    case_id = await published(sato)
    await nakamura.says("確認待ち")
    await nakamura.presses("くわしく確認する", case_id)
    await nakamura.presses("コメントをつけて戻す", case_id)
    assert "コンプライアンス担当者にも共有されます" in str(nakamura.screens[-1].native)
    await nakamura.presses("戻す", case_id, why="conduct", comment="手順を確かめてください")
    mail = await sato.opens_mail()
    assert "行動にかかわる点がある" in mail
    assert "コンプライアンス担当者にも共有されています" in mail
    other = await published(sato)
    await nakamura.says("確認待ち")
    await nakamura.presses("くわしく確認する", other)
    await nakamura.presses("取り下げる", other)
    await nakamura.presses("取り下げる", other, comment="資材が新しくなりました")
    assert "資材が新しくなりました" in await sato.opens_mail()
    shown = {"user": ABE, "action": "case.show", "value": other}
    assert "E-01" in str(await desk.replies(shown))


async def test_a_comment_is_checked_like_a_post(
    desk: DeskDriver, sato: Person, nakamura: Person
) -> None:
    case_id = await published(sato)
    await nakamura.says("確認待ち")
    await nakamura.presses("くわしく確認する", case_id)
    await nakamura.presses("コメントをつけて戻す", case_id)
    await nakamura.presses("戻す", case_id, comment="")
    assert "コメントを書いてください" in str(nakamura.screens[-1].native)
    await nakamura.presses(
        "戻す", case_id, comment="80代の女性が薬を飲んで発疹が出て入院した話は外して"
    )
    assert "言いかえてください" in str(nakamura.screens[-1].native)
    assert "発疹".encode() not in desk.house.bytes()


async def test_a_company_word_holds_at_once_after_a_second_person(
    desk: DeskDriver, sato: Person, nakamura: Person
) -> None:
    katayama = desk.person(KATAYAMA)
    await nakamura.says("規則")
    await nakamura.presses("会社のことば")
    await nakamura.presses("提案する", word="秘書さん", does="add:mask")
    await nakamura.says("規則")
    await nakamura.presses("会社のことば")
    assert not nakamura.can_press("確認した")
    await sato.says(WIN)
    assert "秘書さん" in sato.sees
    await katayama.says("規則")
    await katayama.presses("会社のことば")
    await katayama.presses("確認した")
    assert "第1版" in katayama.sees
    await sato.says(WIN + "ほんとうです。")
    assert "〔伏せた語〕に聞いた" in sato.sees
    asked = await searchable(desk.house.hub.library, COMPANY, "秘書さんから入った例は?")
    assert asked == ("", "〔伏せた語〕から入った例は?")
    abe, koga = desk.person(ABE), desk.person(KOGA)
    for one in (abe, koga):
        await one.says("振り返り")
        await one.presses("ひとこと書く")
        await one.says("秘書さんに、朝の電話で聞いた")
        await one.presses("この答えを、ほかの方にも見せる")
    assert "秘書さん" not in await shared_words(desk)


async def test_a_false_alarm_is_counted_for_its_rule(desk: DeskDriver, sato: Person) -> None:
    await sato.says("桜先生に会えました。花見の話をメールで送ったら「うれしい」と言われました。")
    await sato.presses("人名ではない")
    nakamura = desk.person(NAKAMURA)
    assert "先生の名前: 1件のうち、誤検知 1件" in await nakamura.says("規則")
    assert "E-02" in await sato.says("規則")


async def test_a_hidden_author_is_in_no_payload_page_or_export(
    desk: DeskDriver, sato: Person, nakamura: Person
) -> None:
    case_id = await published(sato, name="yes")
    await nakamura.says("確認待ち")
    await nakamura.presses("全社に公開する", case_id)
    kato = desk.person(KATO)
    assert "佐藤 美咲" in await kato.says(QUESTION)
    await sato.presses("営業所名だけにする", case_id)
    await desk.house.hub.clock.ring("reconcile")
    await desk.house.embed()
    await kato.says(QUESTION)
    await kato.presses("試してみる", case_id)
    async with desk.house.hub.library.db.transaction(COMPANY) as shelf:
        shown = Delivery.member_id != SATO
        rows = await Ledger(shelf).deliveries(shown & Delivery.payload.is_not(None), 500)
        payloads = [(row.payload or b"").decode() for row in rows if case_id in row.case_ids]
    taker = Scope(COMPANY.company_id, NAKAMURA, frozenset({Role.HQ_ADMIN}))
    async with desk.house.hub.library.db.transaction(taker) as shelf:
        forms = ("csv", "json", "md")
        found = await exporting.read(shelf)
    exports = [str(exporting.built(form, found)) for form in forms]
    cards = [json.dumps(to_json(screen.native), ensure_ascii=False) for screen in kato.screens[1:]]
    everything = [*payloads, *exports, *cards]
    assert any(case_id in text for text in everything)
    for secret in ("sato", "佐藤", "美咲", "Sato"):
        assert not [text for text in everything if secret in text]


async def test_imports_are_read_by_sample_and_let_out_together(
    desk: DeskDriver, nakamura: Person
) -> None:
    async with desk.house.hub.library.db.transaction(COMPANY) as shelf:
        cases = list(await shelf.cases.company_wide())[:25]
        for case in cases:
            case.status, case.origin = "office", "import"
            case.release_asked_at = case.changed_at = shelf.now
    assert "取り込んだ事例が25件" in await nakamura.says("確認待ち")
    await nakamura.presses("抜き取って読む")
    for _ in range(20):
        await nakamura.presses("問題なし")
    assert "20件をすべて読みました" in nakamura.sees
    await nakamura.presses("25件をまとめて全社に公開する")
    assert "25件を全社に公開しました" in nakamura.sees
