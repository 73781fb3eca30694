"""Sharing on Slack's own screens: open in time, nothing lost, what is missing said on its field."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.slack import ids, limits
from cases import sample
from cases.embedding import Vectors
from cases.embedding.bundled import BundledEncoder
from cases.scope import Scope
from tests.drivers.doors import slack_door
from tests.drivers.screen import Screen
from tests.drivers.slack import SlackDriver
from tests.fakes import slack_views
from tests.fakes.sample_cast import ABE, EVENT, KATO, SATO, TICKS, WIN
from tests.fakes.slack_requests import command, message_shortcut, person

Json = dict[str, Any]
SHORTCUT: Json = {**person(), "type": "shortcut", "callback_id": "share.start"}
ACTION = "訪問規制で会えない先生への電話を16時に変えました。"
RESULT = "初めて5分お話しできました。"


class SlowEncoder:
    """The bundled encoder behind a gate: while it is shut, nothing is encoded."""

    def __init__(self, inner: BundledEncoder) -> None:
        self.inner = inner
        self.name, self.size = inner.name, inner.size
        self.gate = threading.Event()
        self.gate.set()

    def encode(self, texts: Sequence[str]) -> Vectors:
        assert self.gate.wait(60)
        return self.inner.encode(texts)

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        assert self.gate.wait(60)
        return self.inner.encode_query(texts)


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


async def until(true: Callable[[], object]) -> None:
    """Lets the others go on until something is so."""
    async with asyncio.timeout(60):
        while not true():  # noqa: ASYNC110  it is about the fake's state, which sets no event
            await asyncio.sleep(0)


def shown(slack: SlackDriver) -> Json:
    """The one screen that is open now, as Slack tells it."""
    (screen,) = slack.slack.screens.values()
    return slack_views.told(screen)


def words(view: Any) -> str:
    return json.dumps(view, ensure_ascii=False)


def inputs(view: Json) -> dict[str, Json]:
    """The inputs of a view by the key of their field."""
    found = [block for block in view["blocks"] if block["type"] == "input"]
    return {ids.name_of(block["element"]["action_id"]): block for block in found}


def state(view: Json, **fields: str | list[str]) -> Json:
    """What Slack sends of the inputs when these were filled in."""
    made: Json = {}
    for key, block in inputs(view).items():
        element = block["element"]
        value = fields.get(key, element.get("initial_value"))
        filled: Json = {"type": element["type"], "value": value}
        if isinstance(value, list):
            filled = {"type": element["type"], "selected_options": [{"value": v} for v in value]}
        made[block["block_id"]] = {element["action_id"]: filled}
    return made


def sent(view: Json, **fields: str | list[str]) -> Json:
    """「内容を確認する」 or 「共有する」 on the screen."""
    return {
        **person(),
        "type": "view_submission",
        "view": {**view, "state": {"values": state(view, **fields)}},
    }


def closed(slack: SlackDriver) -> Json:
    """The person closes the screen: Slack sends no values."""
    view = shown(slack)
    slack.slack.screens.clear()
    return {**person(), "type": "view_closed", "view": view, "is_cleared": False}


def messages(screens: list[Screen]) -> list[Screen]:
    """Of what came, what stays in the chat."""
    return [screen for screen in screens if screen.place]


async def drafts(who: str, slack: SlackDriver) -> list[Any]:
    """The member's drafts without those of the sample."""
    scope = Scope(sample.COMPANY, who)
    async with slack.house.hub.library.db.transaction(scope) as shelf:
        found = await shelf.cases.drafts()
    return [draft for draft in found if str(draft.source).startswith(("said:", "form:"))]


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
    ticks = {"declared": list(TICKS), "show_author": "no"}  # taps 2 to 5
    screens = await slack.act(SATO, sent(preview, **ticks))  # tap 6
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
    assert slack.slack.views


async def presses(slack: SlackDriver, label: str) -> None:
    """A button on the open screen."""
    view = shown(slack)
    rows = [one for block in view["blocks"] for one in block.get("elements", [])]
    pressed = _found(rows, label)
    await slack.act(
        SATO,
        {
            **person(),
            "type": "block_actions",
            "container": {"type": "view", "view_id": view["id"]},
            "view": {**view, "state": {"values": state(view)}},
            "actions": [{**pressed, "action_ts": f"1.{len(slack.slack.views)}", "block_id": "b"}],
        },
    )


def _found(rows: list[Json], label: str) -> Json:
    for one in rows:
        if one["type"] == "button" and one["text"]["text"] == label:
            return one
        for option in one.get("options", []) if one["type"] == "overflow" else []:
            if option["text"]["text"] == label:
                return {**one, "selected_option": option}
    raise AssertionError(f"no button {label}")
