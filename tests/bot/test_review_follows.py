"""What a reviewer's word does elsewhere: open edits, held texts, and the cards of reviewers."""

from __future__ import annotations

from pathlib import Path

import pytest

from cases import sample
from cases.embedding.bundled import BundledEncoder
from cases.models.case import Draft, Hold
from cases.scope import Scope
from tests.drivers.desk import DeskDriver
from tests.drivers.doors import DOORS
from tests.drivers.screen import Person
from tests.drivers.slack import SlackDriver, _channel
from tests.fakes.sample_cast import EVENT, KATAYAMA, NAKAMURA, SATO, TICKS, WIN

COMPANY = Scope(sample.COMPANY)


@pytest.fixture
def sato(desk: DeskDriver) -> Person:
    return desk.person(SATO)


@pytest.fixture
def nakamura(desk: DeskDriver) -> Person:
    return desk.person(NAKAMURA)


async def published(who: Person) -> str:
    await who.says(WIN)
    await who.presses("共有する", declared=list(TICKS), show_author="no")
    return who.value_of("取り下げる")


async def hides(nakamura: Person, subject_id: str, words: str) -> None:
    await nakamura.says("確認待ち")
    await nakamura.presses("くわしく確認する", subject_id)
    await nakamura.presses("ことばを伏せる", subject_id)
    await nakamura.presses("伏せる", subject_id, words=words, **{"as": "other"})
    assert "伏せました" in nakamura.sees


async def test_an_edit_that_is_open_while_a_reviewer_masks_brings_nothing_back(
    desk: DeskDriver, sato: Person, nakamura: Person
) -> None:
    case_id = await published(sato)
    await sato.presses("直す", case_id)
    assert "秘書さんに聞いた16時" in str(sato.screens[-1].native)
    form, key = sato._find("内容を確認する", "")
    await hides(nakamura, case_id, "秘書さん")
    await desk.press(SATO, form, key, {})  # the form that still shows the words
    (row,) = [one for one in await drafts(desk) if one.case_id == case_id]
    assert "〔伏せました〕に聞いた16時" in row.values["action"] + row.values["situation"]
    assert "秘書さん" not in str(row.values)
    await sato.says("下書き")
    await sato.presses("続きを書く", row.id)
    assert "秘書さん" not in str(sato.screens[-1].native)


async def test_a_post_that_waits_is_masked_for_its_author_too(
    desk: DeskDriver, sato: Person, nakamura: Person
) -> None:
    await nakamura.says("確認の設定")
    await nakamura.presses("保存する", office="all", compliance_sees="yes")
    await sato.says(WIN)
    draft_id = sato.value_of("共有する")
    await sato.presses("共有する", declared=list(TICKS), show_author="no")
    await sato.presses("直す", draft_id)
    form, key = sato._find("内容を確認する", draft_id)
    await hides(nakamura, draft_id, "秘書さん")
    shown = await desk.press(SATO, form, key, {})
    assert "〔伏せました〕に聞いた16時" in shown[-1].text
    assert "秘書さん" not in shown[-1].text


async def drafts(desk: DeskDriver) -> list[Draft]:
    async with desk.house.hub.library.db.transaction(Scope(sample.COMPANY, SATO)) as shelf:
        return list(await shelf.cases.drafts())


async def test_a_rule_that_is_found_later_joins_the_held_text(
    desk: DeskDriver, sato: Person, nakamura: Person
) -> None:
    await nakamura.says("確認の設定")
    await nakamura.presses("保存する", office="all", compliance_sees="yes")
    await sato.says(f"メールを送ってみました。返信をいただきました。{EVENT}")
    async with desk.house.hub.library.db.transaction(COMPANY) as shelf:
        (held,) = await shelf.holds.waiting("safety")
        held.rules = ["quality_complaint"]  # what an older version of the rules had found
    await sato.says("下書き")
    await sato.presses("続きを書く", held.draft_id)
    await sato.presses("内容を確認する", held.draft_id)
    async with desk.house.hub.library.db.transaction(COMPANY) as shelf:
        (again,) = await shelf.holds.waiting("safety")
    assert isinstance(again, Hold)
    assert (again.id, again.rules) == (held.id, ["quality_complaint", "adverse_event"])


async def test_a_reviewers_card_keeps_its_buttons_when_the_case_is_shown_anew(
    company_file: Path, tmp_path: Path, encoder: BundledEncoder
) -> None:
    async with DOORS["slack"](company_file, tmp_path, encoder) as driver:
        assert isinstance(driver, SlackDriver)
        sato, nakamura = driver.person(SATO), driver.person(NAKAMURA)
        katayama = driver.person(KATAYAMA)
        case_id = await published(sato)
        await katayama.says("確認待ち")
        await hides(nakamura, case_id, "秘書さん")
        await driver.house.hub.clock.ring("reconcile")
        for who in (katayama, nakamura):
            cards = [
                str(one)
                for one in driver.slack.messages
                if one["channel"] == _channel(who.id) and "聞いた16時" in str(one)
            ]
            assert cards
            assert all("全社に公開する" in card and "秘書さん" not in card for card in cards)
