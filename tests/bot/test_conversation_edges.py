"""Buttons off the main path: starts without words, another's message, closed wishes, no room."""

from __future__ import annotations

import pytest

from bot.conversation.events import Open, Reply
from bot.views.notes import note
from bot.views.words import say
from cases import sample
from cases.scope import Scope
from tests.drivers.desk import DeskDriver
from tests.drivers.screen import Fields
from tests.fakes.sample_cast import ABE, EVENT, KATO, MORI, NAKAMURA, QUESTION, SATO, TICKS, WIN


async def press(
    desk: DeskDriver, who: str, action: str, value: str = "", fields: Fields | None = None
) -> list[Reply]:
    raw: dict[str, object] = {"user": who, "action": action, "value": value, "fields": fields or {}}
    return await desk.replies(raw)


async def test_sharing_starts_with_the_form_or_with_words(desk: DeskDriver) -> None:
    (reply,) = await press(desk, ABE, "share.start")
    assert isinstance(reply, Open)
    (reply,) = await press(desk, ABE, "share.start", WIN)
    assert "このように公開されます" in str(reply.card)


async def test_searching_starts_with_words_or_asks_for_them(desk: DeskDriver) -> None:
    (reply,) = await press(desk, MORI, "find.start", QUESTION)
    assert "なぜ" in str(reply.card)
    (reply,) = await press(desk, ABE, "find.start")
    (asked,) = await press(desk, ABE, "find.more", "3")  # no search of this person's yet
    assert reply == asked
    (wished,) = await press(desk, ABE, "wish.ask")
    assert wished == reply


async def test_what_cannot_be_a_wanted_case_says_why(desk: DeskDriver) -> None:
    abe = desk.person(ABE)
    await abe.says("医局の引っ越しを手伝って感謝された例はありますか")
    await abe.presses("求む！事例に出す")
    assert "「贈り物・接待・労務」にあたるかもしれないため" in abe.sees
    async with desk.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        assert not [row for row in await shelf.loop.wishes() if "引っ越し" in row.theme]


@pytest.mark.parametrize("text", ["あああああ", "asdfgh", "ありがとう", "12345"])
async def test_what_nobody_would_understand_is_not_asked_of_everybody(
    desk: DeskDriver, text: str
) -> None:
    await press(desk, ABE, "find.start", text)
    (reply,) = await press(desk, ABE, "wish.ask")
    assert "全社の皆さんに伝わりません" in str(reply.card)
    async with desk.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        assert not [row for row in await shelf.loop.wishes() if row.theme == text]
    await press(desk, ABE, "find.start", "離島の先生に会えない")
    (reply,) = await press(desk, ABE, "wish.ask")
    assert "求む！事例に出しました" in str(reply.card)


async def test_a_page_that_is_no_number_is_the_first(desk: DeskDriver) -> None:
    first = await desk.person(MORI).says(QUESTION)
    (reply,) = await press(desk, MORI, "find.more", "…")
    (again,) = await press(desk, MORI, "find.start", QUESTION)
    assert reply.card == again.card
    assert "近い事例が" in first


async def test_an_own_message_becomes_a_draft_and_the_chat_is_remembered(desk: DeskDriver) -> None:
    notice, preview = await press(desk, ABE, "share.from_message", WIN, {"poster": ABE})
    assert "元のメッセージは Web に残ります" in str(notice.card)
    assert "このように公開されます" in str(preview.card)


async def test_what_is_said_about_the_message_is_owed_to_a_chat_as_well(desk: DeskDriver) -> None:
    """A chat gets what is said from the ledger, and only what was said before the commit."""
    reception = desk.house.hub.reception
    raw = {"user": ABE, "action": "share.from_message", "value": WIN, "fields": {"poster": ABE}}
    kept = await reception.keep("web", "local", "e-chat", raw)
    assert kept is not None
    assert await reception.handle(kept) == []
    seen = await desk.person(ABE).opens_mail()
    assert "元のメッセージは Web に残ります" in seen
    assert "このように公開されます" in seen


async def test_a_wish_that_was_answered_meanwhile_opens_no_form(desk: DeskDriver) -> None:
    sato = desk.person(SATO)
    await sato.says("求む！事例")
    wish_id = sato.value_of("この質問に答える")
    async with desk.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        row = await shelf.loop.wish(wish_id)
        assert row is not None
        row.state = "answered"
    (reply,) = await press(desk, SATO, "wish.answer", wish_id)
    assert not isinstance(reply, Open)
    (reply,) = await press(desk, SATO, "wish.answer", "no-such-wish")
    assert "E-01" in str(reply.card)


async def test_an_office_without_a_room_is_told_whom_to_ask(desk: DeskDriver) -> None:
    case_id = await a_case_for(desk, KATO)
    async with desk.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        room = await shelf.people.office_room("kobe")
        if room is not None:
            room.office_id = None
    (reply,) = await press(desk, KATO, "digest.share_now", f"{case_id}:2026-11")
    assert "営業所のチャットがまだ登録されていません" in str(reply.card)


async def test_a_case_goes_to_the_room_once_in_a_month(desk: DeskDriver) -> None:
    value = f"{await a_case_for(desk, KATO)}:2026-11"
    (shown,) = await press(desk, KATO, "digest.share_item", value)
    assert "digest.share_now" in str(shown.card)
    (first,) = await press(desk, KATO, "digest.share_now", value)
    (again,) = await press(desk, KATO, "digest.share_now", value)
    assert first != again
    assert "今月もう営業所に共有しました" in str(again.card)
    assert len(await desk.room("kobe")) == 1


async def test_a_meeting_page_is_made_of_the_own_office_alone(desk: DeskDriver) -> None:
    (reply,) = await press(desk, KATO, "digest.pack", "kobe:2026-10")
    assert "E-0" not in str(reply.card)
    for who, value in ((KATO, "sendai:2026-10"), (NAKAMURA, "kobe:2026-10")):
        (reply,) = await press(desk, who, "digest.pack", value)
        assert "E-01" in str(reply.card)


@pytest.mark.parametrize("action", ["share.edit", "share.publish", "share.check", "share.later"])
async def test_a_draft_that_never_was_is_not_found(desk: DeskDriver, action: str) -> None:
    (reply,) = await press(desk, ABE, action, "no-such-draft")
    assert "E-01" in str(reply.card)


async def test_a_search_instead_of_an_event_keeps_the_held_draft(desk: DeskDriver) -> None:
    sato = desk.person(SATO)
    await sato.says(f"メールを送ったら返信が来ました。{EVENT}")
    draft_id = sato.value_of("報告済み(受付番号を入力)")
    (reply,) = await press(desk, SATO, "share.find_instead", draft_id)
    assert "安全性" in str(reply.card)
    async with desk.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        assert await shelf.holds.latest(draft_id, "safety") is not None


async def test_a_draft_that_was_put_aside_waits_for_no_answer(desk: DeskDriver) -> None:
    abe = desk.person(ABE)
    await abe.says("電話の前にメールを1通送ってみました。")
    assert "先生の変化: …" in abe.sees
    await abe.presses("下書きに戻す")
    assert "共有しますか、探しますか" in await abe.says("先生からの返信が早くなった")


async def test_a_win_without_its_result_is_not_published(desk: DeskDriver) -> None:
    abe = desk.person(ABE)
    await abe.says("電話の前にメールを1通送ってみました。")
    await abe.presses("共有する", declared=list(TICKS))
    assert "公開しました" not in abe.sees
    assert "「先生の変化」" in abe.sees
    await abe.says("「これなら読める」と言ってくださいました")
    await abe.presses("共有する", declared=TICKS[0], unknown="x")
    assert "公開前の確認が2つ残っています" in abe.sees  # one tick alone comes as one word


async def test_unclear_words_that_may_not_be_shared_are_stopped_at_once(
    desk: DeskDriver,
) -> None:
    abe = desk.person(ABE)
    await abe.says("先生からの返信が早くなった。他社品は効かない")
    assert "共有しますか、探しますか" not in abe.sees
    assert abe.can_press("監督部門に確認を依頼")


async def test_a_reflection_takes_only_its_own_answers_of_its_own_reader(
    desk: DeskDriver,
) -> None:
    abe = desk.person(ABE)
    await abe.says("振り返り")
    (tap,) = [key for key in abe.screens[-1].keys if key.value.endswith(":0")]
    own = tap.value.partition(":")[0]
    for who, action, value in (
        (ABE, "reflect.tap", f"{own}:99"),
        (ABE, "reflect.tap", f"{own}:x"),
        (ABE, "reflect.share", own),  # nothing is answered yet
        (ABE, "reflect.to_case", own),
        (ABE, "reflect.keep", "no-such-reflection"),
        (SATO, "reflect.tap", f"{own}:0"),
        (SATO, "reflect.write", own),
    ):
        (reply,) = await press(desk, who, action, value)
        assert "E-01" in str(reply.card), (who, action)


async def test_an_empty_queue_says_so(desk: DeskDriver) -> None:
    async with desk.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        for case in await shelf.cases.changed_since(None):
            case.release_asked_at = None
    (reply,) = await press(desk, NAKAMURA, "review.queue")
    assert reply.card.parts[0] == note(say("ja", "review.empty")).parts[0]


async def test_a_question_waits_half_an_hour_for_its_answer(desk: DeskDriver) -> None:
    abe = desk.person(ABE)
    await abe.says("電話の前にメールを1通送ってみました。")
    await desk.house.go_to(11, 6)
    assert "共有しますか、探しますか" in await abe.says("先生からの返信が早くなった")


async def a_case_for(desk: DeskDriver, who: str) -> str:
    person = desk.person(who)
    await person.says(QUESTION)
    return person.value_of("試してみる")
