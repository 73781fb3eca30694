"""The Home tab: one's own drafts, cases, trials and digest, fresh after what one does."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.conversation import home
from bot.slack.blocks import of_view
from bot.views.home import Begun, Own, Page, Trying, home_card
from cases import sample
from cases.scope import Scope
from tests.drivers.screen import Screen
from tests.drivers.slack import SlackDriver
from tests.fakes.sample_cast import EVENT, ITO, KATO, QUESTION, SATO, TICKS, WIN
from tests.fakes.slack_api import Answer
from tests.fakes.slack_limits import check_home

TITLE = "A先生への電話を、秘書さんに聞いた16時に変え"


@pytest.fixture
def slack(slack: SlackDriver) -> SlackDriver:
    for who in (SATO, ITO, KATO):
        slack.person(who)
    return slack


def shown(screen: Screen | None) -> str:
    assert screen is not None
    return screen.text


def key(screen: Screen | None, action: str) -> Any:
    assert screen is not None
    return next(one for one in screen.keys if one.action == action)


async def test_the_page_begins_with_what_one_can_do_and_greets_once(slack: SlackDriver) -> None:
    page = await slack.opens_home(ITO)
    assert "伊藤 花さんのページ" in shown(page)
    for action in ("share.start", "help.show", "profile.show", "reflect.pause", "home.find"):
        assert key(page, action)
    assert len([one for one in slack.slack.messages if one["channel"] == "D0ITO"]) == 1
    await slack.opens_home(ITO)
    assert len(slack.slack.made("views.publish")) == 2
    assert len([one for one in slack.slack.messages if one["channel"] == "D0ITO"]) == 1


async def test_the_messages_tab_publishes_nothing(slack: SlackDriver) -> None:
    assert await slack.opens_home(ITO, "messages") is None
    await slack.say(ITO, "こんにちは")
    assert slack.slack.made("views.publish") == []


async def test_a_stranger_reads_what_to_do(slack: SlackDriver) -> None:
    assert "名簿にお名前が見つかりません" in shown(await slack.opens_home("nobody"))


async def test_a_search_from_the_page_is_answered_as_a_message(slack: SlackDriver) -> None:
    page = await slack.opens_home(ITO)
    answer = await slack.presses_home(ITO, key(page, "home.find"), {"query": QUESTION})
    assert "なぜ" in answer[-1].text
    answer = await slack.presses_home(ITO, key(page, "home.find"), {})
    assert "どんな場面の事例を探しますか" in answer[-1].text


async def test_a_form_opens_from_the_page(slack: SlackDriver) -> None:
    page = await slack.opens_home(ITO)
    seen = await slack.presses_home(ITO, key(page, "share.start"), {})
    assert seen[-1].native["type"] == "modal"


async def test_a_stopped_draft_is_answered_from_the_page_and_not_thrown_away(
    slack: SlackDriver,
) -> None:
    sato = slack.person(SATO)
    await slack.opens_home(SATO)
    await sato.says(EVENT)
    page = slack.home(SATO)
    assert "書きかえれば公開へ進めます" in shown(page)
    assert page is not None
    stopped = key(page, "share.resume").value
    assert stopped not in [one.value for one in page.keys if one.action == "share.drop"]
    assert [one.action for one in page.keys].count("holds.mine") == 2


async def test_a_draft_a_case_and_its_withdrawal_show_on_the_page(slack: SlackDriver) -> None:
    sato = slack.person(SATO)
    await slack.opens_home(SATO)
    await sato.says(WIN)
    drafts = shown(slack.home(SATO)).partition("あなたの事例")[0]
    assert TITLE in drafts
    await sato.presses("共有する", declared=list(TICKS), show_author="yes")
    page = shown(slack.home(SATO))
    assert TITLE not in page.partition("あなたの事例")[0]
    assert TITLE in page
    assert "公開範囲: 営業所内" in page
    assert "山田" not in page
    await sato.presses("取り下げる")
    await sato.presses("取り下げる")
    assert TITLE not in shown(slack.home(SATO))


async def test_an_open_trial_shows_and_can_be_answered_on_the_page(slack: SlackDriver) -> None:
    ito = slack.person(ITO)
    await slack.opens_home(ITO)
    await ito.says(QUESTION)
    await ito.presses("試してみる")
    assert "試している事例" in shown(slack.home(ITO))
    assert "11/19ごろに" in shown(slack.home(ITO))
    told = await slack.presses_home(ITO, key(slack.home(ITO), "try.answer"), {})
    assert "実りましたね" in told[-1].text
    assert "試している事例" not in shown(slack.home(ITO))


async def test_a_break_shows_and_ends_on_the_page(slack: SlackDriver) -> None:
    page = await slack.opens_home(ITO)
    await slack.presses_home(ITO, key(page, "reflect.pause"), {})
    assert "までお休み中です" in shown(slack.home(ITO))
    await slack.presses_home(ITO, key(slack.home(ITO), "reflect.resume"), {})
    assert "お休み中" not in shown(slack.home(ITO))


async def test_a_promoter_shares_an_item_of_the_digest_from_the_page(slack: SlackDriver) -> None:
    await slack.house.go_to(12, 3)
    page = await slack.opens_home(KATO)
    assert "11月の好事例" in shown(page)
    seen = await slack.presses_home(KATO, key(page, "digest.share_item"), {})
    preview = next(one for one in seen if "この内容で営業所に共有します" in one.text)
    await slack.press(KATO, preview, key(preview, "digest.share_now"), {})
    assert len(await slack.room("kobe")) == 1
    assert "11月の好事例" not in shown(await slack.opens_home(ITO))  # not a promoter's


async def test_a_page_that_cannot_be_published_keeps_no_answer(
    slack: SlackDriver, caplog: pytest.LogCaptureFixture
) -> None:
    await slack.opens_home(ITO)
    slack.slack.script["views.publish"] = [Answer({"ok": False, "error": "internal_error"})]
    answer = await slack.say(ITO, QUESTION)
    assert "なぜ" in answer[-1].text
    assert "home tab not published: SlackApiError internal_error" in caplog.text
    assert "秘書" not in caplog.text


async def test_the_page_speaks_the_members_language(slack: SlackDriver) -> None:
    await slack.opens_home(ITO)
    async with slack.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        member = await shelf.people.member(ITO)
        assert member is not None
        member.locale, member.quiet_since = "en", date(2026, 11, 1)
    page = await slack.opens_home(ITO)
    assert "Questions are resting" in shown(page)
    assert "あなたの" not in shown(page)


def test_the_fullest_page_is_within_slacks_limits() -> None:
    own = [Own(f"c{n}", "長い題名" * 40, "公開範囲: 全社", 4, 3) for n in range(home.CASES)]
    trying = [Trying(f"t{n}", f"c{n}", "題名" * 99, "11/19") for n in range(home.TRIALS)]
    items = [{"case_id": f"c{n}", "title": "題" * 300} for n in range(3)]
    digest = {"month": "2026-11", "office": "神戸", "office_en": "Kobe", "items": items}
    drafts = [Begun(f"d{n}", "書きかけ" * 99, held=True) for n in range(home.DRAFTS)]
    for locale in ("ja", "en"):
        made = of_view(home_card(Page("加藤", drafts, own, trying, digest, "お休み中"), locale))
        check_home({"type": "home", "blocks": made})
        assert len(made) < 100
