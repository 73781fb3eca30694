"""What people do on Slack's screens: fill in, send, press and close them; and a slow encoder."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Sequence
from typing import Any

from bot.slack import ids
from cases import sample
from cases.embedding import Vectors
from cases.embedding.bundled import BundledEncoder
from cases.scope import Scope
from tests.drivers.screen import Screen
from tests.drivers.slack import SlackDriver
from tests.fakes import slack_views
from tests.fakes.sample_cast import SATO
from tests.fakes.slack_requests import person

Json = dict[str, Any]


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
        if "initial_option" in element:
            filled = {"type": element["type"], "selected_option": element["initial_option"]}
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


async def types(slack: SlackDriver, key: str, text: str, who: str = SATO) -> None:
    """A character in an input, which Slack tells with the state of the whole form."""
    view = shown(slack)
    element = inputs(view)[key]["element"]
    assert element["dispatch_action_config"] == {"trigger_actions_on": ["on_character_entered"]}
    typed = {"type": element["type"], "action_id": element["action_id"], "value": text}
    await slack.send(who, _acted(view, {**typed, "action_ts": "1.1"}, state(view, **{key: text})))


async def presses(slack: SlackDriver, label: str) -> None:
    """A button on the open screen."""
    view = shown(slack)
    rows = [one for block in view["blocks"] for one in block.get("elements", [])]
    pressed = _found(rows, label)
    number = f"1.{len(slack.slack.views)}"
    await slack.act(SATO, _acted(view, {**pressed, "action_ts": number}, state(view)))


def _acted(view: Json, action: Json, values: Json) -> Json:
    return {
        **person(),
        "type": "block_actions",
        "container": {"type": "view", "view_id": view["id"]},
        "view": {**view, "state": {"values": values}},
        "actions": [{**action, "block_id": "b"}],
    }


def _found(rows: list[Json], label: str) -> Json:
    for one in rows:
        if one["type"] == "button" and one["text"]["text"] == label:
            return one
        for option in one.get("options", []) if one["type"] == "overflow" else []:
            if option["text"]["text"] == label:
                return {**one, "selected_option": option}
    raise AssertionError(f"no button {label}")
