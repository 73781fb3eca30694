"""The question and the digest in Slack: answered in the message or on a screen, left in three ways,
and an item of the digest brought to the office."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from cases import sample
from cases.models.talk import Reflection
from cases.scope import Scope
from tests.drivers.slack import SlackDriver
from tests.fakes.sample_cast import ABE, KATO


async def kept(slack: SlackDriver, who: str) -> list[Any]:
    async with slack.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        mine = select(Reflection).where(Reflection.member_id == who)
        return list(await shelf.session.scalars(mine.order_by(Reflection.asked_on)))


def dm(slack: SlackDriver, who: str) -> list[Any]:
    return [one for one in slack.slack.messages if one["channel"] == f"D0{who.upper()}"]


async def asked(slack: SlackDriver) -> Any:
    """The planner's own question, as it lies in the direct message."""
    abe = slack.person(ABE)
    await abe.says("こんにちは")  # the chat is where he was seen last
    await slack.house.go_to(11, 13)
    assert "今回の問い" in await abe.opens_mail()
    return abe


async def test_a_question_is_answered_by_one_tap_in_the_message(slack: SlackDriver) -> None:
    abe = await asked(slack)
    number = len(dm(slack, ABE))
    tap = next(key for key in abe.screens[-1].keys if key.action == "reflect.tap")
    await abe.presses(tap.label)
    assert "あなただけに見えています" in dm(slack, ABE)[-1]["text"]
    assert len(dm(slack, ABE)) == number  # the question itself has changed
    assert (await kept(slack, ABE))[-1].state == "answered"


async def test_a_question_is_answered_on_a_screen(slack: SlackDriver) -> None:
    abe = await asked(slack)
    await abe.presses("ひとこと書く")
    (form,) = [screen.view for screen in slack.slack.screens.values()]
    assert form["type"] == "modal"
    await abe.presses("ひとこと書く", text="朝の電話に変えた")
    assert "あなただけに見えています" in dm(slack, ABE)[-1]["text"]
    assert (await kept(slack, ABE))[-1].state == "answered"


async def test_a_question_that_is_passed_is_gone_from_the_message(slack: SlackDriver) -> None:
    abe = await asked(slack)
    await abe.presses("今回はパス")
    assert "今回はお休みですね" in dm(slack, ABE)[-1]["text"]
    assert "actions" not in {block["type"] for block in dm(slack, ABE)[-1]["blocks"]}
    assert (await kept(slack, ABE))[-1].state == "passed"


async def test_a_question_put_off_comes_again_next_week(slack: SlackDriver) -> None:
    abe = await asked(slack)
    await abe.presses("来週にする")
    assert "来週にまたうかがいます" in dm(slack, ABE)[-1]["text"]
    await slack.house.go_to(11, 16)
    assert "今回の問い" in await abe.opens_mail()


async def test_a_break_is_said_and_kept(slack: SlackDriver) -> None:
    abe = await asked(slack)
    await abe.presses("しばらく休む")
    assert "しばらくお声がけを控えます" in dm(slack, ABE)[-1]["text"]
    async with slack.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        member = await shelf.people.member(ABE)
        assert member is not None
        assert member.paused_until is not None


async def test_an_item_of_the_digest_goes_to_the_office_after_a_preview(
    slack: SlackDriver,
) -> None:
    kato = slack.person(KATO)
    await kato.says("こんにちは")
    await slack.house.go_to(12, 3)
    assert "11月の好事例" in await kato.opens_mail()
    value = kato.value_of("営業所で共有")
    await kato.presses("営業所で共有", value)
    assert "この内容で営業所に共有します" in kato.sees
    assert await slack.room("kobe") == []
    await kato.presses("共有する", value)
    (post,) = await slack.room("kobe")
    assert "加藤 直子さんからの紹介です" in post.text
    assert "営業所に共有しました" in str([one["text"] for one in dm(slack, KATO)])
    await kato.presses("営業所で共有", value)
    await kato.presses("共有する", value)
    assert len(await slack.room("kobe")) == 1
