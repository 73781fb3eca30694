"""公開後の抜き取り: some of each month's releases are read once more; what was missed counts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.views.elements import Actions, Button, Card, Text, plain
from bot.views.withdrawn import cases_of, without_case
from cases import fields, sample, second_look
from cases.errors import NotFound
from cases.models.case import Case
from cases.models.review import Sampling
from cases.scope import Scope
from cases.vocabulary import Role, Status
from tests.drivers.desk import DeskDriver
from tests.fakes.sample_cast import NAKAMURA, SATO

COMPANY = Scope(sample.COMPANY)
REVIEWER = Scope(sample.COMPANY, NAKAMURA, roles=frozenset({Role.HQ_ADMIN}))


async def release(desk: DeskDriver, count: int, author: str = SATO) -> None:
    """As many cases, released last month."""
    async with desk.house.hub.library.db.transaction(COMPANY) as shelf:
        last_month = shelf.now.replace(day=1) - timedelta(days=3)
        for number in range(count):
            case = Case(id=f"r{author}{number:03}", company_id=sample.COMPANY, author_id=author)
            action = f"受付で{number + 1}つだけ質問を書いていただく紙に変えた"
            fields.fill(case, {"action": action, "result": "質問が増えた"})
            case.status, case.sample, case.origin = Status.COMPANY, False, "chat"
            case.released_at = case.shared_at = case.changed_at = last_month
            shelf.cases.add(case)


async def test_two_cases_are_read_again_and_the_miss_is_counted_and_can_be_mended(
    desk: DeskDriver,
) -> None:
    await release(desk, 2)
    nakamura = desk.person(NAKAMURA)
    await nakamura.says("確認待ち")
    assert "公開した2件から、2件を読み直します(0件読みました)" in nakamura.sees
    await nakamura.presses("読み直す")
    assert "公開後の抜き取り 1件目 / 2件" in nakamura.sees
    await nakamura.presses("見落としがあった")
    labels = {key.label for key in nakamura.screens[-1].keys}
    assert {"ことばを伏せる", "取り下げる"} <= labels
    await nakamura.presses("つぎを読み直す")
    await nakamura.presses("問題なし")
    assert "2件を読み、見落としは1件でした" in nakamura.sees
    await nakamura.says("確認待ち")
    assert "読み直します" not in nakamura.sees
    await nakamura.says("規則")
    assert "2件のうち2件を抜き取り、2件を読んで、見落とし1件" in nakamura.sees


@pytest.mark.parametrize(("released", "drawn"), [(1, 1), (20, 20), (45, 20), (201, 21)])
async def test_a_tenth_is_drawn_but_at_least_twenty(
    desk: DeskDriver, released: int, drawn: int
) -> None:
    await release(desk, released)
    async with desk.house.hub.library.db.transaction(REVIEWER) as shelf:
        row = await second_look.begin(shelf)
        assert len(set(row.picked)) == drawn
        assert (await second_look.begin(shelf)).picked == row.picked  # drawn once a month


async def test_nobody_reads_their_own_case_again(desk: DeskDriver) -> None:
    await release(desk, 1, author=NAKAMURA)
    nakamura = desk.person(NAKAMURA)
    await nakamura.says("確認待ち")
    await nakamura.presses("読み直す")
    assert "ほかの確認の担当の方が読みます" in nakamura.sees


async def test_a_case_that_was_taken_back_meanwhile_needs_no_second_look(desk: DeskDriver) -> None:
    await release(desk, 1)
    async with desk.house.hub.library.db.transaction(REVIEWER) as shelf:
        row = await second_look.begin(shelf)
        case = await shelf.cases.alone(row.picked[0])
        assert case is not None
        case.status = Status.WITHDRAWN
        await shelf.cases.flush()
        assert await second_look.next_one(shelf, row) is None
        assert row.done_at is not None
        assert await second_look.due(shelf) == []


async def test_a_month_that_was_not_begun_is_said_weekly_and_can_be_begun_later(
    desk: DeskDriver,
) -> None:
    await release(desk, 1)
    nakamura = desk.person(NAKAMURA)
    await nakamura.says("確認待ち")
    await desk.house.go_to(12, 10)
    await nakamura.opens_mail()
    said = "公開後の抜き取り(2026年10月に全社に公開した事例の読み直し)が、まだ終わっていません"
    assert said in nakamura.sees
    await nakamura.presses("確認待ちを開く")
    assert "2026年10月に全社に公開した1件から、1件を読み直します" in nakamura.sees
    await nakamura.presses("読み直す", "2026-10")
    await nakamura.presses("問題なし")
    assert "2026年10月の抜き取りは終わりました" in nakamura.sees
    async with desk.house.hub.library.db.transaction(REVIEWER) as shelf:
        assert await second_look.unread(shelf) == []
        for month in ("2026-08", "2026-12", "\0"):
            with pytest.raises(NotFound):
                await second_look.begin(shelf, month)


async def test_a_case_under_a_second_look_is_named_by_its_card_and_goes_when_withdrawn(
    desk: DeskDriver,
) -> None:
    await release(desk, 1)
    nakamura = desk.person(NAKAMURA)
    await nakamura.says("確認待ち")
    await nakamura.presses("読み直す")
    (fine,) = [key for key in nakamura.screens[-1].keys if key.action == "second.fine"]
    button = Button(fine.label, fine.action, fine.value)
    card = Card((Text("質問が増えた"), Actions((button,))))
    assert cases_of(card) == (f"r{SATO}000",)
    assert "質問が増えた" not in plain(without_case(card, f"r{SATO}000", "ja"))


async def test_two_reviewers_who_begin_at_once_read_one_sample(desk: DeskDriver) -> None:
    await release(desk, 30)
    async with desk.house.hub.library.db.transaction(REVIEWER) as shelf:
        first = await second_look.begin(shelf)
        await shelf.cases.flush()
        mine = Sampling(company_id=sample.COMPANY, id=first.id, member_id="katayama")
        mine.marks, mine.picked, mine.read, mine.missed = {}, [], [], []
        mine.made_at = shelf.now
        shelf.session.expunge(first)
        assert (await shelf.reviews.once(mine)).picked == first.picked


async def test_where_nothing_was_released_nothing_is_offered_and_members_may_not_begin(
    desk: DeskDriver,
) -> None:
    nakamura, sato = desk.person(NAKAMURA), desk.person(SATO)
    await nakamura.says("確認待ち")
    assert "読み直す" not in nakamura.sees
    await release(desk, 1)
    await nakamura.says("確認待ち")
    sato.screens += nakamura.screens
    await sato.presses("読み直す")
    assert "公開後の抜き取り" not in sato.sees
