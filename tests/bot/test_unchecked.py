"""While the guard cannot run a post is kept; when it runs again the post is checked and told of."""

from __future__ import annotations

import pytest

from cases import guard, sample
from cases.scope import Scope
from tests.drivers.desk import DeskDriver
from tests.drivers.screen import Person
from tests.fakes.sample_cast import EVENT, NAME, SATO, TICKS, WIN

WITH_EVENT = f"メールを送ってみました。返信をいただきました。{EVENT}"


@pytest.fixture
def sato(desk: DeskDriver) -> Person:
    return desk.person(SATO)


class Down:
    """The guard with a layer that fails, until `mended` is called."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.patch, self.works = patch, guard.check_fields
        patch.setattr(guard, "check_fields", self.fails)

    def fails(self, *_args: object, **_more: object) -> guard.Checked:
        raise RuntimeError("no dictionary")

    def mended(self) -> None:
        self.patch.setattr(guard, "check_fields", self.works)


async def round_of(desk: DeskDriver) -> None:
    """The clock's round, as every process makes it."""
    await desk.house.hub.clock.ring("unchecked")
    await desk.house.hub.clock.ring("dispatch")


async def test_a_kept_draft_is_checked_and_its_author_told_once(
    desk: DeskDriver, sato: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    down = Down(monkeypatch)
    await sato.says(WIN)
    assert "下書きとして保管しました" in sato.sees
    assert not sato.can_press("共有する")
    await round_of(desk)
    assert await sato.opens_mail() == ""  # it is still down
    down.mended()
    for _ in range(2):
        await round_of(desk)
    assert "下書きの確認が済みました" in await sato.opens_mail()
    assert NAME.encode() not in desk.house.bytes()
    await sato.presses("続きへ進む")
    assert "このように公開されます" in sato.sees
    await sato.presses("共有する", declared=list(TICKS), show_author="no")
    assert "公開しました" in sato.sees
    await round_of(desk)
    assert await sato.opens_mail() == ""


async def test_what_is_stopped_then_goes_where_it_belongs(
    desk: DeskDriver, sato: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    down = Down(monkeypatch)
    await sato.says(WITH_EVENT)
    assert "下書きとして保管しました" in sato.sees
    down.mended()
    await round_of(desk)
    assert "このボットへの投稿は報告の代わりになりません" in await sato.opens_mail()
    assert "発疹".encode() not in desk.house.bytes()
    async with desk.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        (held,) = await shelf.holds.waiting("safety")
        assert "adverse_event" in await shelf.reviews.fired(held.draft_id)
    await sato.presses("止めた投稿")
    assert sato.can_press("報告済み(受付番号を入力)")
    person = desk.person("ogawa")
    assert "安全性の控え(1)" in await person.says("止めた投稿")


async def test_a_draft_that_its_author_changed_meanwhile_is_left_to_them(
    desk: DeskDriver, sato: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    down = Down(monkeypatch)
    await sato.says(WIN)
    down.mended()
    await sato.says("下書き")
    await sato.presses("続きを書く")
    await sato.presses("内容を確認する")
    assert "このように公開されます" in sato.sees
    await round_of(desk)
    assert await sato.opens_mail() == ""
