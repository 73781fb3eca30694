"""The type and size of a masked facility by one tap: for its author and for a reviewer."""

from __future__ import annotations

import pytest

from cases import fields, guard, places, sample
from cases.scope import Scope
from tests.drivers.desk import DeskDriver
from tests.drivers.screen import Person
from tests.fakes.sample_cast import ABE, NAKAMURA, SATO, TICKS

ONE = (
    "白樺台中央病院の先生への電話を、秘書さんに聞いた16時に変えてみました。"
    "「この時間なら話せる」と言っていただき、初めて5分お話しできました。"
    "白樺台中央病院では、16時がいちばん静かだそうです。"
)
TWO = ONE.replace("白樺台中央病院では", "夕凪市民病院では")
SIZE, SMALL = "基幹病院(400床以上)", "中小病院(200床未満)"


@pytest.fixture
def sato(desk: DeskDriver) -> Person:
    return desk.person(SATO)


async def test_one_tap_gives_every_mask_of_a_facility_its_size_and_the_case_its_tag(
    desk: DeskDriver, sato: Person
) -> None:
    await sato.says(ONE)
    assert sato.sees.count("ある病院") >= 2
    await sato.presses(SIZE, declared=list(TICKS))
    assert "白樺台" not in sato.sees
    assert sato.sees.count(f"ある{SIZE}") >= 2
    assert not sato.can_press(SMALL)
    await sato.presses("共有する", show_author="no")  # the ticks have stayed
    case_id = sato.value_of("取り下げる")
    async with desk.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        case = await shelf.cases.any(case_id)
    assert case is not None
    assert case.facility == "core_hospital_400"
    assert f"ある{SIZE}の先生への電話" in case.action + case.situation


async def test_two_hospitals_are_asked_about_one_by_one_and_can_be_taken_back(sato: Person) -> None:
    await sato.says(TWO)
    assert "1つめの「ある病院」" in sato.sees
    assert "2つめの「ある病院」" in sato.sees
    await sato.presses(SMALL, f"{sato.value_of('共有する')}:1:")
    assert f"ある{SMALL}では" in sato.sees
    assert "ある病院の先生への電話" in sato.sees
    await sato.presses("施設の種類・規模を取り消す")
    assert f"ある{SMALL}" not in sato.sees


async def test_a_tap_of_an_old_card_on_a_facility_that_is_gone_changes_nothing(
    desk: DeskDriver, sato: Person
) -> None:
    await sato.says(ONE)
    draft_id = sato.value_of("共有する")
    for value in (f"{draft_id}:7:clinic", f"{draft_id}:0:clinic", f"{draft_id}:x:clinic"):
        pressed: dict[str, object] = {"user": SATO, "action": "share.place", "value": value}
        (reply,) = await desk.replies(pressed)
        assert "見つかりません" in str(reply.card)
    raw: dict[str, object] = {
        "user": ABE,
        "action": "share.place",
        "value": f"{draft_id}:0:core_hospital_400",
    }
    (reply,) = await desk.replies(raw)
    assert "見つかりません" in str(reply.card)


async def test_a_reviewer_gives_a_mask_its_size_by_one_tap(desk: DeskDriver, sato: Person) -> None:
    nakamura = desk.person(NAKAMURA)
    await sato.says(ONE)
    await sato.presses("共有する", declared=list(TICKS), show_author="no")
    case_id = sato.value_of("取り下げる")
    await nakamura.says("確認待ち")
    await nakamura.presses("くわしく確認する", case_id)
    await nakamura.presses(SIZE)
    assert f"ある{SIZE}の先生への電話" in nakamura.sees
    assert not nakamura.can_press(SIZE)
    assert "一部を伏せました" in await sato.opens_mail()
    await nakamura.presses("全社に公開する")
    assert "公開しました" in nakamura.sees


@pytest.mark.parametrize("key", places.WORDS)
def test_a_mask_with_type_and_size_passes_the_guard_as_it_stands(key: str) -> None:
    ja, en = places.WORDS[key]
    for text in (f"{ja}の先生に、16時に電話しました。", f"I called {en} at 4 pm."):
        assert guard.check(text).masked == text


def test_a_mask_is_not_taken_for_the_start_of_a_longer_one() -> None:
    assert places.standing(["ある大学病院で", "at a university hospital"]) == []
    assert (
        places.specified("ある大学の先生", "ある大学", "university_hospital")
        == "ある大学病院の先生"
    )
    assert places.standing([places.instead("ある病院", "clinic")]) == []


def test_what_a_tap_adds_counts_for_no_limit() -> None:
    title = "ある病院の先生に、秘書さんの手の空く時間をうかがってから電話をしてみた話です"
    assert (
        fields.too_long({"title": places.specified(title, "ある病院", "core_hospital_400")}) == []
    )
    assert fields.too_long({"title": title * 2}) == [("title", 40)]


def test_a_short_form_of_a_facility_is_the_same_one() -> None:
    masked = guard.check_fields(
        {"action": "白樺台中央病院の先生に会えた", "tip": "夕凪市民病院も同じ"},
        places={"白樺台中央病院": "core_hospital_400"},
    ).masked
    assert masked == {"action": f"ある{SIZE}の先生に会えた", "tip": "ある病院も同じ"}
    assert places.distinct(["白樺台中央病院", "白樺台", "夕凪病院"]) == [
        "白樺台中央病院",
        "夕凪病院",
    ]
