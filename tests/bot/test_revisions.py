"""添付文書・資材が変わった: named after a look, marked at once, asked once, never forgotten."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.views.elements import plain
from cases import fields, sample
from cases.embedding.bundled import BundledEncoder
from cases.models.case import Case
from cases.scope import Scope
from cases.vocabulary import Status
from tests.drivers.desk import DeskDriver
from tests.drivers.doors import door_of
from tests.drivers.screen import Person
from tests.fakes.house import House
from tests.fakes.sample_cast import ABE, KATO, NAKAMURA, OGAWA, SATO

COMPANY = Scope(sample.COMPANY)
CODE = "WEB-2611-03"
TODAY = "2026-11-05"
INSERT = {"what": "insert", "word": CODE, "since": TODAY}


async def written(
    house: House, case_id: str, author: str, code: str = CODE, **more: object
) -> None:
    """A case of last month that names a material's code."""
    async with house.hub.library.db.transaction(COMPANY) as shelf:
        case = Case(id=case_id, company_id=sample.COMPANY, author_id=author)
        action = f"案内状({code})をお届けした日に、電話で3分だけ話した"
        fields.fill(
            case, {"action": action, "result": "返信をいただいた", "title": f"題 {case_id}"}
        )
        member = await shelf.people.member(author)
        assert member is not None
        case.office_id, case.status, case.sample = member.office_id, Status.COMPANY, False
        case.shared_at = case.changed_at = shelf.now - timedelta(days=30)
        for key, value in more.items():
            setattr(case, key, value)
        shelf.cases.add(case)


async def case_of(house: House, case_id: str) -> Case:
    async with house.hub.library.db.reading(COMPANY) as shelf:
        case = await shelf.cases.any(case_id)
        assert case is not None
        return case


async def trail(house: House) -> list[tuple[str, str]]:
    async with house.hub.library.db.reading(COMPANY) as shelf:
        return [(one.what, one.subject) for one in await shelf.audit.entries()]


async def named(desk: DeskDriver, *left_out: str, **given: str | list[str]) -> Person:
    """中村 names a change, looks, and asks for confirmation."""
    nakamura = desk.person(NAKAMURA)
    await nakamura.says("添付文書・資材が変わった")
    await nakamura.presses("対象を見る", **{**INSERT, **given})
    await nakamura.presses("確認をお願いする", left_out=list(left_out))
    return nakamura


@pytest.mark.parametrize("door", ["slack", "teams", "web"])
async def test_a_change_is_named_the_case_is_marked_and_its_author_asked(
    door: str, company_file: Path, tmp_path: Path, encoder: BundledEncoder, quick_chats: None
) -> None:
    async with door_of(door)(company_file, tmp_path, encoder) as driver:
        for case_id in ("one", "two"):
            await written(driver.house, case_id, SATO)
        nakamura, sato = driver.person(NAKAMURA), driver.person(SATO)
        await sato.says("ホーム")  # the platform knows where to write to them
        await nakamura.says("添付文書・資材が変わった")
        await nakamura.presses("対象を見る", **INSERT)
        assert "対象は2件、1営業所です" in nakamura.sees
        assert "題 one" in nakamura.sees
        assert (await case_of(driver.house, "one")).doubted_at is None  # nothing has happened yet
        await nakamura.presses("確認をお願いする")
        assert "2件を「確認中」にしました。書いた方1名に" in nakamura.sees
        await driver.house.go_to(11, 6)
        await sato.opens_mail()
        assert f"「{CODE}」の添付文書の改訂がありました(11/5から)" in sato.sees
        assert "12/4までに" in sato.sees
        await sato.presses("今も有効", "one")
        assert "あと1件" in sato.sees
        await sato.presses("今も有効", "two")
        assert "半年後にまたお聞きします" in sato.sees
        assert (await case_of(driver.house, "one")).doubted_at is None


async def test_readers_see_the_mark_and_find_it_behind_what_is_as_near(desk: DeskDriver) -> None:
    for case_id in ("one", "two"):
        await written(desk.house, case_id, SATO)
    await desk.house.embed()
    await named(desk, "two")
    kato = desk.person(KATO)
    await kato.says(f"案内状({CODE})をお届けした日に電話で話した例、ある?")
    one, two = kato.sees.index("題 one"), kato.sees.index("題 two")
    assert two < one
    assert "添付文書の改訂にともない確認中(11/5)" in kato.sees[one:]
    assert "確認中" not in kato.sees[:one]
    async with desk.house.hub.library.db.transaction(COMPANY) as shelf:
        kato_ = await shelf.people.member(KATO)
        assert kato_ is not None
        kato_.locale = "en"
    (reply,) = await desk.replies({"user": KATO, "action": "case.show", "value": "one"})
    assert "Being checked: package insert revised (11/5)" in plain(reply.card)


async def test_what_was_left_out_confirmed_since_or_has_a_longer_code_is_not_meant(
    desk: DeskDriver,
) -> None:
    await written(desk.house, "one", SATO)
    await written(desk.house, "out", SATO)
    await written(desk.house, "longer", ABE, f"{CODE}1")
    await written(desk.house, "gone", ABE, status=Status.WITHDRAWN)
    await written(desk.house, "office", ABE, status=Status.OFFICE)
    await written(desk.house, "fresh", KATO)
    async with desk.house.hub.library.db.transaction(COMPANY) as shelf:
        fresh = await shelf.cases.any("fresh")
        assert fresh is not None
        fresh.confirmed_at = shelf.now
    nakamura = await named(desk, "out")
    assert "2件を「確認中」にしました。書いた方2名" in nakamura.sees
    acts = [act for act in await trail(desk.house) if act[0] in ("revision.name", "case.doubt")]
    assert [what for what, _ in acts] == ["revision.name", "case.doubt", "case.doubt"]
    assert [subject for _, subject in acts[1:]] == ["office", "one"]
    assert acts[0][1].endswith("-20261105 n=2")


async def test_the_same_change_named_twice_asks_nobody_twice(desk: DeskDriver) -> None:
    await written(desk.house, "one", SATO)
    nakamura, sato, ogawa = await named(desk), desk.person(SATO), desk.person(OGAWA)
    await ogawa.says("資材が変わった")
    await ogawa.presses("対象を見る", **{**INSERT, "word": CODE.lower(), "since": "2026-11-04"})
    assert "あてはまる事例はありません" in ogawa.sees
    await nakamura.presses("確認をお願いする")  # the button of before
    assert "あてはまる事例はありません" in nakamura.sees
    await desk.house.go_to(11, 6)
    assert "もう一度" not in await sato.opens_mail()
    await desk.house.go_to(11, 18)
    assert "添付文書の改訂がありました" not in await sato.opens_mail()
    await desk.house.go_to(11, 19)
    assert "もう一度お聞きします" in await sato.opens_mail()
    for day in range(20, 31):
        await desk.house.go_to(11, day)
        assert "添付文書の改訂がありました" not in await sato.opens_mail()


async def test_another_change_asks_about_the_same_case_anew(desk: DeskDriver) -> None:
    await written(desk.house, "one", SATO, channels=["mr_email"], area=["neuro"])
    await named(desk)
    sato = desk.person(SATO)
    await named(desk, what="tool", word="", channels=["email"])
    assert "ツールの変更にともない" in plain(
        (await desk.replies({"user": KATO, "action": "case.show", "value": "one"}))[0].card
    )
    await desk.house.go_to(11, 6)
    assert "ツールの変更がありました" in await sato.opens_mail()
    assert "添付文書の改訂がありました" not in sato.sees  # one question about one case


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"word": ""}, "ことば、領域、チャネル、ツールのどれかを"),
        ({"word": "A"}, "2〜40字で入れてください"),
        ({"since": "2026-11-06"}, "今日までの日付"),
        ({"since": "0001-01-01"}, "今日までの日付"),
        ({"since": "x"}, "今日までの日付"),
        ({"what": "x"}, "何が変わったかを選んでください"),
    ],
)
async def test_a_form_that_cannot_be_read_comes_back_with_what_is_wrong(
    desk: DeskDriver, given: dict[str, str], words: str
) -> None:
    nakamura = desk.person(NAKAMURA)
    await nakamura.says("添付文書が変わった")
    await nakamura.presses("対象を見る", **{**INSERT, **given})
    (form,) = nakamura.screens[-1:]
    assert words in str(form.native)
    assert form.keys[-1].action == "revision.look"


async def test_unanswered_for_thirty_days_it_is_stale_and_a_yes_brings_it_back(
    desk: DeskDriver,
) -> None:
    await written(desk.house, "one", SATO)
    await named(desk)
    await desk.house.go_to(12, 4)
    assert (await case_of(desk.house, "one")).status is Status.COMPANY
    await desk.house.go_to(12, 7)
    assert (await case_of(desk.house, "one")).status is Status.STALE
    sato = desk.person(SATO)
    await sato.says("確認のお願い")
    assert "確認をお願いしている事例: 1件" in sato.sees
    await sato.presses("今も有効", "one")
    case = await case_of(desk.house, "one")
    assert (case.status, case.revision_id) == (Status.COMPANY, None)
    await sato.says("確認のお願い")
    assert "いまありません" in sato.sees


async def test_what_the_author_took_back_leaves_the_letter_and_the_rest_stays(
    desk: DeskDriver,
) -> None:
    for case_id in ("one", "two"):
        await written(desk.house, case_id, SATO)
    await named(desk)
    sato = desk.person(SATO)
    await sato.says("ホーム")
    assert "確認をお願いしている事例: 2件" in sato.sees
    await sato.presses("確認する")
    await sato.presses("取り下げる", "one")
    await sato.presses("取り下げる", "one")
    await desk.house.go_to(11, 6)
    await sato.opens_mail()
    assert "題 two" in sato.sees
    assert "題 one" not in sato.sees


async def test_where_nobody_can_be_asked_head_office_decides(desk: DeskDriver) -> None:
    await written(desk.house, "one", SATO)
    await written(desk.house, "two", SATO)
    async with desk.house.hub.library.db.transaction(COMPANY) as shelf:
        sato = await shelf.people.member(SATO)
        assert sato is not None
        sato.active = False
    nakamura = await named(desk)
    assert "お聞きできない事例(退職など)が2件あります" in nakamura.sees
    ogawa, abe = desk.person(OGAWA), desk.person(ABE)
    await desk.house.go_to(11, 6)
    assert "2件あります。代わりに決めてください" in await ogawa.opens_mail()
    await desk.house.go_to(11, 9)
    assert "2件あります" in await ogawa.opens_mail()  # again in the next week
    await ogawa.presses("決める")
    await ogawa.presses("全文を見る", "one")
    assert "添付文書の改訂にともない確認中(11/5)" in ogawa.sees
    await ogawa.presses("今も有効", "one")
    assert "1件あります" in ogawa.sees
    await ogawa.presses("取り下げる", "two")
    await ogawa.presses("取り下げる", "two", comment="資材が新しくなったためです")
    await ogawa.says("添付文書・資材が変わった")
    await ogawa.presses("決める")
    assert "もうありません" in ogawa.sees
    assert (await case_of(desk.house, "two")).status is Status.WITHDRAWN
    (denied,) = await desk.replies({"user": abe.id, "action": "revision.yes", "value": "one"})
    assert "E-01" in plain(denied.card)


async def test_nobody_stands_for_a_colleague_who_can_be_asked(desk: DeskDriver) -> None:
    await written(desk.house, "one", SATO)
    await named(desk)
    raw = {"user": NAKAMURA, "action": "revision.stand_for", "value": "one"}
    assert "E-01" in plain((await desk.replies(raw))[0].card)
    assert (await case_of(desk.house, "one")).doubted_at is not None


async def test_only_those_who_may_are_led_there(desk: DeskDriver) -> None:
    nakamura, kato = desk.person(NAKAMURA), desk.person(KATO)
    await nakamura.says("確認待ち")
    assert nakamura.can_press("添付文書・資材が変わった")
    assert "E-02" in await kato.says("資材が変わった")


@pytest.mark.parametrize("value", ["", "x", "{}", "[]", '["insert"]', "[1,2,3,4,5,6]"])
async def test_a_value_that_nobody_packed_is_an_error_in_words(
    desk: DeskDriver, value: str
) -> None:
    raw = {"user": NAKAMURA, "action": "revision.name", "value": value, "fields": {}}
    assert "E-08" in plain((await desk.replies(raw))[0].card)
