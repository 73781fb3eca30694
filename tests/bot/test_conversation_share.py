"""Sharing: ticks, edits, withdrawal, drafts, the author's name, and what the guard says."""

from __future__ import annotations

import pytest

from bot.conversation import share
from bot.conversation.turn import Turn
from cases import guard, sample
from cases.scope import Scope
from tests.drivers.desk import DeskDriver
from tests.drivers.screen import Person
from tests.fakes.sample_cast import ABE, EVENT, KATAYAMA, KATO, NAKAMURA, QUESTION, SATO, TICKS, WIN

TITLE = "A先生への電話を、秘書さんに聞いた16時に変え"


@pytest.fixture
def sato(desk: DeskDriver) -> Person:
    return desk.person(SATO)


async def shares(person: Person, text: str = WIN) -> str:
    """Publishes in the office and gives the case's id."""
    await person.says(text)
    await person.presses("共有する", declared=list(TICKS), show_author="no")
    assert "公開しました" in person.sees
    return person.value_of("取り下げる")


@pytest.mark.parametrize(("ticked", "left"), [(0, 3), (1, 2), (2, 1)])
async def test_open_ticks_are_counted(sato: Person, ticked: int, left: int) -> None:
    await sato.says(WIN)
    await sato.presses("共有する", declared=list(TICKS[:ticked]))
    assert f"公開前の確認が{left}つ残っています" in sato.sees


async def test_ticks_that_were_set_stay_set(sato: Person) -> None:
    await sato.says(WIN)
    await sato.presses("共有する", declared=list(TICKS[:2]))
    await sato.presses("共有する", declared=list(TICKS))
    assert "公開しました" in sato.sees


async def test_pressing_share_twice_publishes_once(desk: DeskDriver, sato: Person) -> None:
    await sato.says(WIN)
    screen, key = sato._find("共有する", "")
    for _ in range(2):
        (shown,) = await desk.press(SATO, screen, key, {"declared": list(TICKS)})
        assert "公開しました" in shown.text
    async with desk.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        mine = await shelf.cases.by_author(SATO)
    assert sum(TITLE in case.title for case in mine) == 1


@pytest.mark.parametrize(
    ("office", "told"), [("flagged", "公開しました"), ("all", "確認の担当者が読んでから")]
)
async def test_a_second_press_during_the_check_of_the_first_reopens_nothing(
    desk: DeskDriver, sato: Person, monkeypatch: pytest.MonkeyPatch, office: str, told: str
) -> None:
    nakamura = desk.person(NAKAMURA)
    await nakamura.says("確認の設定")
    await nakamura.presses("保存する", office=office, compliance_sees="yes")
    await sato.says(WIN)
    screen, key = sato._find("共有する", "")
    filled: dict[str, str | list[str]] = {"declared": list(TICKS)}
    look = share.look

    async def slow(turn: Turn, raw: share.Raw) -> guard.Checked:
        """While the guard reads for one press, the other press is handled to its end."""
        monkeypatch.setattr(share, "look", look)
        await desk.press(SATO, screen, key, filled)
        return await look(turn, raw)

    monkeypatch.setattr(share, "look", slow)
    (shown,) = await desk.press(SATO, screen, key, filled)
    assert told in shown.text
    async with desk.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        mine = [one.what for one in await shelf.audit.entries() if one.actor == SATO]
    assert len(mine) == 1, mine  # published, or handed in to be read, once


async def test_a_case_is_seen_in_the_office_first_and_company_wide_after_approval(
    desk: DeskDriver, sato: Person
) -> None:
    case_id = await shares(sato)
    await desk.house.embed()
    abe, kato, nakamura = desk.person(ABE), desk.person(KATO), desk.person(NAKAMURA)
    assert TITLE in await abe.says(QUESTION)
    assert TITLE not in await kato.says(QUESTION)
    assert "E-01" in str(
        await desk.replies({"user": KATO, "action": "case.show", "value": case_id})
    )
    assert "E-01" in str(
        await desk.replies({"user": KATO, "action": "try.start", "value": case_id})
    )
    await nakamura.says("確認待ち")
    await nakamura.presses("全社に公開する", case_id)
    assert TITLE in await kato.says(QUESTION)
    assert "全社に公開されました" in await sato.opens_mail()


async def test_a_case_that_is_given_back_stays_in_its_office(
    desk: DeskDriver, sato: Person
) -> None:
    case_id = await shares(sato)
    nakamura = desk.person(NAKAMURA)
    await nakamura.says("確認待ち")
    await nakamura.presses("営業所内にとどめる", case_id)
    assert "営業所内の公開のままになりました" in await sato.opens_mail()
    assert TITLE not in await desk.person(KATO).says(QUESTION)
    assert TITLE not in await nakamura.says("確認待ち")


async def test_nobody_approves_an_own_case(desk: DeskDriver) -> None:
    nakamura, katayama = desk.person(NAKAMURA), desk.person(KATAYAMA)
    case_id = await shares(nakamura)
    await nakamura.says("確認待ち")
    assert not any(key.value.startswith(case_id + ":") for key in nakamura.screens[-1].keys)
    forged = {"user": NAKAMURA, "action": "review.release", "value": case_id}
    assert "E-02" in str(await desk.replies(forged))
    await katayama.says("確認待ち")
    await katayama.presses("全社に公開する", case_id)
    assert "全社に公開しました" in katayama.sees


async def test_an_edited_case_is_published_with_its_new_text(
    desk: DeskDriver, sato: Person
) -> None:
    case_id = await shares(sato)
    await sato.presses("直す", case_id)
    await sato.presses("内容を確認する", tip="時間は秘書さんに週の初めに聞く")
    assert "時間は秘書さんに週の初めに聞く" in sato.sees
    await sato.presses("共有する", declared=list(TICKS))
    assert "直した内容で公開しました" in sato.sees
    assert sato.value_of("取り下げる") == case_id


async def test_an_edit_of_a_released_case_is_approved_anew(desk: DeskDriver, sato: Person) -> None:
    case_id = await shares(sato)
    nakamura = desk.person(NAKAMURA)
    for _ in range(2):
        await nakamura.says("確認待ち")
        await nakamura.presses("全社に公開する", case_id)
        assert "全社に公開しました" in nakamura.sees
        await sato.presses("直す", case_id)
        await sato.presses("内容を確認する", tip="新しいコツ")
        await sato.presses("共有する", declared=list(TICKS))
        assert "直した内容で公開しました" in sato.sees


async def test_a_withdrawn_case_is_gone_from_search_and_card(
    desk: DeskDriver, sato: Person
) -> None:
    case_id = await shares(sato)
    abe = desk.person(ABE)
    assert TITLE in await abe.says(QUESTION)
    await sato.presses("取り下げる", case_id)
    assert "すぐに外れます" in sato.sees
    await sato.presses("取り下げる", case_id)
    assert "検索とまとめから外しました" in sato.sees
    assert TITLE not in await abe.says(QUESTION)
    assert "E-01" in str(await desk.replies({"user": ABE, "action": "case.show", "value": case_id}))


async def test_only_the_author_withdraws_and_edits(desk: DeskDriver, sato: Person) -> None:
    case_id = await shares(sato)
    for action in ("share.withdraw_yes", "share.edit_case"):
        (reply,) = await desk.replies({"user": ABE, "action": action, "value": case_id})
        assert "E-0" in str(reply.card)


async def test_the_name_is_asked_once_and_remembered(sato: Person) -> None:
    await sato.says(WIN)
    assert "お名前を出しますか?" in sato.sees
    await sato.presses("共有する", declared=list(TICKS), show_author="yes")
    assert "仙台営業所 佐藤 美咲" in sato.sees
    await sato.says(
        "メールの件名を短くしてみました。「読みやすい」と先生から返信をいただきました。"
    )
    assert "お名前を出しますか?" not in sato.sees
    await sato.presses("共有する", declared=list(TICKS))
    assert "佐藤 美咲" in sato.sees


async def test_a_word_that_is_no_name_is_shown_as_typed(sato: Person) -> None:
    await sato.says("桜先生に会えました。花見の話をメールで送ったら「うれしい」と言われました。")
    assert "A先生" in sato.sees
    await sato.presses("人名ではない")
    assert "桜先生に会えました" in sato.sees
    await sato.presses("共有する", declared=list(TICKS))
    assert "確認の担当者が読んでから" in sato.sees  # it passes by its author's word alone


async def test_a_draft_is_kept_and_thrown_away(desk: DeskDriver) -> None:
    abe = desk.person(ABE)
    await abe.says(WIN)
    assert "下書きに保存しました" in await abe.presses("下書きに戻す")
    await abe.says("下書き")
    await abe.presses("続きを書く")
    assert "山田先生" in abe.sees  # the author reads the own words
    await abe.says("下書き")
    assert "入力された文は残していません" in await abe.presses("取りやめる")
    assert "書きかけの下書きはありません" in await abe.says("下書き")


async def test_a_draft_of_somebody_else_cannot_be_opened(desk: DeskDriver, sato: Person) -> None:
    await sato.says(WIN)
    draft_id = sato.value_of("共有する")
    for action in ("share.edit", "share.publish", "share.drop", "share.later", "share.not_a_name"):
        raw = {"user": ABE, "action": action, "value": draft_id, "fields": {}}
        assert "E-01" in str((await desk.replies(raw))[0].card)


async def test_a_field_over_its_limit_is_named(sato: Person) -> None:
    await sato.says(WIN)
    await sato.presses("直す")
    await sato.presses("内容を確認する", title="あ" * 100)
    await sato.presses("共有する", declared=list(TICKS))
    assert "「題名」は" in sato.sees
    assert "字までです" in sato.sees


async def test_the_form_alone_shares_a_win(desk: DeskDriver, sato: Person) -> None:
    (reply,) = await desk.replies({"user": SATO, "action": "share.start"})
    fields = {"action": "3択のメールを送った", "result": "「選びやすい」と返信をいただいた"}
    raw = {"user": SATO, "action": "share.check", "value": "", "fields": fields}
    (reply,) = await desk.replies(raw)
    assert "3択のメールを送った" in str(reply.card)


async def test_when_the_guard_is_down_nothing_is_published_and_the_draft_is_kept(
    desk: DeskDriver, sato: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sato.says(WIN)

    def broken(*args: object, **more: object) -> guard.Checked:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(guard, "check_fields", broken)
        await sato.presses("共有する", declared=list(TICKS))
        assert "確認の仕組みが" in sato.sees
        assert "公開しました" not in sato.sees
        await sato.says("メールの件名を短くしてみました。「読みやすい」と返信をいただきました。")
        assert "確認の仕組みが" in sato.sees
    async with desk.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        assert not [case for case in await shelf.cases.by_author(SATO) if TITLE in case.title]
    await sato.says("下書き")
    await sato.presses("続きを書く")
    await sato.presses("内容を確認する")
    await sato.presses("共有する", declared=list(TICKS))
    assert "公開しました" in sato.sees


async def test_an_event_is_routed_to_safety_and_never_published(
    desk: DeskDriver, sato: Person
) -> None:
    await sato.says(f"メールを送ってみました。返信をいただきました。{EVENT}")
    assert "このように公開されます" not in sato.sees
    assert not sato.can_press("共有する")
    await sato.presses("報告済み(受付番号を入力)")
    await sato.presses("報告済みとして記録する", receipt="AE-123", heard_on="2026-11-04")
    assert "公開していない状態は変わりません" in sato.sees
