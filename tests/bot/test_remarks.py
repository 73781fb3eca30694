"""Answers to reflections and words on trials that the guard stops stay drafts, as posts do."""

from __future__ import annotations

import pytest

from cases import sample
from cases.errors import GuardDown
from cases.models.case import Draft, Hold
from cases.models.talk import Reflection
from cases.scope import Scope
from tests.drivers.desk import DeskDriver
from tests.drivers.screen import Person
from tests.fakes.sample_cast import ABE, EVENT, KOGA, QUESTION

MINE = Scope(sample.COMPANY, ABE)
CONDUCT = "適応外の使い方の論文を紹介したら先生に喜ばれました"
UNSURE = "先生から、自分で薬をやめた人がいると伺い、返信をいただきました。"
FINE = "秘書さんに伺った時間に電話をしたら、返信をいただきました"


@pytest.fixture
def abe(desk: DeskDriver) -> Person:
    return desk.person(ABE)


async def reflects(abe: Person, text: str) -> str:
    await abe.says("振り返り")
    await abe.presses("ひとこと書く")
    return await abe.says(text)


async def answer_of(desk: DeskDriver) -> str:
    """The member's one answer, in clear; empty where none is kept."""
    library = desk.house.hub.library
    async with library.db.transaction(MINE) as shelf:
        (row,) = await shelf.talks.reflections_of(ABE)
        return library.ring.open(row.answer, row.company_id) if row.answer else ""


async def drafts(desk: DeskDriver) -> list[Draft]:
    async with desk.house.hub.library.db.transaction(MINE) as shelf:
        return list(await shelf.cases.drafts())


async def held(desk: DeskDriver, queue: str) -> list[Hold]:
    async with desk.house.hub.library.db.transaction(MINE) as shelf:
        return [one for one in await shelf.holds.by_author(ABE) if one.queue == queue]


async def test_a_stopped_answer_has_the_words_and_choices_of_a_post_and_stays_a_draft(
    desk: DeskDriver, abe: Person
) -> None:
    assert "この投稿は公開せず" in await reflects(abe, EVENT)
    assert "「下書き」に残っています" in abe.sees
    assert abe.can_press("報告済み(受付番号を入力)")
    assert EVENT.encode() not in desk.house.bytes()
    assert "止めた投稿です" in await abe.says("下書き")
    assert "報告はまだ済んでいません" in await abe.says("止めた投稿")
    assert await answer_of(desk) == ""


async def test_a_rewritten_answer_lands_where_it_was_meant_for(
    desk: DeskDriver, abe: Person
) -> None:
    await reflects(abe, CONDUCT)
    await abe.presses("書きかえる")
    assert CONDUCT in str(abe.screens[-1].native)
    await abe.presses("内容を確認する", tip=FINE)
    assert "あなただけに見えています" in abe.sees
    assert await answer_of(desk) == FINE
    assert await drafts(desk) == []


async def test_a_private_answer_is_no_matter_for_compliance_until_it_is_shared(
    desk: DeskDriver, abe: Person
) -> None:
    await reflects(abe, CONDUCT)
    assert "コンプライアンス担当者にも共有" not in abe.sees
    assert await held(desk, "compliance") == []
    await abe.presses("監督部門に確認を依頼")
    assert len(await held(desk, "compliance")) == 1


async def test_no_to_the_guards_question_keeps_the_answer(desk: DeskDriver, abe: Person) -> None:
    assert "含まれますか" in await reflects(abe, UNSURE)
    assert "あなただけに見えています" in await abe.presses("含まれない")
    assert await answer_of(desk) == UNSURE


async def test_what_is_shared_is_masked_and_checked_again(desk: DeskDriver, abe: Person) -> None:
    koga = desk.person(KOGA)
    await reflects(abe, f"蓬莱先生の{FINE}")
    assert "ほかの営業所の方に見えます" in await abe.presses("この答えを、ほかの方にも見せる")
    await reflects(koga, "朝の電話に変えた")
    assert f"A先生の{FINE}" in koga.sees
    assert await drafts(desk) == []


async def test_a_stopped_word_on_a_trial_stays_a_draft_and_goes_on_from_there(
    desk: DeskDriver, abe: Person
) -> None:
    await abe.says(QUESTION)
    await abe.presses("試してみる")
    await desk.house.go_to(11, 19)
    await abe.opens_mail()
    await abe.presses("いまいちだった")
    assert "審査を受けていない資料" in await abe.says("自作のまとめ資料を渡さないと難しい")
    (draft,) = await drafts(desk)
    await abe.presses("資材コードを入力")
    await abe.presses("内容を確認する", draft.id, tip="秘書さんがいない日は難しかったです")
    assert "ひとことを残しました" in abe.sees
    async with desk.house.hub.library.db.transaction(MINE) as shelf:
        notes = [trial.note for trial in await shelf.loop.trials_by(ABE)]
    assert "秘書さんがいない日は難しかったです" in notes
    assert await drafts(desk) == []


async def test_a_word_on_a_trial_has_a_form_beside_its_letter(
    desk: DeskDriver, abe: Person
) -> None:
    await abe.says(QUESTION)
    await abe.presses("試してみる")
    await desk.house.go_to(11, 19)
    await abe.opens_mail()
    await abe.presses("いまいちだった")
    await abe.presses("ひとこと書く")
    await abe.presses("ひとこと書く", text=" ")
    assert "ひとことだけでも大丈夫です" in abe.sees
    async with desk.house.hub.library.db.transaction(MINE) as shelf:
        (own,) = [one.id for one in await shelf.loop.trials_by(ABE) if one.state == "did_not"]
    (reply,) = await desk.replies({"user": KOGA, "action": "try.write", "value": own})
    assert "E-01" in str(reply.card)  # another's trial
    line = {"text": "秘書さんがいない日は難しかったです"}
    raw = {"user": ABE, "action": "try.save", "value": own, "fields": line}
    assert "ひとことを残しました" in str((await desk.replies(raw))[0].card)
    async with desk.house.hub.library.db.transaction(MINE) as shelf:
        assert line["text"] in [trial.note for trial in await shelf.loop.trials_by(ABE)]


async def test_while_the_guard_is_away_the_answer_waits_as_a_draft(
    desk: DeskDriver, abe: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*given: object, **more: object) -> None:
        raise GuardDown

    with monkeypatch.context() as broken:
        broken.setattr("cases.guard.check_fields", away)
        assert "下書きとして保管しました" in await reflects(abe, FINE)
    assert await answer_of(desk) == ""
    await desk.house.hub.clock.ring("unchecked")
    await desk.house.hub.clock.ring("dispatch")
    assert "確認が済みました" in await abe.opens_mail()
    assert "あなただけに見えています" in await abe.presses("続きへ進む")
    assert await answer_of(desk) == FINE


async def test_a_line_for_a_question_of_somebody_else_is_not_found(
    desk: DeskDriver, abe: Person
) -> None:
    await reflects(abe, FINE)
    async with desk.house.hub.library.db.transaction(MINE) as shelf:
        (row,) = await shelf.talks.reflections_of(ABE)
    assert isinstance(row, Reflection)
    for action in ("reflect.save", "reflect.share"):
        raw: dict[str, object] = {"user": KOGA, "action": action, "value": row.id}
        (reply,) = await desk.replies({**raw, "fields": {"text": FINE}})
        assert "E-01" in str(reply.card)
