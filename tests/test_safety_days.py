"""The safety flow lived through fourteen days, to its end: front door, planner, ledger, purge."""

from __future__ import annotations

import csv
import io

import pytest

from cases import months, safety, sample
from cases.models.case import Hold
from cases.scope import Scope
from cases.vocabulary import Role
from tests.drivers.desk import DeskDriver
from tests.fakes.sample_cast import ABE, EVENT, NAKAMURA, SATO, TICKS

pytestmark = pytest.mark.slow  # a month of mornings

OGAWA = "ogawa"  # 安全性 and コンプライアンス確認
FORM = "https://safety.example/form"
POST = f"メールの件名を1行にしてみました。その日のうちに返信をいただきました。{EVENT}"
WORD = "発疹"


async def held_by(desk: DeskDriver) -> list[Hold]:
    async with desk.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        return list(await shelf.holds.between(*months.limits("2026-11")))


async def test_fourteen_days_of_a_held_post_and_its_end(desk: DeskDriver) -> None:
    desk.house.hub.reception.safety_form_url = FORM
    sato, ogawa = desk.person(SATO), desk.person(OGAWA)

    # Thursday 11/5: stopped, with the way to report; nobody else sees it, nothing is found.
    await sato.says(POST)
    assert "このボットへの投稿は報告の代わりになりません" in sato.sees
    assert [row.state for row in await held_by(desk)] == ["open"]
    await nothing_leaks(desk)

    # Friday: no answer by 10:00, so the author and the safety department are reminded.
    await desk.house.go_to(11, 6)
    assert "報告はまだ済んでいません" in await sato.opens_mail()
    assert "まだないものが1件" in await ogawa.opens_mail()
    # Saturday and Sunday are quiet; Monday reminds again.
    await desk.house.go_to(11, 8)
    assert await sato.opens_mail() == ""
    await desk.house.go_to(11, 9)
    assert "(いちばん古いもの: 11/5(木))" in await sato.opens_mail()
    await ogawa.opens_mail()

    # Monday: reported where it has to be; here only the number is noted.
    await sato.presses("止めた投稿")
    assert FORM in str(sato.screens[-1].native)
    await sato.presses("報告済み(受付番号を入力)")
    await sato.presses("報告済みとして記録する", receipt="AE-2026-0117", heard_on="2026-11-04")
    assert "受け付け" not in sato.sees

    # Tuesday: no more reminder for the author; the queue's readers hear once a week.
    await desk.house.go_to(11, 10)
    assert await sato.opens_mail() == ""
    assert "確認を待つものが1件" in await ogawa.opens_mail()
    await desk.house.go_to(11, 11)
    assert await ogawa.opens_mail() == ""

    # Wednesday: rewritten without the sentence it is published; the item stays.
    await sato.says("下書き")
    await sato.presses("続きを書く", (await held_by(desk))[0].draft_id)
    await sato.presses(
        "内容を確認する", title="件名を1行に", action="メールの件名を1行にした",
        result="その日のうちに返信をいただいた",
    )  # fmt: skip
    await sato.presses("共有する", declared=list(TICKS), show_author="no")
    assert "公開しました" in sato.sees
    assert [row.state for row in await held_by(desk)] == ["reported"]
    await nothing_leaks(desk)

    # Thursday: the safety department reads it, on record, and has it.
    await desk.house.go_to(11, 12)
    await ogawa.says("控え")
    assert "受付番号 AE-2026-0117" in ogawa.sees
    assert "11/4" in ogawa.sees
    await ogawa.presses("本文を読む")
    assert WORD in ogawa.sees
    await ogawa.presses("安全性部門で把握した")
    for day in (13, 16, 17, 18, 19):
        await desk.house.go_to(11, day)
        assert WORD not in await sato.opens_mail()
        assert "控え" not in await ogawa.opens_mail()
        await nothing_leaks(desk)
    (item,) = await held_by(desk)
    assert item.text is not None  # fourteen days: the text is still there for the department

    # 30 days after it was received the text is gone; row, hash and trail stay.
    await desk.house.go_to(12, 11)
    assert (await held_by(desk))[0].text is not None
    await desk.house.go_to(12, 14)
    (item,) = await held_by(desk)
    assert item.text is None
    scope = Scope(sample.COMPANY, OGAWA, frozenset({Role.SAFETY}))
    async with desk.house.hub.library.db.transaction(scope) as shelf:
        acts = [(row.what, row.actor) for row in await shelf.audit.entries()]
        text = safety.built(await safety.month_of(shelf, "2026-11"))
    for act in (
        ("hold.safety", SATO), ("safety.reported", SATO), ("hold.read", OGAWA),
        ("safety.receive", OGAWA), ("hold.purge", "system"),
    ):  # fmt: skip
        assert act in acts
    row, totals = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    assert (row["day_0"], row["receipt"], row["received_on"], row["text_erased"]) == (
        "2026-11-04", "AE-2026-0117", "2026-11-12", "yes",
    )  # fmt: skip
    assert totals["rules"].startswith("screened=1 held=1 reported=1 ")


async def nothing_leaks(desk: DeskDriver) -> None:
    """No clear byte on the disk, nothing found by a colleague, nothing in a queue of another."""
    await desk.house.embed()
    assert WORD.encode() not in desk.house.bytes()
    abe = desk.person(ABE)
    await abe.says("メールの件名を1行にしたら発疹の話が出た例、ある?")
    assert "入院" not in abe.sees
    assert "E-02" in await desk.person(NAKAMURA).says("控え")
