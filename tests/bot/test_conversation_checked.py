"""What an author answers when the guard asks or stops; what the answer does to draft and queues."""

from __future__ import annotations

import pytest

from cases import sample
from cases.models.case import Hold
from cases.scope import Scope
from tests.drivers.desk import DeskDriver
from tests.drivers.screen import Person
from tests.fakes.sample_cast import ABE, EVENT, NAKAMURA, SATO, TICKS

# The guard cannot know whether this is about a medicine's effect, so it asks.
UNSURE = "メールを送ってみました。先生から、自分で薬をやめた人がいると伺い、返信をいただきました。"
STOPPED = "適応外の使い方の論文を紹介したら先生に喜ばれました"
WITH_EVENT = f"メールを送ってみました。返信をいただきました。{EVENT}"


@pytest.fixture
def sato(desk: DeskDriver) -> Person:
    return desk.person(SATO)


async def hold_of(desk: DeskDriver, draft_id: str, queue: str) -> Hold | None:
    async with desk.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        return await shelf.holds.latest(draft_id, queue)


def draft_of(person: Person, label: str) -> str:
    return person.value_of(label).partition(":")[0]


async def test_a_question_of_the_guard_is_asked_before_anything_else(sato: Person) -> None:
    await sato.says(UNSURE)
    assert "このように公開されます" not in sato.sees
    assert not sato.can_press("共有する")
    assert sato.can_press("含まれる")
    assert sato.can_press("含まれない")


async def test_no_goes_on_to_the_preview_and_can_be_published(
    desk: DeskDriver, sato: Person
) -> None:
    await sato.says(UNSURE)
    draft_id = draft_of(sato, "含まれない")
    assert "このように公開されます" in await sato.presses("含まれない")
    await sato.presses("共有する", declared=list(TICKS), show_author="no")
    assert "確認の担当者が読んでから" in sato.sees  # the author's word alone lets it pass
    assert await hold_of(desk, draft_id, "safety") is None
    nakamura = desk.person(NAKAMURA)
    await nakamura.says("確認待ち")
    assert "営業所に公開しました" in await nakamura.presses("営業所だけに公開する", draft_id)


async def test_yes_routes_to_safety_and_a_reason_is_kept(desk: DeskDriver, sato: Person) -> None:
    await sato.says(UNSURE)
    draft_id = draft_of(sato, "含まれる")
    await sato.presses("含まれる")
    assert not sato.can_press("共有する")
    held = await hold_of(desk, draft_id, "safety")
    assert held is not None
    assert held.rules == ["adverse_event"]
    await sato.presses("該当しない(理由を書く)")
    await sato.presses("該当しない(理由を書く)", reason="生活習慣の話だった")
    assert "公開していない状態は変わりません" in sato.sees
    held = await hold_of(desk, draft_id, "safety")
    assert held is not None
    assert held.answer is not None
    ring = desk.house.hub.library.ring
    assert ring.open(held.answer, held.company_id) == "生活習慣の話だった"
    assert (held.state, str(held.heard_on)) == ("not_applicable", "2026-11-05")


async def test_yes_to_a_question_that_was_not_asked_answers_nothing(
    desk: DeskDriver, sato: Person
) -> None:
    await sato.says(UNSURE)
    draft_id = draft_of(sato, "含まれる")
    raw: dict[str, object] = {
        "user": SATO,
        "action": "share.ask_yes",
        "value": f"{draft_id}:patient_info",
    }
    (reply,) = await desk.replies(raw)
    assert "share.ask_no" in str(reply.card)  # what was asked is still open
    assert await hold_of(desk, draft_id, "safety") is None


async def test_a_question_asked_of_somebody_else_cannot_be_answered(
    desk: DeskDriver, sato: Person
) -> None:
    await sato.says(UNSURE)
    value = sato.value_of("含まれない")
    draft_id = value.partition(":")[0]
    for action, key in (
        ("share.ask_no", value),
        ("share.ask_yes", value),
        ("share.hold", draft_id),
        ("share.as_win", draft_id),
        ("share.find_instead", draft_id),
    ):
        (reply,) = await desk.replies({"user": ABE, "action": action, "value": key})
        assert "E-01" in str(reply.card)
    assert await hold_of(desk, draft_id, "safety") is None


async def test_compliance_is_asked_once_and_nothing_is_published(
    desk: DeskDriver, sato: Person
) -> None:
    await sato.says(STOPPED)
    draft_id = draft_of(sato, "監督部門に確認を依頼")
    for _ in range(2):
        await sato.presses("監督部門に確認を依頼", draft_id)
        assert "監督部門の確認に回しました" in sato.sees
    held = await hold_of(desk, draft_id, "compliance")
    assert held is not None
    assert "off_label" in held.rules
    assert "適応外".encode() not in desk.house.bytes()
    assert "E-01" in await sato.presses("取りやめる", draft_id)  # compliance still has to look


async def test_an_old_stop_card_does_nothing_to_what_was_rewritten_and_published(
    desk: DeskDriver, sato: Person
) -> None:
    await sato.says(
        "他社品は効かないと先生に伝えてみました。「そうですか」と返信をいただきました。"
    )
    draft_id = draft_of(sato, "監督部門に確認を依頼")
    await sato.presses("書きかえる")
    await sato.presses(
        "内容を確認する", title="3択", action="3択のメールを送った", result="返信をいただいた"
    )
    await sato.presses("共有する", declared=list(TICKS), show_author="no")
    assert "公開しました" in sato.sees
    assert "E-01" in await sato.presses("監督部門に確認を依頼", draft_id)
    assert await hold_of(desk, draft_id, "compliance") is None
    for action in ("share.edit", "share.not_a_name", "share.ask_no", "share.as_win"):
        raw: dict[str, object] = {"user": SATO, "action": action, "value": draft_id, "fields": {}}
        assert "E-01" in str((await desk.replies(raw))[0].card)


@pytest.mark.parametrize(
    ("opens", "saves", "field"),
    [
        ("報告済み(受付番号を入力)", "報告済みとして記録する", "受付番号"),
        ("該当しない(理由を書く)", "該当しない(理由を書く)", "該当しない理由"),
    ],
)
async def test_a_safety_record_without_its_word_is_not_taken(
    desk: DeskDriver, sato: Person, opens: str, saves: str, field: str
) -> None:
    await sato.says(WITH_EVENT)
    draft_id = sato.value_of(opens)
    await sato.presses(opens)
    await sato.presses(saves, receipt=" ", reason=" ")
    assert "E-03" in sato.sees
    assert field in sato.sees
    held = await hold_of(desk, draft_id, "safety")
    assert held is not None
    assert held.state not in ("reported", "not_applicable")


async def test_a_day_that_is_no_date_is_named(sato: Person) -> None:
    await sato.says(WITH_EVENT)
    await sato.presses("報告済み(受付番号を入力)")
    await sato.presses("報告済みとして記録する", receipt="AE-1", heard_on="きのう")
    assert "先生から聞いた日" in sato.sees
    assert "E-08" in sato.sees
