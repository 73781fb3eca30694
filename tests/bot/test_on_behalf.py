"""聞き書き: a promoter writes, the MR decides; nobody sees it before, a refusal erases it."""

from __future__ import annotations

import pytest

from cases import sample
from cases.models.case import Draft
from cases.scope import Scope
from tests.drivers.desk import DeskDriver
from tests.drivers.screen import Person
from tests.fakes.sample_cast import EVENT, ITO, KATO, MORI, NAKAMURA, NAME, QUESTION, TICKS, WIN

FUJII, UEDA = "fujii", "ueda"  # MRs of 神戸, 加藤's office
Raw = dict[str, object]
COMPANY = Scope(sample.COMPANY)
TITLE = "A先生への電話を、秘書さんに聞いた16時に変え"
HEARD = "秘書さんに聞いた16時"


@pytest.fixture
def kato(desk: DeskDriver) -> Person:
    return desk.person(KATO)


@pytest.fixture
def fujii(desk: DeskDriver) -> Person:
    return desk.person(FUJII)


async def asks(kato: Person, member: str = FUJII, text: str = WIN) -> str:
    """加藤 writes down what an MR told and asks them; gives the draft's id."""
    await kato.says("聞き書き")
    await kato.presses("内容を確認する", member=member, text=text)
    draft_id = kato.value_of("本人に確認をお願いする")
    await kato.presses("本人に確認をお願いする")
    return draft_id


async def draft_of(desk: DeskDriver, draft_id: str) -> Draft | None:
    async with desk.house.hub.library.db.transaction(COMPANY) as shelf:
        return await shelf.session.get(Draft, (sample.COMPANY, draft_id))


async def acts(desk: DeskDriver, what: str) -> list[str]:
    """Who did it, by the audit trail."""
    async with desk.house.hub.library.db.transaction(COMPANY) as shelf:
        return [entry.actor for entry in await shelf.audit.entries() if entry.what == what]


async def test_what_was_heard_becomes_the_case_of_the_mr_who_approves_it(
    desk: DeskDriver, kato: Person, fujii: Person
) -> None:
    draft_id = await asks(kato)
    assert "藤井 沙耶さんに確認をお願いしました" in kato.sees
    await fujii.opens_mail()
    assert "加藤 直子さんが、あなたの取り組みを聞き書きしました" in fujii.sees
    assert TITLE in fujii.sees
    assert "あなたが決めます" in fujii.sees
    await fujii.presses("この内容で共有する", declared=list(TICKS[:2]))
    assert "公開前の確認が1つ残っています" in fujii.sees
    await fujii.presses("この内容で共有する", declared=list(TICKS), show_author="yes")
    assert "公開しました" in fujii.sees
    assert "藤井 沙耶" in fujii.sees
    await kato.opens_mail()
    assert "藤井 沙耶さんが確認し、好事例として共有しました" in kato.sees
    assert TITLE in await kato.presses("全文を見る")
    async with desk.house.hub.library.db.transaction(COMPANY) as shelf:
        mine = await shelf.cases.by_author(FUJII)
        assert not [one for one in await shelf.cases.by_author(KATO) if TITLE in one.title]
    assert [(one.origin, one.office_id) for one in mine if TITLE in one.title] == [
        ("requested", "kobe")
    ]
    draft = await draft_of(desk, draft_id)
    assert draft is not None
    assert (draft.written_by, draft.author_id) == (KATO, FUJII)
    assert await acts(desk, "on_behalf.ask") == [KATO]
    assert await acts(desk, "on_behalf.approve") == [FUJII]


async def test_a_name_typed_by_the_writer_is_gone_when_the_mr_sees_the_text(
    desk: DeskDriver, kato: Person, fujii: Person
) -> None:
    await asks(kato)
    assert NAME.encode() not in desk.house.bytes()
    await fujii.opens_mail()
    assert NAME not in fujii.sees
    await fujii.presses("直す")
    assert NAME not in str(fujii.screens[-1].native)
    assert "A先生" in str(fujii.screens[-1].native)


async def test_the_mr_edits_before_sharing_and_the_writer_never_sees_the_draft(
    desk: DeskDriver, kato: Person, fujii: Person
) -> None:
    draft_id = await asks(kato)
    await fujii.opens_mail()
    await fujii.presses("直す")
    await fujii.presses("内容を確認する", tip="受付で先に名刺をお渡ししました")
    assert "加藤 直子さんが、あなたの取り組みを聞き書きしました" in fujii.sees
    assert "名刺" in fujii.sees
    for action in ("share.edit", "share.publish", "behalf.show", "behalf.ask", "share.drop"):
        (seen,) = await desk._ask({"user": KATO, "action": action, "value": draft_id})
        assert "名刺" not in seen.text
        assert HEARD not in seen.text
    assert "名刺" not in await kato.says("下書き")
    await fujii.presses("この内容で共有する", declared=list(TICKS), show_author="no")
    assert "公開しました" in fujii.sees


async def test_nobody_finds_it_before_the_mr_says_so(
    desk: DeskDriver, kato: Person, fujii: Person
) -> None:
    await asks(kato)
    await desk.house.embed()
    nakamura = desk.person(NAKAMURA)
    for person in (desk.person(UEDA), desk.person(MORI), kato, nakamura, fujii):
        assert TITLE not in await person.says(QUESTION)
    assert TITLE not in await nakamura.says("確認待ち")
    assert TITLE not in await desk.person(UEDA).says("下書き")
    async with desk.house.hub.library.db.transaction(COMPANY) as shelf:
        assert not [one for one in await shelf.cases.changed_since(None) if HEARD in one.action]
    assert "加藤" not in await desk.person(UEDA).opens_mail()


async def test_a_refusal_needs_no_reason_and_leaves_no_text(
    desk: DeskDriver, kato: Person, fujii: Person
) -> None:
    draft_id = await asks(kato)
    await fujii.opens_mail()
    await fujii.presses("共有しない")
    assert "共有しませんでした。文は消しました" in fujii.sees
    assert "今回は共有しないことにしました" in await kato.opens_mail()
    assert await draft_of(desk, draft_id) is None
    assert [HEARD in letter.text for letter in await desk.mail(FUJII)] == []
    letters = await desk.house.hub.pages.letters(sample.COMPANY, FUJII)
    assert HEARD not in str(letters)
    assert await acts(desk, "on_behalf.decline") == [FUJII]
    (again,) = await desk._ask({"user": FUJII, "action": "share.publish", "value": draft_id})
    assert "E-01" in again.text
    (again,) = await desk._ask({"user": FUJII, "action": "behalf.show", "value": draft_id})
    assert "もうありません" in again.text


async def test_throwing_the_draft_away_is_a_refusal_too(kato: Person, fujii: Person) -> None:
    await asks(kato)
    await fujii.says("下書き")
    await fujii.presses("続きを書く")
    assert "聞き書きしました" in fujii.sees
    await fujii.says("下書き")
    await fujii.presses("取りやめる")
    assert "今回は共有しないことにしました" in await kato.opens_mail()


async def test_only_mrs_of_the_own_office_can_be_chosen(desk: DeskDriver, kato: Person) -> None:
    await kato.says("聞き書き")
    (who,) = [one for one in kato.screens[-1].native.fields if one.key == "member"]
    offered = {choice.value for choice in who.choices}
    assert {FUJII, UEDA} <= offered
    assert not {KATO, ITO, "kishimoto", NAKAMURA} & offered
    raw: Raw = {"user": KATO, "action": "behalf.write", "fields": {"member": ITO, "text": WIN}}
    (seen,) = await desk._ask(raw)
    assert "担当の営業所の方だけを選べます" in seen.text
    await kato.presses("内容を確認する", member=FUJII, text="")
    assert "ひとことだけ書いてください" in kato.sees


@pytest.mark.parametrize("who", [FUJII, NAKAMURA])
async def test_others_cannot_write_for_an_mr(desk: DeskDriver, who: str) -> None:
    assert "E-02" in await desk.person(who).says("聞き書き")
    raw: Raw = {"user": who, "action": "behalf.write", "fields": {"member": UEDA, "text": WIN}}
    (seen,) = await desk._ask(raw)
    assert "E-02" in seen.text


async def test_a_manager_writes_for_the_own_office(desk: DeskDriver) -> None:
    manager, uchida = desk.person(MORI), desk.person("uchida")
    await asks(manager, "uchida")
    assert "森 和彦さんが、あなたの取り組みを聞き書きしました" in await uchida.opens_mail()


@pytest.mark.parametrize(
    ("typed", "chosen"),
    [("藤井", FUJII), ("藤井 沙耶さん", FUJII), ("藤井沙耶さん", FUJII), ("伊藤", "")],
)
async def test_a_name_that_was_typed_along_is_chosen(
    desk: DeskDriver, typed: str, chosen: str
) -> None:
    (seen,) = await desk._ask({"user": KATO, "action": "behalf.start", "value": typed})
    (who,) = [one for one in seen.native.fields if one.key == "member"]
    assert who.value == chosen
    assert ("1人に決められませんでした" in seen.text) is (not chosen)


async def test_the_writer_cannot_publish_it_under_the_own_name(
    desk: DeskDriver, kato: Person
) -> None:
    await kato.says("聞き書き")
    await kato.presses("内容を確認する", member=FUJII, text=WIN)
    assert not kato.can_press("共有する")
    draft_id = kato.value_of("本人に確認をお願いする")
    ticked = {"declared": list(TICKS), "on_behalf_of": ""}
    raw: Raw = {"user": KATO, "action": "share.publish", "value": draft_id, "fields": ticked}
    (seen,) = await desk._ask(raw)
    assert "E-02" in seen.text


async def test_what_the_guard_stops_reaches_nobody(
    desk: DeskDriver, kato: Person, fujii: Person
) -> None:
    await kato.says("聞き書き")
    await kato.presses("内容を確認する", member=FUJII, text=f"{WIN}{EVENT}")
    assert not kato.can_press("本人に確認をお願いする")
    assert "発疹".encode() not in desk.house.bytes()
    assert "聞き書き" not in await fujii.opens_mail()


async def test_a_missing_field_is_asked_of_the_writer(kato: Person, fujii: Person) -> None:
    await kato.says("聞き書き")
    await kato.presses("内容を確認する", member=FUJII, text="電話の時間を16時に変えてみました。")
    await kato.presses("本人に確認をお願いする")
    assert "先生の変化" in kato.sees
    assert "聞き書き" not in await fujii.opens_mail()
    await kato.presses("本人に確認をお願いする", result="初めて5分お話しできました。")
    assert "確認をお願いしました" in kato.sees
    assert "聞き書き" in await fujii.opens_mail()


@pytest.mark.parametrize(("gone", "said"), [("left", "退職"), ("account", "つながっていない")])
async def test_who_cannot_be_asked_is_said_at_once(
    desk: DeskDriver, kato: Person, gone: str, said: str
) -> None:
    await kato.says("聞き書き")
    await kato.presses("内容を確認する", member=FUJII, text=WIN)
    async with desk.house.hub.library.db.transaction(COMPANY) as shelf:
        member = await shelf.people.member(FUJII)
        assert member is not None
        member.active = gone != "left"
        for account in await shelf.people.accounts(FUJII) if gone == "account" else []:
            await shelf.session.delete(account)
    await kato.presses("本人に確認をお願いする")
    assert said in kato.sees
    assert await acts(desk, "on_behalf.ask") == []


async def test_a_second_press_asks_once(desk: DeskDriver, kato: Person, fujii: Person) -> None:
    draft_id = await asks(kato)
    (seen,) = await desk._ask({"user": KATO, "action": "behalf.ask", "value": draft_id})
    assert "E-01" in seen.text
    await fujii.opens_mail()
    assert fujii.sees.count("聞き書きしました") == 1


async def test_it_is_reminded_of_once_and_ends_after_14_days_told_to_both(
    desk: DeskDriver, kato: Person, fujii: Person
) -> None:
    draft_id = await asks(kato)  # Thursday, 5 November
    await fujii.opens_mail()
    await desk.house.go_to(11, 9)
    assert "ご確認を待っています" not in await fujii.opens_mail()
    await desk.house.go_to(11, 10)
    assert (
        "加藤 直子さんの書いた、あなたの取り組みの聞き書きが、ご確認を待っています(11/19まで)"
        in (await fujii.opens_mail())
    )
    assert TITLE in await fujii.presses("内容を見る")
    await desk.house.go_to(11, 13)
    assert "ご確認を待っています" not in await fujii.opens_mail()
    await desk.house.go_to(11, 20)
    assert "14日たったので消しました" in await fujii.opens_mail()
    assert "14日お返事がなかったため" in await kato.opens_mail()
    assert await draft_of(desk, draft_id) is None
    assert HEARD not in str(await desk.house.hub.pages.letters(sample.COMPANY, FUJII))


async def test_when_the_mr_leaves_the_writer_hears_of_it(desk: DeskDriver, kato: Person) -> None:
    draft_id = await asks(kato)
    async with desk.house.hub.library.db.transaction(COMPANY) as shelf:
        member = await shelf.people.member(FUJII)
        assert member is not None
        member.active = False
    await desk.house.go_to(11, 6)
    assert "藤井 沙耶さんが名簿から外れたため" in await kato.opens_mail()
    assert await draft_of(desk, draft_id) is None


async def test_somebody_elses_message_is_theirs_to_approve(
    desk: DeskDriver, kato: Person, fujii: Person
) -> None:
    posted: Raw = {"poster": FUJII, "permalink": "https://hibiki.slack.com/archives/C1/p1"}
    raw: Raw = {"user": ITO, "action": "share.from_message", "value": WIN, "fields": posted}
    ito = desk.person(ITO)
    ito._look(await desk._ask(raw))
    assert "まず藤井 沙耶さんに確認をお願いします" in ito.sees
    await ito.presses("本人に確認をお願いする")
    await fujii.opens_mail()
    assert "伊藤 花さんが、あなたの投稿を好事例として共有したいそうです" in fujii.sees
    assert "元のメッセージは、そのまま残っています" in fujii.sees
    await fujii.presses("共有しない")
    kato._look(await desk._ask(raw | {"user": KATO}))
    await kato.presses("本人に確認をお願いする")
    assert "すでに藤井 沙耶さんに確認をお願いしています" in kato.sees
    assert "投稿を好事例として" not in await fujii.opens_mail()


@pytest.mark.parametrize("poster", ["", "U0GUEST"])
async def test_a_message_of_a_stranger_is_refused_and_not_kept(
    desk: DeskDriver, poster: str
) -> None:
    raw: Raw = {
        "user": ITO,
        "action": "share.from_message",
        "value": WIN,
        "fields": {"poster": poster},
    }
    (seen,) = await desk._ask(raw)
    assert "名簿にいないため" in seen.text
    assert HEARD.encode() not in desk.house.bytes()


async def test_ones_own_message_needs_nobody_else(desk: DeskDriver) -> None:
    raw: Raw = {
        "user": ITO,
        "action": "share.from_message",
        "value": WIN,
        "fields": {"poster": ITO},
    }
    notice, preview = await desk._ask(raw)
    assert "元のメッセージ" in notice.text
    assert "share.publish" in [key.action for key in preview.keys]
