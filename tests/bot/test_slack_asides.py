"""Asked in a channel: only the asker sees the answer there, and everybody after one tap."""

from __future__ import annotations

from typing import Any, cast

import pytest

from bot.slack import SlackPlatform, asides
from bot.views.elements import Card
from cases import sample
from cases.scope import Scope
from scheduler.models import Delivery, DeliveryState, InboxEvent
from tests.drivers.screen import Screen
from tests.drivers.slack import CREDENTIALS, SALES, SlackDriver
from tests.fakes.sample_cast import ABE, ITO, QUESTION, SATO, WIN
from tests.fakes.slack_api import Answer

ASKS = "訪問規制で会えない先生に電話で会えた例は?"
THREAD = "1799999999.000100"


@pytest.fixture
def slack(slack: SlackDriver) -> SlackDriver:
    for who in (SATO, ABE, ITO):
        slack.person(who)
    return slack


async def rows(slack: SlackDriver, table: Any) -> list[Any]:
    from sqlalchemy import select  # tests may look

    async with slack.house.hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        return list(await shelf.session.scalars(select(table)))


def posted(slack: SlackDriver) -> list[dict[str, Any]]:
    """What the bot posted where more than one person or a direct message sees it."""
    return [one for one in slack.slack.messages if one["user"] == "U0BOT"]


def key(screen: Screen, action: str) -> Any:
    return next(one for one in screen.keys if one.action == action)


async def test_a_question_in_a_channel_is_answered_there_to_its_asker_alone(
    slack: SlackDriver,
) -> None:
    (seen,) = await slack.mention(ITO, ASKS)
    (whisper,) = slack.slack.ephemerals
    assert (whisper["channel"], whisper["user"]) == (SALES, "U0ITO")
    assert "thread_ts" not in whisper  # Slack shows none in a thread that nobody has begun
    assert posted(slack) == []
    assert "なぜ" in seen.text
    assert "あなただけに見えています" in seen.text


async def test_in_a_thread_the_answer_is_in_the_thread(slack: SlackDriver) -> None:
    await slack.mention(ITO, ASKS, THREAD)
    assert [one["thread_ts"] for one in slack.slack.ephemerals] == [THREAD]


async def test_a_command_in_a_channel_is_answered_there_too(slack: SlackDriver) -> None:
    (seen,) = await slack.command(ITO, f"探す {ASKS}")
    assert [one["channel"] for one in slack.slack.ephemerals] == [SALES]
    assert key(seen, "find.tell")


async def test_a_command_in_a_direct_message_is_answered_in_the_bots_own(
    slack: SlackDriver,
) -> None:
    (seen,) = await slack.command(ITO, f"探す {ASKS}", room="D0OTHERS")
    assert slack.slack.ephemerals == []
    assert [one["channel"] for one in posted(slack)] == ["D0ITO"]
    assert "find.tell" not in {one.action for one in seen.keys}


async def test_everybody_sees_the_answer_once_after_one_tap(slack: SlackDriver) -> None:
    (seen,) = await slack.mention(ITO, ASKS)
    said = slack.said
    await slack.press(ITO, seen, key(seen, "find.tell"), {})
    (told,) = posted(slack)
    assert (told["channel"], told["thread_ts"]) == (SALES, said)
    actions = {one["action_id"].partition(":")[2] for one in _elements(told)}
    assert actions >= {"try.start", "react.helpful", "react.ask_author"}
    assert not actions & {"find.without", "find.tell", "find.more", "wish.ask"}
    text = str(told["blocks"])
    assert "合っている点" in text
    assert "読み取った条件" not in text
    assert "伊藤 花さんが共有した事例です" in text
    again = await slack.press(ITO, seen, key(seen, "find.tell"), {})
    assert "もうみんなに共有してあります" in again[0].text
    assert len(posted(slack)) == 1


async def test_what_an_office_keeps_to_itself_is_not_shared_in_a_channel(
    slack: SlackDriver,
) -> None:
    sato = slack.person(SATO)
    await sato.says(WIN)
    ticks = ["no_events", "not_identifiable", "reviewed_material"]
    await sato.presses("共有する", declared=ticks, show_author="yes")
    case_id = sato.value_of("取り下げる")
    await slack.house.embed()
    (seen,) = await slack.mention(ABE, QUESTION)
    assert case_id in {one.value for one in seen.keys}
    assert case_id not in key(seen, "find.tell").value
    own = key(seen, "find.tell")
    forged = type(own)(own.label, own.action, f"|{case_id}", {**own.native, "value": f"|{case_id}"})
    answer = await slack.press(ABE, seen, forged, {})
    assert "E-" in answer[0].text
    assert all(one["channel"] != SALES for one in posted(slack))


async def test_where_another_company_reads_along_nothing_is_shared(slack: SlackDriver) -> None:
    slack.outsiders = True
    (seen,) = await slack.mention(ITO, ASKS)
    assert "なぜ" in seen.text
    assert "find.tell" not in {one.action for one in seen.keys}


@pytest.mark.parametrize("shared", ["is_ext_shared", "is_pending_ext_shared"])
async def test_slack_is_asked_who_reads_along_before_anything_is_shared(
    slack: SlackDriver, shared: str
) -> None:
    (seen,) = await slack.command(ITO, f"探す {ASKS}")  # a command does not tell of Slack Connect
    slack.slack.rooms[SALES].shared = shared
    (told,) = await slack.press(ITO, seen, key(seen, "find.tell"), {})
    assert "社外の方もいる" in told.text
    assert "E-34" in told.text
    assert posted(slack) == []
    slack.slack.rooms[SALES].shared = "is_org_shared"
    await slack.press(ITO, seen, key(seen, "find.tell"), {})
    assert [one["channel"] for one in posted(slack)] == [SALES]


async def test_where_slack_does_not_tell_who_reads_along_nothing_is_shared(
    slack: SlackDriver,
) -> None:
    (seen,) = await slack.command(ITO, f"探す {ASKS}")
    slack.slack.grants["xoxb-hitotsubu"].discard("channels:read")  # the minimum manifest
    (told,) = await slack.press(ITO, seen, key(seen, "find.tell"), {})
    assert "全機能のマニフェスト" in told.text
    assert "E-35" in told.text
    assert posted(slack) == []


async def test_what_could_not_be_shared_shows_no_button_for_it(slack: SlackDriver) -> None:
    slack.slack.rooms[SALES].shared = "is_ext_shared"
    (seen,) = await slack.command(ITO, f"探す {ASKS}")
    assert "find.tell" not in {one.action for one in seen.keys}
    slack.slack.grants["xoxb-hitotsubu"].discard("channels:read")
    (seen,) = await slack.mention(ITO, ASKS)
    assert "find.tell" not in {one.action for one in seen.keys}


def test_a_threads_time_is_only_used_in_its_own_room() -> None:
    def place(about: str) -> Any:
        aside = {"channel": SALES, "everyone": True, "about": about}
        return asides.unpacked(asides.payload(Card(()), aside, 0.0))[1]

    assert place(asides.name("T0", SALES, THREAD)) == {"channel": SALES, "thread_ts": THREAD}
    assert place(asides.name("T0", "C0OTHER", THREAD)) == {"channel": SALES}
    assert place("") == {"channel": SALES}


async def test_where_the_bot_is_not_it_answers_in_the_direct_message_and_says_so(
    slack: SlackDriver,
) -> None:
    slack.slack.rooms[SALES].bot_in = False
    seen = (await slack.mention(ITO, ASKS))[-1]
    (message,) = posted(slack)
    assert message["channel"] == "D0ITO"
    assert "そのチャンネルではお見せできなかった" in seen.text
    assert "find.tell" not in {one.action for one in seen.keys}
    (row,) = [one for one in await rows(slack, Delivery) if one.kind == "reply"]
    assert (row.state, row.attempts) == (DeliveryState.SENT, 1)


async def test_an_answer_that_may_be_lost_goes_to_the_direct_message_and_never_twice_to_the_channel(
    slack: SlackDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    slack.slack.script["chat.postEphemeral"] = [Answer({"ok": False, "error": "internal_error"})]
    await slack.mention(ITO, ASKS)
    (row,) = [one for one in await rows(slack, Delivery) if one.kind == "reply"]
    assert row.state is DeliveryState.UNKNOWN
    platform = cast(SlackPlatform, slack.house.hub.platforms["slack"])
    assert await platform.look_back(CREDENTIALS, {"user": "U0ITO"}, row.payload, row.id, 0) == []
    later = asides.AT_ONCE + 35  # the ledger looks back after 95 s, and sends again
    began = platform._now()
    monkeypatch.setattr(platform, "_now", lambda: began + later)
    await platform.send(CREDENTIALS, {"user": "U0ITO"}, row.payload, row.id)
    (message,) = posted(slack)
    assert message["channel"] == "D0ITO"
    assert len(slack.slack.made("chat.postEphemeral")) == 1
    found = await platform.look_back(CREDENTIALS, {"user": "U0ITO"}, row.payload, row.id, 0)
    assert found == [f"D0ITO/{message['ts']}"]


async def test_a_rate_limit_in_the_channel_waits_and_is_no_reason_for_a_direct_message(
    slack: SlackDriver,
) -> None:
    limited = Answer({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "3"})
    slack.slack.script["chat.postEphemeral"] = [limited]
    await slack.mention(ITO, ASKS)
    (row,) = [one for one in await rows(slack, Delivery) if one.kind == "reply"]
    assert (row.state, row.outcome) == (DeliveryState.READY, "ratelimited")
    assert posted(slack) == []


async def test_a_button_in_the_hidden_answer_is_answered_beside_it(slack: SlackDriver) -> None:
    (seen,) = await slack.mention(ITO, ASKS, THREAD)
    (told,) = await slack.press(ITO, seen, key(seen, "try.start"), {})
    assert "試してみるに登録しました" in told.text
    assert slack.slack.ephemerals[-1]["thread_ts"] == THREAD


async def test_a_hidden_card_is_replaced_through_slacks_own_address(slack: SlackDriver) -> None:
    (seen,) = await slack.mention(ITO, "振り返り")
    await slack.press(ITO, seen, key(seen, "reflect.pass"), {})
    (made,) = slack.slack.ephemerals  # the question is gone
    assert "今回はお休みですね" in made["text"]
    assert slack.slack.made("chat.update") == []


async def test_without_that_address_the_new_card_is_said(slack: SlackDriver) -> None:
    (seen,) = await slack.mention(ITO, "振り返り")
    slack.hook = "https://evil.example/hook"
    await slack.press(ITO, seen, key(seen, "reflect.pass"), {})
    assert len(slack.slack.ephemerals) == 1
    assert ["今回はお休みですね" in one["text"] for one in posted(slack)] == [True]


async def test_what_has_to_be_filled_in_goes_to_the_direct_message(slack: SlackDriver) -> None:
    await slack.mention(SATO, WIN)
    (preview,) = posted(slack)
    assert preview["channel"] == "D0SATO"
    (whisper,) = slack.slack.ephemerals
    assert "ダイレクトメッセージ" in whisper["text"]
    assert "山田" not in str(whisper)


def test_only_slacks_own_addresses_are_answered() -> None:
    api = "https://slack.com/api/"
    assert asides.ours("https://hooks.slack.com/actions/T0/1/abc", api)
    assert asides.ours("https://hooks.slack-gov.com/actions/T0/1/abc", api)
    for url in (
        "http://hooks.slack.com/actions/T0/1/abc",
        "https://hooks.slack.com.evil.example/",
        "https://hooks.slack.com:8443/",
        "https://evil.example/hooks.slack.com",
        "https://user@169.254.169.254/",
        "https://[broken",
        "",
    ):
        assert not asides.ours(url, api), url


def _elements(message: dict[str, Any]) -> list[Any]:
    return [
        one
        for block in message["blocks"]
        for one in block.get("elements", [])
        if block["type"] == "actions" and "action_id" in one
    ]


async def test_nothing_of_a_channel_is_kept_where_nobody_asked(slack: SlackDriver) -> None:
    await slack.mutter(ITO, "病院だけ", THREAD)
    await slack.mutter(ITO, "今日のお昼どうします?")
    assert await rows(slack, InboxEvent) == []
