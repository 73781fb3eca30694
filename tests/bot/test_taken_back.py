"""A case that its author takes back is gone from Slack and Teams, where it was posted already."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.views.elements import Actions, Button, Card, Divider, Text, plain
from bot.views.withdrawn import cases_of, without_case
from cases import names, sample, sharing
from cases.embedding.bundled import BundledEncoder
from cases.scope import Scope
from cases.vocabulary import Role
from tests.drivers.doors import DOORS, OFFICE, AnyDriver
from tests.drivers.slack import SlackDriver, _channel
from tests.drivers.teams import TeamsDriver
from tests.drivers.web import WebDriver
from tests.fakes.sample_cast import ITO, KATO, NAKAMURA, QUESTION, SATO, TICKS, WIN


@pytest.mark.parametrize("door", ["slack", pytest.param("teams", marks=pytest.mark.slow)])
async def test_a_withdrawn_case_leaves_the_room_and_the_digest(
    door: str, company_file: Path, tmp_path: Path, encoder: BundledEncoder
) -> None:
    async with DOORS[door](company_file, tmp_path, encoder) as driver:
        kato = driver.person(KATO)
        await kato.says("こんにちは")  # the chat is where she was seen last
        await driver.house.go_to(12, 3)
        await kato.opens_mail()
        case_id = kato.value_of("営業所で共有").partition(":")[0]
        await kato.presses("営業所で共有", case_id)
        await kato.presses("共有する", kato.value_of("共有する"))
        async with driver.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
            case = await shelf.cases.any(case_id)
            assert case is not None
        assert case.title in (await driver.room(OFFICE))[-1].text
        author = acting_as(case.author_id)
        async with driver.house.hub.library.db.transaction(author) as shelf:
            person = await shelf.people.member(case.author_id)
            assert person is not None
            await names.choose(shelf, case_id, show=not case.show_author)
        before = updates(driver)
        await driver.house.hub.clock.ring("reconcile")
        (posted,) = [one for one in fresh(driver, before) if "いまのものに書きかえました" in one]
        assert (person.name in posted) is not case.show_author
        async with driver.house.hub.library.db.transaction(author) as shelf:
            await sharing.withdraw(shelf, case_id)
        before = updates(driver)
        await driver.house.hub.clock.ring("reconcile")
        updated = fresh(driver, before)
        assert any("この事例は取り下げられました" in one for one in updated)
        assert any("11月の好事例" in one for one in updated)
        assert not any(case.title in one for one in updated)
        await driver.house.hub.clock.ring("reconcile")
        assert fresh(driver, [*before, *updated]) == []


def acting_as(member_id: str) -> Scope:
    """What a member may do."""
    return Scope(sample.COMPANY, member_id, frozenset({Role.MEMBER}))


def fresh(driver: AnyDriver, before: list[str]) -> list[str]:
    """What was put there since."""
    return [one for one in updates(driver) if one not in before]


def updates(driver: AnyDriver) -> list[str]:
    """What was put in the place of a message that was sent."""
    if isinstance(driver, SlackDriver):
        return [str(sent) for method, sent in driver.slack.calls if method == "chat.update"]
    assert isinstance(driver, TeamsDriver)
    return [str(activity) for activity in driver.fake.updated.values()]


async def test_a_withdrawn_case_leaves_the_answers_that_showed_it(
    company_file: Path, tmp_path: Path, encoder: BundledEncoder
) -> None:
    async with DOORS["slack"](company_file, tmp_path, encoder) as driver:
        assert isinstance(driver, SlackDriver)
        ito = driver.person(ITO)
        await ito.says(QUESTION)
        case_id = ito.value_of("試してみる")
        (seen,) = await driver.mention(ITO, QUESTION)
        await driver.press(ITO, seen, next(k for k in seen.keys if k.action == "find.tell"), {})
        async with driver.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
            case = await shelf.cases.any(case_id)
            assert case is not None
        author = acting_as(case.author_id)
        async with driver.house.hub.library.db.transaction(author) as shelf:
            await sharing.withdraw(shelf, case_id)
        await driver.house.hub.clock.ring("reconcile")
        texts = [one["text"] for one in driver.slack.messages if one["user"] == "U0BOT"]
        assert len(texts) == 2  # the answer in the direct message, and the shared one …
        assert sum("この答えを消しました" in text for text in texts) == 2
        assert not any(case.title in text for text in texts)
        hidden = driver.slack.ephemerals[0]["text"]  # … and what nobody can rewrite
        assert case.title in hidden


async def test_a_page_shows_no_older_answer_with_a_withdrawn_case_or_a_hidden_name(
    company_file: Path, tmp_path: Path, encoder: BundledEncoder
) -> None:
    async with DOORS["web"](company_file, tmp_path, encoder) as driver:
        assert isinstance(driver, WebDriver)
        ito = driver.person(ITO)
        await ito.says(QUESTION)
        case_id = ito.value_of("試してみる")
        database = driver.house.hub.library.db
        async with database.transaction(Scope(sample.COMPANY)) as shelf:
            case = await shelf.cases.any(case_id)
            assert case is not None
            author = await shelf.people.member(case.author_id)
            assert author is not None
        acting = acting_as(case.author_id)
        for show, seen in ((True, True), (False, False)):
            async with database.transaction(acting) as shelf:
                await names.choose(shelf, case_id, show=show)
            page = (await driver._open(ITO, "/")).lines()
            assert case.title in page
            assert (author.name in page) is seen
        async with database.transaction(acting) as shelf:
            await sharing.withdraw(shelf, case_id)
        assert case.title not in (await driver._open(ITO, "/")).lines()


@pytest.mark.parametrize("door", ["slack", pytest.param("web", marks=pytest.mark.slow)])
async def test_a_reviewers_cards_follow_a_hidden_name_and_a_withdrawal(
    door: str, company_file: Path, tmp_path: Path, encoder: BundledEncoder
) -> None:
    async with DOORS[door](company_file, tmp_path, encoder) as driver:
        sato, nakamura = driver.person(SATO), driver.person(NAKAMURA)
        await sato.says(WIN)
        await sato.presses("共有する", declared=list(TICKS), show_author="yes")
        case_id = sato.value_of("取り下げる")
        database, author = driver.house.hub.library.db, acting_as(SATO)
        async with database.transaction(author) as shelf:
            case, person = await shelf.cases.any(case_id), await shelf.people.member(SATO)
            assert case is not None
            assert person is not None
        await nakamura.says("確認待ち")
        await nakamura.presses("くわしく確認する", case_id)
        assert person.name in await reviewer_reads(driver)
        async with database.transaction(author) as shelf:
            await names.choose(shelf, case_id, show=False)
        seen = await reviewer_reads(driver)
        assert person.name not in seen
        assert case.title in seen
        async with database.transaction(author) as shelf:
            await sharing.withdraw(shelf, case_id)
        seen = await reviewer_reads(driver)
        assert case.title not in seen
        assert "16時" not in seen


async def reviewer_reads(driver: AnyDriver) -> str:
    """All that 中村 still sees of what the bot showed before."""
    if isinstance(driver, WebDriver):
        return "".join((await driver._open(NAKAMURA, "/")).lines())
    assert isinstance(driver, SlackDriver)
    await driver.house.hub.clock.ring("reconcile")
    return str([one for one in driver.slack.messages if one["channel"] == _channel(NAKAMURA)])


def test_a_button_of_a_review_names_its_case() -> None:
    values = {
        "review.open": "c1",
        "review.release": "c2:mark",
        "review.mask": "c3:mark:0:4:step:1",
        "review.read": "sample:c4",
        "review.release_rest": "sample",
        "review.queue": "",
    }
    rows = tuple(Actions((Button("x", action, value),)) for action, value in values.items())
    assert cases_of(Card(rows)) == ("c1", "c2", "c3", "c4")


def test_a_text_in_full_is_gone_with_all_its_parts() -> None:
    fine = Button("問題なし", "review.read", "sample:c1")
    card = Card((Text("秘書さんに聞いた16時"), Divider(), Actions((fine,))))
    assert "16時" not in plain(without_case(card, "c1", "ja"))
