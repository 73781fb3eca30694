"""「話し合いにする」: a case and three questions for the own office; what a hit's card holds."""

from __future__ import annotations

from itertools import groupby

from sqlalchemy import delete, select

from cases import discussions, sample
from cases.models.org import Room
from cases.reflections import bank
from cases.scope import Scope
from scheduler.models import InboxEvent
from tests.drivers.desk import DeskDriver
from tests.drivers.slack import SlackDriver
from tests.fakes.sample_cast import ITO, KATO

ASKS = "訪問規制で会えない先生に電話で会えた例は?"


async def test_a_case_is_posted_to_the_office_once_after_a_preview(slack: SlackDriver) -> None:
    kato = slack.person(KATO)
    await kato.says(ASKS)
    case_id = kato.value_of("話し合いにする")
    await kato.presses("話し合いにする", case_id)
    assert "この内容で、営業所の部屋に出します" in kato.sees
    assert await slack.room("kobe") == []
    await kato.presses("営業所に出す")
    assert "営業所の部屋に出しました" in slack.slack.messages[-2]["text"] + kato.sees
    (post,) = await slack.room("kobe")
    assert "加藤 直子さんから: この事例で話してみませんか" in post.text
    assert "1. " in post.text
    assert "3. " in post.text
    assert {"try.start", "react.helpful"} <= {key.action for key in post.keys}
    await kato.presses("話し合いにする", case_id)
    assert "今月もう営業所の話し合いに出ています" in kato.sees
    await kato.presses("営業所に出す")
    assert len(await slack.room("kobe")) == 1


async def test_what_colleagues_answer_in_its_thread_is_not_kept(slack: SlackDriver) -> None:
    kato = slack.person(KATO)
    await kato.says(ASKS)
    await kato.presses("話し合いにする")
    await kato.presses("営業所に出す")
    (post,) = await slack.room("kobe")
    async with slack.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        kept = len(list(await shelf.session.scalars(select(InboxEvent.id))))
    await slack.mutter(KATO, "病院だけの話ではないと思います", post.place)
    async with slack.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        assert len(list(await shelf.session.scalars(select(InboxEvent.id)))) == kept


async def test_without_a_room_it_says_what_to_do(desk: DeskDriver) -> None:
    async with desk.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        await shelf.session.execute(delete(Room))
    ito = desk.person(ITO)
    await ito.says(ASKS)
    await ito.presses("話し合いにする")
    assert "事務局に登録をお願いすると" in ito.sees


async def test_a_hit_is_four_blocks_and_what_is_rare_is_behind_the_dots(
    slack: SlackDriver,
) -> None:
    await slack.person(ITO).says(ASKS)
    (message,) = slack.slack.messages
    kinds = [block["type"] for block in message["blocks"]]
    hits = [list(found) for line, found in groupby(kinds, lambda kind: kind != "divider") if line]
    for blocks in hits[1:4]:
        assert blocks == ["header", "rich_text", "context", "actions"]
    rows = [block["elements"] for block in message["blocks"] if block["type"] == "actions"]
    row = next(row for row in rows if row[-1]["type"] == "overflow")
    shown = [one["text"]["text"] for one in row[:-1]]
    assert shown == ["試してみる", "参考になった", "この方に聞く", "くわしく見る"]
    behind = [option["text"]["text"] for option in row[-1]["options"]]
    assert behind == ["探していたものと違う", "話し合いにする"]


def test_the_three_questions_are_one_of_each_kind() -> None:
    by_text = {row["ja"]: row["question"] for row in bank().values()}
    for barriers in ([], ["urgency"], ["benefit.no_time"], ["unknown"]):
        asked = discussions.questions(barriers, "s071", "ja")
        assert [by_text[one] for one in asked] == ["change", "feeling", "meaning"]
    assert discussions.questions([], "s071", "ja") == discussions.questions([], "s071", "ja")
