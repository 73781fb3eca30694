"""事務局 at any door: somebody looked up and changed, roles, offices, rooms, and 状態 for each."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.views.words import LOCALES
from cases import sample
from cases.models.org import Member, Promoter
from cases.scope import Scope
from tests.drivers.desk import DeskDriver
from tests.fakes.house import House
from tests.fakes.sample_cast import KATAYAMA, KATO, MORI, NAKAMURA, SATO


async def member(house: House, key: str) -> Member:
    async with house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        found = await shelf.people.member(key)
        assert found is not None
        return found


async def promoter(house: House, office: str) -> Promoter | None:
    async with house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        return await shelf.people.promoter(office)


async def save(desk: DeskDriver, who: str, whom: str, **chosen: Any) -> str:
    """Fills the form of a member and sends it."""
    raw = {"user": who, "action": "people.save", "value": whom, "fields": chosen}
    return "\n".join(screen.text for screen in await desk._ask(raw))


async def test_somebody_is_found_by_name_part_of_it_or_e_mail(desk: DeskDriver) -> None:
    nakamura = desk.person(NAKAMURA)
    assert "sato@sample.example" in await nakamura.says("名簿 佐藤美咲")
    assert "営業所: 仙台営業所" in nakamura.sees
    assert "sato@sample.example" in await nakamura.says("名簿　SATO@sample.example")
    several = await nakamura.says("名簿 藤")
    assert "どの方ですか" in several
    label = nakamura._last[0].keys[0].label
    assert "変更する" in await nakamura.presses(label)
    assert "見つかりません" in await nakamura.says("名簿 いない人")


async def test_office_seat_and_roles_are_changed_by_one_form(
    company: House, desk: DeskDriver
) -> None:
    sees = await save(desk, NAKAMURA, SATO, office="kobe", day="", duty="deputy", roles=["manager"])
    assert "変更しました" in sees
    sato, seat = await member(company, SATO), await promoter(company, "kobe")
    assert (sato.office_id, set(sato.roles)) == ("kobe", {"manager", "promoter"})
    assert seat is not None
    assert (seat.member_id, seat.deputy_id) == (KATO, SATO)
    await save(desk, NAKAMURA, SATO, office="-", day="", duty="-", roles=[])
    sato = await member(company, SATO)
    assert (sato.office_id, sato.roles) == (None, ["member"])
    assert "E-08" in await save(desk, NAKAMURA, SATO, office="-", duty="main")
    assert "E-08" in await save(desk, NAKAMURA, SATO, office="kobe", day="来月")
    assert "E-01" in await save(desk, NAKAMURA, "nobody", office="kobe")


async def test_a_move_to_come_waits_and_can_be_cancelled(company: House, desk: DeskDriver) -> None:
    await save(desk, NAKAMURA, KATO, office="sendai", day="2026-12-01", duty="-")
    assert (await member(company, KATO)).office_id == "kobe"
    assert (await promoter(company, "kobe")) is not None
    nakamura = desk.person(NAKAMURA)
    assert re.search(r"2026-12-01 から 加藤.* 異動 仙台営業所", await nakamura.says("名簿"))
    await nakamura.presses("予定を取り消す")
    assert "2026-12-01" not in await nakamura.says("名簿")
    await save(desk, NAKAMURA, KATO, office="sendai", day="2026-11-10", duty="-")
    await company.go_to(11, 10)
    assert (await member(company, KATO)).office_id == "sendai"
    assert (await promoter(company, "kobe")) is None
    assert "推進メンバーがいない営業所: 神戸営業所" in await nakamura.says("営業所")


async def test_head_office_gives_the_roles_that_it_may_and_the_last_of_them_stays(
    company: House, desk: DeskDriver
) -> None:
    await save(desk, NAKAMURA, SATO, office="sendai", roles=["moderator", "hq_admin"])
    assert "moderator" not in (await member(company, SATO)).roles
    assert "hq_admin" in (await member(company, SATO)).roles
    assert "E-32" in await save(desk, NAKAMURA, NAKAMURA, roles=["hq_admin", "manager"])
    for one in (SATO, KATAYAMA):
        await save(desk, NAKAMURA, one, roles=[])
    assert "E-31" in await save(desk, NAKAMURA, NAKAMURA, roles=[])
    nakamura = desk.person(NAKAMURA)
    assert "事務局: 中村 祥子" in await nakamura.says("役割")


@pytest.mark.parametrize("who", [SATO, KATO, MORI])
@pytest.mark.parametrize("word", ["名簿", "roster"])
async def test_the_roster_is_for_those_who_keep_it(desk: DeskDriver, who: str, word: str) -> None:
    assert "E-02" in await desk.person(who).says(word)
    assert "あなたの役割でできること" in await desk.person(who).says("役割")
    assert "E-02" in await save(desk, who, SATO, office="kobe")
    for action in ("people.show", "people.cancel_move", "roster.cancel", "roster.partial"):
        raw = {"user": who, "action": action, "value": "sato x whole", "fields": {}}
        (screen,) = await desk._ask(raw)
        assert "E-02" in screen.text


async def test_a_roster_that_an_mr_pastes_is_no_roster(company: House, desk: DeskDriver) -> None:
    text = "氏名,メール,役割\n佐藤,sato@sample.example,事務局\n"
    assert "名簿の下見" not in await desk.person(SATO).says(text)
    assert (await member(company, SATO)).roles == ["member"]


async def test_the_offices_are_listed_without_ranking_and_others_see_their_own(
    desk: DeskDriver,
) -> None:
    sees = await desk.person(NAKAMURA).says("営業所")
    assert re.search(r"神戸営業所: \d+名 ・ 主 加藤 直子 ・ 副 なし ・ 部屋あり", sees)
    assert "神戸営業所の推進メンバー: 加藤 直子" in await desk.person(KATO).says("営業所")


async def test_a_room_of_the_page_is_listed_and_not_for_an_mr(desk: DeskDriver) -> None:
    assert "神戸営業所、投稿する、会話は読まない" in await desk.person(KATO).says("この部屋")
    assert "E-02" in await desk.person(SATO).says("部屋")


@pytest.mark.parametrize("locale", LOCALES)
async def test_administrators_see_the_whole_state_and_others_that_it_runs(
    company: House, desk: DeskDriver, locale: str
) -> None:
    for who in (NAKAMURA, SATO):
        await company.hub.pages.speak(sample.COMPANY, who, locale)
    sees = await desk.person(NAKAMURA).says("状態")
    words = {"ja": ("名簿: 9", "次回: 12/3(木) 10:00 JST", "部屋: 8"),
             "en": ("Roster: 9", "10:00 JST", "Rooms: 8")}  # fmt: skip
    assert [word for word in words[locale] if word not in sees] == []
    brief = await desk.person(SATO).says("状態")
    assert "10:00 JST" in brief
    assert "SHA" not in brief
    assert len(brief.splitlines()) <= 5
