"""Slack's payloads as neutral events, and the desk's answers on the screen, through Bolt."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.conversation.events import Open, Pressed, Replace, Said, Say
from bot.slack import blocks
from bot.views.elements import Actions, Button, Card, Field, Kind, Text
from tests.fakes.slack_api import Answer
from tests.fakes.slack_requests import (
    NOW,
    TEAM,
    command,
    direct,
    event,
    message_shortcut,
    person,
    press,
    submission,
)
from tests.fakes.slack_stage import Stage, running
from tests.fakes.slack_state import Screen

Json = dict[str, Any]
TS = f"{NOW}.000200"
ASKED: Json = {  # where a command was typed
    "aside": {"channel": "C0SALES", "thread": "", "user": "U0SATO"},
    "thread": f"slack:{TEAM}:C0SALES:",
}
FORM = Card(
    (Field("action", "やったこと", Kind.LONG, required=True),),
    title="好事例を共有",
    submit=Button("確認する", "share.check", "d1", primary=True),
)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with running() as started:
        yield started


@pytest.mark.parametrize(
    "inner",
    [
        direct("自分の返事", bot_id="B1"),
        direct("編集", subtype="message_changed"),
        direct("消した", subtype="message_deleted", hidden=True),
        direct("参加", subtype="channel_join"),
        direct("取引先です", user_team="T0OTHER"),
        direct("取引先です", team="T0OTHER"),
        direct("グループの話", channel_type="mpim"),
        {"type": "reaction_added", "user": "U0SATO"},
    ],
)
async def test_what_needs_no_answer_is_acknowledged_and_not_stored(
    stage: Stage, inner: Json
) -> None:
    assert (await stage.send(event(inner)))[0] == 200
    assert stage.desk.raws == {}


@pytest.mark.attack(22)
async def test_a_guest_of_slack_connect_presses_nothing(stage: Stage) -> None:
    pressed = press({"type": "button", "action_id": "1:try", "value": "c1"})
    pressed["user"]["team_id"] = "T0OTHER"
    assert (await stage.send(pressed))[0] == 200
    assert stage.desk.raws == {}


async def test_a_workspace_of_nobody_is_acknowledged_without_effect(stage: Stage) -> None:
    stage.desk.unknown_team = True
    assert (await stage.send(event(direct("会えました"))))[0] == 200
    assert stage.desk.heard == []


async def test_a_mention_is_answered_to_the_person_alone(stage: Stage) -> None:
    mention = direct("<@U0BOT> 訪問規制の例ある?", type="app_mention", channel="C0SALES")
    await stage.send(event(mention))
    assert stage.desk.heard == [
        Said(
            "U0SATO",
            "訪問規制の例ある?",
            {"user": "U0SATO"},
            private=False,
            source=f"slack:{TEAM}:C0SALES:{TS}",
            aside={"channel": "C0SALES", "thread": "", "user": "U0SATO"},
            thread=f"slack:{TEAM}:C0SALES:{TS}",
        )
    ]


async def test_a_button_brings_its_action_its_value_and_the_fields_of_its_card(
    stage: Stage,
) -> None:
    card = Card((Field("note", "ひとこと"), Actions((Button("送る", "trial.worked", "t1"),))))
    sent = blocks.message(card)["blocks"]
    state = {
        sent[0]["block_id"]: {
            sent[0]["element"]["action_id"]: {"type": "plain_text_input", "value": "会えた"}
        }
    }
    stage.desk.replies = [Replace(Card((Text("ありがとうございます"),)))]
    stage.slack.messages.append({"channel": "D0SATO", "ts": "1.2", **blocks.message(card)})
    await stage.send(press(sent[1]["elements"][0], state=state))
    place = {"user": "U0SATO", "channel": "D0SATO"}
    assert stage.desk.heard == [
        Pressed("U0SATO", "trial.worked", "t1", place, {"note": "会えた"}, "D0SATO/1.2")
    ]
    assert stage.slack.messages[0]["text"] == "ありがとうございます"
    assert stage.slack.tokens == {"Bearer xoxb-sato"}


async def test_a_button_behind_the_dots_brings_its_own_action(stage: Stage) -> None:
    row = Actions((), (Button("違う", "find.wrong", "q1"), Button("話す", "talk", "c1")))
    (block,) = blocks.message(Card((row,)))["blocks"]
    (menu,) = block["elements"]
    await stage.send(press({**menu, "selected_option": menu["options"][1]}, channel="C0SALES"))
    (heard,) = stage.desk.heard
    assert (heard.action, heard.value, heard.private) == ("talk", "c1", False)
    assert heard.place == {"user": "U0SATO"}


async def test_a_link_button_is_acknowledged_and_nothing_more(stage: Stage) -> None:
    (block,) = blocks.message(Card((Actions((Button("開く", "x", url="http://a.example"),)),)))[
        "blocks"
    ]
    assert (await stage.send(press(block["elements"][0])))[0] == 200
    assert stage.desk.raws == {}


async def test_a_form_opens_with_the_trigger_and_comes_back_with_its_origin(stage: Stage) -> None:
    stage.desk.replies = [Open(FORM)]
    await stage.send(press({"type": "button", "action_id": "1:share.edit"}))
    (view,) = stage.slack.views
    field_block = view["blocks"][0]
    state = {field_block["block_id"]: {field_block["element"]["action_id"]: {"value": "朝に電話"}}}
    stage.desk.replies = []
    status, text = await stage.send(submission(view, state))
    assert status == 200
    ack = json.loads(text)
    assert ack["response_action"] == "update"
    assert "確認しています" in json.dumps(ack["view"], ensure_ascii=False)
    assert stage.desk.heard[1] == Pressed(
        "U0SATO",
        "share.check",
        "d1",
        {"user": "U0SATO", "channel": "D0SATO"},
        {"action": "朝に電話"},
        "D0SATO/1.2",
        screen=True,
    )


async def test_a_form_whose_trigger_is_too_old_becomes_a_message(stage: Stage) -> None:
    stage.desk.replies = [Open(FORM)]
    stage.slack.script["views.open"] = [Answer({"ok": False, "error": "expired_trigger_id"})]
    await stage.send(command("共有"))
    (message,) = stage.slack.messages
    assert message["channel"] == "D0SATO"
    assert [block["type"] for block in message["blocks"]] == ["header", "input", "actions"]


async def test_a_form_that_answers_a_plain_message_is_a_message(stage: Stage) -> None:
    stage.desk.replies = [Open(FORM), Say(Card((Text("どうぞ"),)))]
    await stage.send(event(direct("共有したい")))
    assert [message["text"] for message in stage.slack.messages][1] == "どうぞ"
    assert stage.slack.views == []


async def test_a_button_inside_a_form_renews_the_form(stage: Stage) -> None:
    stage.desk.replies = [Open(FORM)]
    form = blocks.modal(FORM, {"user": "U0SATO"}, "")
    stage.slack.screens["V1"] = Screen("V1", "U0SATO", form, "1.hash")
    view = {**form, "id": "V1", "state": {"values": {}}}
    pressed = {
        **person(),
        "type": "block_actions",
        "container": {"type": "view", "view_id": "V1"},
        "view": view,
        "actions": [{"type": "button", "action_id": "1:more", "action_ts": "1.5"}],
    }
    await stage.send(pressed)
    assert [name for name, _ in stage.slack.calls] == ["views.update"]
    stage.desk.replies = [Replace(FORM)]
    await stage.send({**pressed, "actions": [{**pressed["actions"][0], "action_ts": "1.6"}]})
    assert [name for name, _ in stage.slack.calls] == ["views.update", "views.update"]


@pytest.mark.parametrize(
    ("typed", "action", "value"),
    [
        ("共有 A先生に会えました", "share.start", "A先生に会えました"),
        ("共有　全角の空白", "share.start", "全角の空白"),
        ("探す 訪問規制\nの例", "find.start", "訪問規制\nの例"),
        ("状態", "status.show", ""),
        ("Find visits", "find.start", "visits"),
    ],
)
async def test_the_command_names_what_it_wants(
    stage: Stage, typed: str, action: str, value: str
) -> None:
    assert await stage.send(command(typed)) == (200, "")
    assert stage.desk.heard == [
        Pressed(
            "U0SATO",
            action,
            value,
            {"user": "U0SATO"},
            private=False,
            screen=action == "share.start",
            **ASKED,
        )
    ]


@pytest.mark.parametrize("typed", ["共有した例はある?", "", "訪問できない先生"])
async def test_any_other_command_is_something_said(stage: Stage, typed: str) -> None:
    await stage.send(command(typed))
    assert stage.desk.heard == [Said("U0SATO", typed, {"user": "U0SATO"}, private=False, **ASKED)]


async def test_the_message_shortcut_brings_text_link_and_poster(stage: Stage) -> None:
    await stage.send(message_shortcut("A先生に&lt;会えた&gt;"))
    (heard,) = stage.desk.heard
    assert (heard.action, heard.value) == ("share.from_message", "A先生に<会えた>")
    assert heard.fields == {
        "permalink": "https://hibiki.slack.com/archives/C0SALES/p1799999999000300",
        "poster": "U0KATO",
    }


async def test_the_global_shortcut_starts_sharing(stage: Stage) -> None:
    await stage.send({**person(), "type": "shortcut", "callback_id": "share.start"})
    assert stage.desk.heard == [
        Pressed("U0SATO", "share.start", "", {"user": "U0SATO"}, screen=True)
    ]
    await stage.send({**person(), "type": "shortcut", "callback_id": "unknown"})
    assert len(stage.desk.heard) == 1


async def test_opening_the_bots_page_is_a_first_meeting(stage: Stage) -> None:
    opened = {"type": "app_home_opened", "user": "U0SATO", "channel": "D0SATO", "tab": "home"}
    await stage.send(event(opened))
    (heard,) = stage.desk.heard
    assert heard.place == {"user": "U0SATO", "channel": "D0SATO"}


@pytest.mark.parametrize("knows", [True, False])
@pytest.mark.parametrize("code", ["ratelimited", "message_not_found", "cant_update_message"])
async def test_a_card_that_cannot_change_is_said_and_the_other_answers_follow(
    stage: Stage, code: str, knows: bool
) -> None:
    cards = [Card((Text(words),)) for words in ("登録しました", "次の質問です")]
    stage.desk.replies, stage.desk.knows = [Replace(card) for card in cards], knows
    stage.slack.script["chat.update"] = [Answer({"ok": False, "error": code})] * 2
    await stage.send(press({"type": "button", "action_id": "1:go"}))
    assert stage.desk.owed == cards
    said = [] if knows else ["登録しました", "次の質問です"]
    assert [one["text"] for one in stage.slack.messages] == said


async def test_a_failing_message_does_not_end_the_answers(stage: Stage) -> None:
    stage.desk.replies = [Say(Card((Text(words),))) for words in ("一", "二")]
    stage.slack.script["chat.postMessage"] = [Answer(status=503)]
    await stage.send(event(direct("設定")))
    assert [one["text"] for one in stage.slack.messages] == ["二"]


async def test_a_failing_reply_is_logged_without_a_word_of_the_message(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    stage.desk.replies = [Replace(Card((Text("山田先生の件"),)))]
    stage.slack.script["chat.update"] = [Answer({"ok": False, "error": "invalid_blocks"})]
    await stage.send(press({"type": "button", "action_id": "1:go"}))
    assert "slack screen failed: DeliveryFailed invalid_blocks" in caplog.text
    assert "山田" not in caplog.text
    assert "xoxb" not in caplog.text
