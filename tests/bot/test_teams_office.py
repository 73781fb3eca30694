"""事務局 and promoters in Teams: the roster, roles and rooms, what was heard, cards in place."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cases import sample
from cases.embedding.bundled import BundledEncoder
from cases.models.org import Member, Room
from cases.scope import Scope
from tests.drivers.doors import teams_door
from tests.drivers.teams import TeamsDriver
from tests.fakes.sample_cast import ABE, KATO, NAKAMURA, NAME, SATO, TICKS, WIN

ROSTER = (
    "氏名,メール,営業所,推進メンバー\n"
    "佐藤 美咲,sato@sample.example,神戸営業所,副\n"
    "新井 葵,arai@sample.example,神戸営業所,\n"
    "誰か,,,\n"
)


@pytest.fixture
async def driver(
    company_file: Path, tmp_path: Path, encoder: BundledEncoder
) -> AsyncIterator[TeamsDriver]:
    async with teams_door(company_file, tmp_path, encoder) as opened:
        assert isinstance(opened, TeamsDriver)
        yield opened


async def member(driver: TeamsDriver, key: str) -> Member:
    async with driver.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        found = await shelf.people.by_email(f"{key}@sample.example")
        assert found is not None
        return found


async def rooms(driver: TeamsDriver) -> list[Room]:
    async with driver.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        return list(await shelf.roster.rooms())


async def test_a_pasted_roster_is_shown_first_and_then_done_as_shown(driver: TeamsDriver) -> None:
    nakamura = driver.person(NAKAMURA)
    seen = await nakamura.says(ROSTER)
    assert "名簿の下見" in seen
    assert "2行目 異動 佐藤 美咲" in seen
    assert "4行目 読めない行 誰か" in seen
    await nakamura.presses("この内容で更新する")
    assert "名簿を更新しました" in nakamura.sees
    sato, arai = await member(driver, SATO), await member(driver, "arai")
    assert (sato.office_id, arai.office_id) == ("kobe", "kobe")
    assert "promoter" in sato.roles
    new = driver.person("arai")
    assert "はじめての方へ" in await new.says("ヘルプ")  # by the e-mail of her Teams account


async def test_who_is_no_office_changes_no_roster_and_no_room(driver: TeamsDriver) -> None:
    sato = driver.person(SATO)
    assert "名簿の下見" not in await sato.says(ROSTER)
    assert (await member(driver, SATO)).office_id != "kobe"
    await sato.says("部屋")
    assert not sato.can_press("登録する")


async def test_roles_and_offices_are_listed_and_the_offices_room_is_there(
    driver: TeamsDriver,
) -> None:
    nakamura = driver.person(NAKAMURA)
    assert "加藤 直子" in await nakamura.says("役割")
    assert "神戸営業所" in await nakamura.says("営業所")
    assert "神戸営業所" in await nakamura.says("部屋")
    (kobe,) = [one for one in await rooms(driver) if one.workspace_id == "teams"]
    assert (kobe.office_id, kobe.posts) == ("kobe", True)


async def test_what_was_heard_is_published_when_the_person_says_so(driver: TeamsDriver) -> None:
    kato, fujii = driver.person(KATO), driver.person("fujii")
    await fujii.says("ヘルプ")
    await kato.says("聞き書き")
    await kato.presses("内容を確認する", member="fujii", text=WIN)
    await kato.presses("本人に確認をお願いする")
    seen = await fujii.opens_mail()
    assert "加藤 直子さんが、あなたの取り組みを聞き書きしました" in seen
    assert NAME not in seen
    asked = fujii.screens[-1].place
    await fujii.presses("この内容で共有する", declared=list(TICKS[:2]))
    assert "公開前の確認が1つ残っています" in fujii.sees
    await fujii.presses("この内容で共有する", declared=list(TICKS), show_author="yes")
    assert "公開しました" in fujii.sees
    own = driver.fake.rooms.rooms["a-fujii"].own
    assert "公開しました" in str(own[asked])  # in the place of the question


async def test_cards_change_in_place_and_nothing_is_said_twice(driver: TeamsDriver) -> None:
    sato = driver.person(SATO)
    await sato.says("設定")
    own = driver.fake.rooms.rooms["a-sato"].own
    card = sato.screens[-1].place
    await sato.presses("保存する", locale="en")
    assert list(own) == [card]
    assert "Your settings" in sato.sees or "saved" in sato.sees.lower()
    await sato.says("home")
    assert "page" in sato.sees
    await sato.presses("Take a break")
    assert "stay quiet" in sato.sees


async def test_a_reflection_comes_by_itself_and_its_card_takes_the_answer(
    driver: TeamsDriver,
) -> None:
    abe = driver.person(ABE)
    await abe.says("こんにちは")
    await driver.house.go_to(11, 13)
    assert "今回の問い" in await abe.opens_mail()
    place = abe.screens[-1].place
    tap = next(key for key in abe.screens[-1].keys if key.action == "reflect.tap")
    await abe.presses(tap.label)
    assert abe.screens[-1].place == place
    assert "あなただけに見えています" in abe.sees
