"""Sharing on Slack's own screens: open in time, nothing lost, what is missing said on its field."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.slack import limits
from cases.embedding.bundled import BundledEncoder
from tests.drivers.doors import slack_door
from tests.drivers.slack import SlackDriver
from tests.fakes.sample_cast import ABE, EVENT, KATO, SATO, TICKS, WIN
from tests.fakes.slack_api import Answer
from tests.fakes.slack_forms import (
    SlowEncoder,
    closed,
    drafts,
    inputs,
    messages,
    presses,
    sent,
    shown,
    types,
    until,
    words,
)
from tests.fakes.slack_requests import command, message_shortcut, person

Json = dict[str, Any]
SHORTCUT: Json = {**person(), "type": "shortcut", "callback_id": "share.start"}
ACTION = "訪問規制で会えない先生への電話を16時に変えました。"
RESULT = "初めて5分お話しできました。"


@pytest.fixture
def slow(encoder: BundledEncoder) -> SlowEncoder:
    return SlowEncoder(encoder)


@pytest.fixture
async def slack(
    company_file: Path, tmp_path: Path, slow: SlowEncoder, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[SlackDriver]:
    monkeypatch.setattr(limits, "SETTLES", 0.0)
    async with slack_door(company_file, tmp_path, slow) as driver:  # type: ignore[arg-type] # it encodes as the bundled one
        assert isinstance(driver, SlackDriver)
        for who in (SATO, ABE, KATO):
            driver.person(who)
        yield driver
        slow.gate.set()


BEGINNINGS = {
    "command": command(f"共有 {WIN}"),
    "message shortcut": message_shortcut(WIN, f"U0{SATO.upper()}"),
}


@pytest.mark.parametrize("beginning", BEGINNINGS)
async def test_a_screen_opens_within_its_trigger_while_the_encoder_takes_five_seconds(
    slack: SlackDriver, slow: SlowEncoder, monkeypatch: pytest.MonkeyPatch, beginning: str
) -> None:
    monkeypatch.setattr(limits, "PATIENCE", 0.0)
    slow.gate.clear()
    await slack.send(SATO, BEGINNINGS[beginning])
    await until(lambda: slack.slack.made("views.open"))
    await until(lambda: slack.slack.screens)
    assert "確認しています" in words(shown(slack))
    slack.slack.clock += 5.0  # the trigger is dead by now
    slow.gate.set()
    await slack.mail(SATO)
    assert len(slack.slack.made("views.open")) == 1
    fields = inputs(shown(slack))
    assert "16時に変えてみました" in fields["action"]["element"]["initial_value"]
    assert "5分お話しできました" in fields["result"]["element"]["initial_value"]
    assert not fields["action"]["optional"]
    assert not fields["result"]["optional"]


async def test_an_empty_form_opens_while_others_are_thought_about(
    slack: SlackDriver, slow: SlowEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PATIENCE", 0.0)
    slow.gate.clear()
    for who in (ABE, KATO):
        await slack.send(who, command(f"共有 {WIN}"))
    await until(lambda: len(slack.slack.screens) == 2)
    await slack.send(SATO, SHORTCUT)
    await until(lambda: len(slack.slack.screens) == 3)
    slack.slack.clock += 5.0
    slow.gate.set()
    await slack.mail(SATO)
    mine = next(one for one in slack.slack.screens.values() if one.user == "U0SATO")
    assert {"action", "result"} <= inputs(mine.view).keys()


async def test_a_quick_form_opens_at_once_and_only_once(
    slack: SlackDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PATIENCE", 60.0)
    await slack.act(SATO, command("共有"))
    assert [name for name, _ in slack.slack.calls if name.startswith("views.")] == ["views.open"]
    assert "確認しています" not in words(slack.slack.views)


async def test_a_screen_that_was_closed_while_it_waited_leaves_a_draft(
    slack: SlackDriver, slow: SlowEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PATIENCE", 0.0)
    slow.gate.clear()
    await slack.send(SATO, command(f"共有 {WIN}"))
    await until(lambda: slack.slack.screens)
    slack.slack.screens.clear()
    slow.gate.set()
    (said,) = messages(await slack.mail(SATO))
    assert "下書きに保存しました" in said.text
    assert len(await drafts(SATO, slack)) == 1
    resume = next(key for key in said.keys if key.label == "続きを書く")
    await slack.press(SATO, said, resume, {})
    assert "16時に変えてみました" in inputs(shown(slack))["action"]["element"]["initial_value"]


async def test_an_old_trigger_leaves_a_draft_and_a_way_back_to_it(slack: SlackDriver) -> None:
    payload = command(f"共有 {WIN}")
    slack.slack.clock += 10.0
    await slack.send(SATO, payload)
    for trigger in slack.slack.triggers.values():
        trigger.at -= 10.0
    (said,) = messages(await slack.mail(SATO))
    assert "下書きに保存しました" in said.text
    assert len(await drafts(SATO, slack)) == 1


@pytest.mark.parametrize(
    ("method", "instead"),
    [("views.open", "下書きに保存しました"), ("views.update", "このように公開されます")],
)
async def test_a_screen_that_slack_fails_to_show_becomes_a_message(
    slack: SlackDriver, monkeypatch: pytest.MonkeyPatch, method: str, instead: str
) -> None:
    monkeypatch.setattr(limits, "PATIENCE", 60.0)
    failing = {method: [Answer({"ok": False, "error": "internal_error"}) for _ in range(9)]}
    if method == "views.open":
        slack.slack.script = failing
    await slack.act(SATO, command(f"共有 {WIN}"))
    if method == "views.update":
        slack.slack.script = failing
        await slack.act(SATO, sent(shown(slack)))
    (message,) = slack.slack.messages
    assert instead in words(message)
    assert len(await drafts(SATO, slack)) == 1


async def test_a_case_is_shared_with_a_text_and_six_taps(slack: SlackDriver) -> None:
    await slack.act(SATO, command(f"共有 {WIN}"))
    ack = json.loads(await slack.send(SATO, sent(shown(slack))))  # tap 1
    assert ack["response_action"] == "update"
    assert "確認しています" in words(ack["view"])
    await slack.mail(SATO)
    preview = shown(slack)
    assert "公開前に" in words(preview)
    assert "山田先生" not in words(preview)
    assert preview["submit"]["text"] == "共有する"
    taps = sent(preview, declared=list(TICKS), show_author="no")  # taps 2 to 5
    screens = await slack.act(SATO, taps)  # tap 6
    assert "公開しました" in words(shown(slack))
    (message,) = messages(screens)
    assert "公開しました" in message.text  # the screen closes, the message stays
    assert await drafts(SATO, slack) == []


@pytest.mark.parametrize(
    ("locale", "missing", "long"),
    [("ja", "を書いてから", "500字まで"), ("en", "Please fill in", "500 characters")],
)
async def test_what_a_form_lacks_is_said_on_its_fields_and_nothing_is_kept(
    slack: SlackDriver, locale: str, missing: str, long: str
) -> None:
    await slack.act(SATO, command("共有"))
    view = shown(slack)
    view["private_metadata"] = json.dumps({**json.loads(view["private_metadata"]), "l": locale})
    ack = json.loads(await slack.send(SATO, sent(view, action="あ" * 501, result=" 　")))
    fields = inputs(view)
    assert ack["response_action"] == "errors"
    assert long in ack["errors"][fields["action"]["block_id"]]
    assert missing in ack["errors"][fields["result"]["block_id"]]
    assert await slack.mail(SATO) == []
    assert await drafts(SATO, slack) == []


async def test_too_many_choices_are_refused_and_not_cut(slack: SlackDriver) -> None:
    await slack.act(SATO, command("共有"))
    view = shown(slack)
    listed = inputs(view)["area"]["element"]["options"]
    area = [option["value"] for option in listed[:3]]
    filled = sent(view, action=ACTION, result=RESULT, area=area)
    ack = json.loads(await slack.send(SATO, filled))
    assert "2つまで" in ack["errors"][inputs(view)["area"]["block_id"]]


@pytest.mark.parametrize(("ticked", "left"), [(0, 3), (1, 2), (2, 1)])
async def test_missing_ticks_are_said_beside_the_ticks(
    slack: SlackDriver, ticked: int, left: int
) -> None:
    await slack.act(SATO, command("共有"))
    await slack.act(SATO, sent(shown(slack), action=ACTION, result=RESULT))
    view = shown(slack)
    ack = json.loads(await slack.send(SATO, sent(view, declared=list(TICKS[:ticked]))))
    block = inputs(view)["declared"]["block_id"]
    assert f"{left}つ残っています" in ack["errors"][block]
    assert len(await drafts(SATO, slack)) == 1


async def test_a_form_that_reports_an_event_shows_the_way_to_report_and_says_it_too(
    slack: SlackDriver,
) -> None:
    await slack.act(SATO, command("共有"))
    screens = await slack.act(SATO, sent(shown(slack), action=EVENT, result=RESULT))
    assert "安全性部門へ報告してください" in words(shown(slack))
    assert "安全性部門へ報告してください" in messages(screens)[0].text


async def test_a_filled_form_that_is_closed_stays_a_draft(slack: SlackDriver) -> None:
    await slack.act(SATO, command(f"共有 {WIN}"))
    (said,) = messages(await slack.act(SATO, closed(slack)))
    assert "下書きに保存しました" in said.text
    assert len(await drafts(SATO, slack)) == 1


async def test_a_preview_that_is_closed_stays_a_draft_and_an_empty_form_leaves_nothing(
    slack: SlackDriver,
) -> None:
    await slack.act(SATO, command("共有"))
    assert await slack.act(SATO, closed(slack)) == []
    assert await drafts(SATO, slack) == []
    await slack.act(SATO, command("共有"))
    await slack.act(SATO, sent(shown(slack), action=ACTION, result=RESULT))
    (said,) = messages(await slack.act(SATO, closed(slack)))
    assert "下書きに保存しました" in said.text
    assert len(await drafts(SATO, slack)) == 1


async def test_what_was_typed_and_never_sent_is_a_draft_when_the_form_is_closed(
    slack: SlackDriver,
) -> None:
    await slack.act(SATO, command("共有"))
    for text in (ACTION[:1], ACTION):
        await types(slack, "action", text)
    assert await slack.mail(SATO) == []
    (said,) = messages(await slack.act(SATO, closed(slack)))
    assert "下書きに保存しました" in said.text
    (draft,) = await drafts(SATO, slack)
    assert draft.values["action"] == ACTION


async def test_a_form_that_was_sent_back_and_closed_is_a_draft(slack: SlackDriver) -> None:
    await slack.act(SATO, command("共有"))
    await slack.act(
        SATO, sent(shown(slack), action=ACTION, result="", situation="夕方の外来のあと")
    )
    assert await drafts(SATO, slack) == []
    await slack.act(SATO, closed(slack))
    (draft,) = await drafts(SATO, slack)
    assert draft.values["situation"] == "夕方の外来のあと"


async def test_a_published_screen_closes_without_a_word(slack: SlackDriver) -> None:
    await slack.act(SATO, command("共有"))
    await slack.act(SATO, sent(shown(slack), action=ACTION, result=RESULT))
    await slack.act(SATO, sent(shown(slack), declared=list(TICKS), show_author="no"))
    assert await slack.act(SATO, closed(slack)) == []


async def test_a_form_that_a_dead_process_left_is_answered_as_a_message(
    slack: SlackDriver,
) -> None:
    await slack.act(SATO, command("共有"))
    reception = slack.house.hub.reception
    view = shown(slack)
    payload = {**sent(view, action=ACTION, result=RESULT)}
    payload["user"] = {**payload["user"], "id": "U0SATO"}
    kept = await reception.keep("slack", payload["team"]["id"], "view:dead", payload)
    assert kept is not None
    await reception.receive(reception.events.pop(kept.event_id))
    (said,) = messages(await slack.mail(SATO))
    assert "このように公開されます" in said.text
    assert len(await drafts(SATO, slack)) == 1


async def test_the_original_message_is_named_and_linked_for_its_author_alone(
    slack: SlackDriver,
) -> None:
    await slack.act(SATO, message_shortcut(WIN, "U0SATO"))
    assert slack.slack.made("chat.getPermalink")
    form = words(shown(slack))
    assert "Slack に残ります" in form
    assert "元のメッセージを開く" in form
    assert "https://" in form
    await slack.act(SATO, sent(shown(slack)))
    await slack.act(SATO, sent(shown(slack), declared=list(TICKS), show_author="no"))
    assert "元のメッセージを開く" not in words(shown(slack))


async def test_a_preview_is_edited_and_dropped_on_its_screen(slack: SlackDriver) -> None:
    await slack.act(SATO, command("共有"))
    await slack.act(SATO, sent(shown(slack), action=ACTION, result=RESULT))
    await presses(slack, "直す")
    assert inputs(shown(slack))["action"]["element"]["initial_value"] == ACTION
    await slack.act(SATO, sent(shown(slack), action="電話を17時に変えました。"))
    assert "17時" in words(shown(slack))
    await presses(slack, "取りやめる")
    assert "取りやめました" in words(shown(slack))
    assert await drafts(SATO, slack) == []


async def test_a_message_with_a_preview_follows_what_its_screen_does(slack: SlackDriver) -> None:
    sato = slack.person(SATO)
    await sato.says(WIN)
    await sato.presses("直す")
    await slack.act(SATO, sent(shown(slack), action=ACTION, result=RESULT))
    assert "このように公開されます" in words(slack.slack.messages[-1])
    assert RESULT[:8] in words(slack.slack.messages[-1])
    await slack.act(SATO, sent(shown(slack), declared=list(TICKS), show_author="no"))
    assert "公開しました" in words(slack.slack.messages[-1])
    assert len([m for m in slack.slack.messages if "公開しました" in words(m)]) == 1


async def test_a_form_over_a_preview_that_is_closed_leaves_the_preview_as_it_was_typed(
    slack: SlackDriver,
) -> None:
    sato = slack.person(SATO)
    await sato.says(WIN)
    for key, text in (("", ""), ("action", ACTION)):
        await sato.presses("直す")
        if key:
            await types(slack, key, text)
        await slack.act(SATO, closed(slack))
    (message,) = slack.slack.messages
    assert ACTION in words(message)


async def test_a_draft_of_the_list_goes_on_beside_it(slack: SlackDriver) -> None:
    sato = slack.person(SATO)
    await slack.act(SATO, command(f"共有 {WIN}"))
    slack.slack.screens.clear()
    await sato.says("下書き")
    (draft,) = await drafts(SATO, slack)
    await sato.presses("続きを書く", draft.id)
    assert "16時に変えてみました" in inputs(shown(slack))["action"]["element"]["initial_value"]
    await slack.act(SATO, sent(shown(slack)))
    await slack.act(SATO, sent(shown(slack), declared=list(TICKS), show_author="no"))
    listed, published = slack.slack.messages
    assert "書きかけの下書き" in words(listed)
    assert "公開しました" in words(published)


async def test_a_press_on_a_screen_that_is_answered_in_the_chat_says_so(
    slack: SlackDriver,
) -> None:
    await slack.act(SATO, command("共有"))
    await slack.act(SATO, sent(shown(slack), action=ACTION, result=RESULT))
    await slack.act(SATO, sent(shown(slack), declared=list(TICKS), show_author="no"))
    await presses(slack, "取り下げる")
    assert "メッセージでお届けします" in words(shown(slack))
    assert "取り下げますか" in words(slack.slack.messages[-1])


async def test_a_published_case_is_edited_on_a_screen(slack: SlackDriver) -> None:
    sato = slack.person(SATO)
    await sato.says(WIN)
    await sato.presses("共有する", declared=list(TICKS), show_author="no")
    await sato.presses("直す")
    view = shown(slack)
    assert "16時に変えてみました" in inputs(view)["action"]["element"]["initial_value"]
    await slack.act(SATO, sent(view, result=RESULT))
    await slack.act(SATO, sent(shown(slack), declared=list(TICKS)))
    assert "直した内容で公開しました" in words(shown(slack))


@pytest.mark.parametrize(
    "text",
    ["あ" * 10_000, "👨‍👩‍👧‍👦" * 1_250, "会えました。🎉" * 1_400, "\u200d" * 2_000 + "会えました"],
)
async def test_a_text_of_any_length_makes_a_form_that_slack_takes(
    slack: SlackDriver, text: str
) -> None:
    await slack.act(SATO, command(f"共有 {text}"))
    assert slack.slack.complaints == []
    view = shown(slack)
    if len(text) == 10_000:
        assert "はじめの3000字だけ" in words(view)
        assert "500字までです" in words(view)
    ack = json.loads(await slack.send(SATO, sent(view, result=RESULT)))
    assert ack["response_action"] in ("errors", "update")
