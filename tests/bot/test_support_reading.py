"""サポート閲覧 through the front door: one case, a reason, told to everybody concerned, once."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from bot.conversation.events import Replace, as_message
from bot.conversation.letters import CARDS
from bot.views.elements import plain
from cases import sample, sharing
from cases.db import DENIED
from cases.embedding.bundled import BundledEncoder
from cases.models.support import SupportReading
from cases.scope import Scope
from cases.store.support import Readings
from cases.vocabulary import Role
from scheduler.models import Delivery
from tests.bot.test_crossing import NOBODYS, THEIRS, another_company, statements
from tests.bot.test_rights import become, denials
from tests.drivers.desk import DeskDriver, screen_of
from tests.drivers.doors import DOORS
from tests.drivers.screen import Person
from tests.drivers.slack import SlackDriver
from tests.drivers.teams import TeamsDriver
from tests.drivers.web import WebDriver
from tests.fakes.house import House
from tests.fakes.sample_cast import (
    ABE,
    EVENT,
    ITO,
    KATAYAMA,
    KATO,
    NAKAMURA,
    QUESTION,
    SATO,
    TICKS,
    WIN,
)
from tests.fakes.slack_requests import command

IT, AUDITOR = ABE, KATAYAMA
WHY = "佐藤さんから、この事例だけ画面が開かないと相談があったため"
COMPANY = Scope(sample.COMPANY)


async def cast(house: House) -> None:
    """阿部 runs it, 片山 audits it, and neither does anything else."""
    await become(house, IT, [Role.IT_ADMIN])
    await become(house, AUDITOR, [Role.AUDITOR])


async def published(author: Person, text: str = WIN) -> str:
    await author.says(text)
    await author.presses("共有する", declared=list(TICKS), show_author="no")
    return author.value_of("取り下げる")


async def asks(it: Person, case: str, why: str = WHY) -> str:
    await it.says("サポート閲覧")
    return await it.presses("知らせて読む", case=case, reason=why)


async def trail(house: House, *whats: str) -> list[str]:
    async with house.hub.library.db.transaction(COMPANY) as shelf:
        return [row.what for row in await shelf.audit.of(*whats)]


@pytest.fixture
async def it(desk: DeskDriver) -> Person:
    await cast(desk.house)
    return desk.person(IT)


async def test_it_reads_one_case_and_everybody_concerned_is_told_once(
    desk: DeskDriver, it: Person
) -> None:
    sato, nakamura, auditor = (desk.person(one) for one in (SATO, NAKAMURA, AUDITOR))
    case_id = await published(sato)
    await sato.says(QUESTION)
    await sato.presses("問い合わせ用の番号", case_id)
    assert case_id in sato.sees
    await it.says("状態")
    assert "公開中の事例を1件だけ読めます" in await it.presses("サポート閲覧")
    seen = await it.presses("知らせて読む", case=case_id, reason=WHY)
    assert "秘書さんに聞いた16時" in seen
    assert "11:3" in seen  # half an hour from 11:00
    assert "佐藤" not in seen  # 「営業所名だけ」 holds here too
    assert "山田" not in seen
    mine = await sato.opens_mail()
    assert "阿部 翔さんが、11/05 11:0" in mine
    assert "あなたの事例「訪問規制で会えないA先生への電話を" in mine
    assert WHY in mine
    for one in (nakamura, auditor):
        told = await one.opens_mail()
        assert "サポートのために事例を1件読みました" in told
        assert case_id in told
        assert WHY in told
        assert "A先生への電話" not in told
    assert not auditor.can_press("全文を見る")  # auditors read no cases
    await it.presses("閉じる", case_id)
    assert "16時" not in it.sees
    assert "秘書さんに聞いた16時" in await it.presses("もう一度読む", case_id)
    await asks(it, case_id)
    assert [await one.opens_mail() for one in (sato, nakamura, auditor)] == ["", "", ""]
    found = await trail(desk.house, "support.read", "support.again")
    assert found == ["support.read", "support.again", "support.again"]
    assert "E-02" in await it.says(QUESTION)  # it is never found by search
    assert "E-02" in await opens(desk, "case.show", case_id)


async def opens(desk: DeskDriver, action: str, value: str) -> str:
    replies = await desk.replies({"user": IT, "action": action, "value": value, "fields": {}})
    return "\n".join(screen_of(reply.card).text for reply in replies)


async def test_after_half_an_hour_a_new_reason_is_asked(desk: DeskDriver, it: Person) -> None:
    case_id = await published(desk.person(SATO))
    await asks(it, case_id)
    async with desk.house.hub.library.db.transaction(COMPANY) as shelf:
        (row,) = await Readings(shelf).last(9)
        row.until = shelf.now
    assert "E-43" in await opens(desk, "support.again", case_id)
    assert "E-01" in await opens(desk, "support.again", "nobody")


async def test_the_address_of_a_page_names_the_case(desk: DeskDriver, it: Person) -> None:
    case_id = await published(desk.person(SATO))
    assert "16時" in await asks(it, f"https://pages.example/case/{case_id}?from=x#top")


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("調査", "10字以上"),
        ("長" * 201, "200字まで"),
        (EVENT, "残せない内容"),
    ],
)
async def test_a_reason_is_needed_and_passes_the_guard(
    desk: DeskDriver, it: Person, why: str, said: str
) -> None:
    sato = desk.person(SATO)
    case_id = await published(sato)
    seen = await asks(it, case_id, why)
    assert said in str(it.screens[-1].native)
    assert "16時" not in seen
    assert await sato.opens_mail() == ""
    assert await trail(desk.house, "support.read") == []


async def test_names_in_a_reason_are_masked_everywhere(desk: DeskDriver, it: Person) -> None:
    sato = desk.person(SATO)
    case_id = await published(sato)
    await asks(it, case_id, "山田先生の事例が開かないと相談があったため")
    told = await sato.opens_mail()
    assert "A先生の事例が開かない" in told
    assert "山田先生".encode() not in desk.house.bytes()


async def test_typed_words_of_a_form_that_comes_late_lie_nowhere(
    desk: DeskDriver, it: Person
) -> None:
    await published(desk.person(SATO))
    fields = {"case": "x", "reason": "山田"}
    raw = {"user": IT, "action": "support.read", "value": "", "fields": fields}
    (reply,) = await desk.replies(raw)
    assert isinstance(reply, Replace)
    assert "山田" not in plain(as_message(reply))


@pytest.mark.attack(24, 28)
async def test_drafts_held_texts_and_reflections_are_answered_like_nothing(
    desk: DeskDriver, it: Person
) -> None:
    sato = desk.person(SATO)
    await sato.says(WIN)
    draft_id = sato.value_of("共有する")
    await sato.says("振り返り")
    reflection_id = sato.value_of("ひとこと書く")
    await sato.says(f"メールを送ってみました。返信をいただきました。{EVENT}")
    await sato.says("止めた投稿")
    hold_id = sato.value_of("報告済み(受付番号を入力)")
    nothing = await asks(it, "nobody")
    assert "E-01" in nothing
    for one in (draft_id, reflection_id, hold_id, "佐藤 美咲", ""):
        assert await asks(it, one) == nothing
    assert await trail(desk.house, "support.read") == []
    assert await desk.person(NAKAMURA).opens_mail() == ""


@pytest.mark.attack(17)
async def test_a_case_of_another_company_takes_as_long_as_one_of_nobody(
    desk: DeskDriver, it: Person
) -> None:
    db = desk.house.hub.library.db
    await another_company(db)
    told = []
    for one in ("z1", NOBODYS, THEIRS):
        fields = {"case": one, "reason": WHY}
        raw = {"user": IT, "action": "support.read", "value": "", "fields": fields}
        with statements(db) as done:
            replies = await desk.replies(raw)
        told.append(([screen_of(reply.card).text for reply in replies], len(done)))
    assert told[1] == told[2]
    assert "E-01" in told[2][0][0]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.IT_ADMIN])
@pytest.mark.attack(23)
async def test_every_other_role_is_denied_on_record(desk: DeskDriver, role: Role) -> None:
    case_id = await published(desk.person(SATO))
    await become(desk.house, IT, [role])
    one = desk.person(IT)
    assert "E-02" in await one.says("サポート閲覧")
    fields = {"case": case_id, "reason": WHY}
    raw = {"user": IT, "action": "support.read", "value": "", "fields": fields}
    (reply,) = await desk.replies(raw)
    assert "E-02" in screen_of(reply.card).text
    assert await denials(desk.house) == ["support.read:", f"support.read:{case_id}"]


async def test_the_auditor_reads_the_reasons_and_it_does_not(desk: DeskDriver, it: Person) -> None:
    case_id = await published(desk.person(SATO))
    auditor = desk.person(AUDITOR)
    assert "まだありません" in await auditor.says("サポート閲覧の記録")
    await asks(it, case_id)
    seen = await auditor.says("サポート閲覧の記録")
    assert "11/05 11:0" in seen
    assert "阿部 翔" in seen
    assert case_id in seen
    assert WHY in seen
    assert "E-02" in await it.says("サポート閲覧の記録")


async def test_the_notice_goes_out_though_the_case_is_taken_back_at_once(
    desk: DeskDriver, it: Person
) -> None:
    case_id = await published(desk.person(SATO))
    await it.says("サポート閲覧")
    await it.presses("知らせて読む", case=case_id, reason=WHY)
    async with desk.house.hub.library.db.transaction(COMPANY) as shelf:
        found = await shelf.session.scalars(select(Delivery).where(Delivery.kind == "support_read"))
        assert [row.case_ids for row in found] == [[], [], []]
        author = Scope(sample.COMPANY, SATO, frozenset({Role.MEMBER}))
    async with desk.house.hub.library.db.transaction(author) as shelf:
        await sharing.withdraw(shelf, case_id)
    assert "E-01" in await opens(desk, "support.again", case_id)
    assert "サポートのために" in await desk.person(NAKAMURA).opens_mail()


async def test_in_slack_the_text_is_on_a_screen_and_in_no_message(slack: SlackDriver) -> None:
    await cast(slack.house)
    case_id = await published(slack.person(SATO))
    it = slack.person(IT)
    seen = await asks(it, case_id)
    assert "秘書さんに聞いた16時" in seen
    mine = [one for one in slack.slack.messages if one["channel"] in ("D0ABE", "U0ABE")]
    assert mine
    assert not any("16時" in str(one) for one in mine)
    assert "サポートのために" in await slack.person(SATO).opens_mail()
    await it.presses("知らせて読む", case=case_id, reason="短い")
    assert "10字以上" in str(it.screens[-1].native)
    assert await trail(slack.house, DENIED) == []
    (answer, *_) = await slack.act(IT, command("サポート閲覧"))  # in a channel
    assert "ほかの方に見えないところで" in answer.text


async def test_in_teams_the_text_leaves_the_chat_with_the_case_and_when_it_is_closed(
    company_file: Path, tmp_path: Path, encoder: BundledEncoder
) -> None:
    async with DOORS["teams"](company_file, tmp_path, encoder) as driver:
        assert isinstance(driver, TeamsDriver)
        await cast(driver.house)
        case_id = await published(driver.person(SATO))
        it = driver.person(IT)
        assert "秘書さんに聞いた16時" in await asks(it, case_id)
        assert "サポートのために" in await driver.person(SATO).opens_mail()
        other = await published(driver.person(KATO), WIN.replace("16時", "12時半"))
        assert "12時半" in await asks(it, other)
        await it.presses("閉じる", other)
        assert "もう一度読めます" in it.sees
        assert "12時半" in await it.presses("もう一度読む", other)
        author = Scope(sample.COMPANY, SATO, frozenset({Role.MEMBER}))
        async with driver.house.hub.library.db.transaction(author) as shelf:
            await sharing.withdraw(shelf, case_id)
        await driver.house.hub.clock.ring("reconcile")
        updated = [str(one) for one in driver.fake.updated.values()]
        assert any("この事例は取り下げられました" in one for one in updated)
        assert not any("16時" in one for one in updated)
        async with driver.house.hub.library.db.transaction(COMPANY) as shelf:
            assert len((await shelf.session.scalars(select(SupportReading))).all()) == 2


async def test_in_the_browser_the_text_leaves_the_page_with_its_half_hour(
    company_file: Path, tmp_path: Path, encoder: BundledEncoder
) -> None:
    async with DOORS["web"](company_file, tmp_path, encoder) as driver:
        assert isinstance(driver, WebDriver)
        await become(driver.house, ITO, [Role.IT_ADMIN])
        case_id = await published(driver.person(SATO))  # of another office
        it = driver.person(ITO)
        assert "秘書さんに聞いた16時" in await asks(it, case_id)
        assert "16時" not in await it.says("状態")  # the card above stays as it is
        await it.presses("閉じる", case_id)
        assert "もう一度読めます" in it.sees
        assert "16時" in await it.presses("もう一度読む", case_id)
        async with driver.house.hub.library.db.transaction(COMPANY) as shelf:
            (row,) = await Readings(shelf).last(9)
            row.until = shelf.now
        page = (await driver._open(ITO, "/")).lines()
        assert "文を消しました" in page
        assert "16時" not in page


async def test_what_is_masked_later_is_not_brought_to_it_anew(desk: DeskDriver, it: Person) -> None:
    case_id = await published(desk.person(SATO))
    async with desk.house.hub.library.db.transaction(COMPANY) as shelf:
        content = {"case_ids": [case_id], "member_id": IT}
        card = await CARDS["case_anew"](shelf, content, "ja")
    assert "16時" not in plain(card)


async def test_the_text_is_no_message_of_the_ledger(desk: DeskDriver, it: Person) -> None:
    case_id = await published(desk.person(SATO))
    fields = {"case": case_id, "reason": WHY}
    raw = {"user": IT, "action": "support.read", "value": "", "fields": fields}
    (reply,) = await desk.replies(raw)
    assert isinstance(reply, Replace)
    assert "16時" in plain(reply.card)
    late = as_message(reply)
    assert "16時" not in plain(late)
    assert "読めます" in plain(late)
