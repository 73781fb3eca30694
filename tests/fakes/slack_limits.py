"""Slack's documented limits and structure, checked on finished payloads by tests.

Written from the public Block Kit reference, apart from the product's own constants.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

Json = dict[str, Any]
SELECTS = {
    f"{many}{kind}_select"
    for many in ("", "multi_")
    for kind in ("static", "external", "users", "conversations", "channels")
}
_PRESSED = {"button", "workflow_button", "overflow"}
_CHOSEN = {"checkboxes", "radio_buttons", "datepicker", "timepicker", *SELECTS}
_TYPED = {f"{kind}_input" for kind in ("plain_text", "email_text", "url_text", "number", "file")}
ELEMENTS = {  # block → what may stand in it
    "section": {*_PRESSED, *_CHOSEN, "image"},
    "actions": {*_PRESSED, *_CHOSEN, "datetimepicker"},
    "input": {*_CHOSEN, *_TYPED, "datetimepicker", "rich_text_input"},
    "context": {"image", "plain_text", "mrkdwn"},
    "rich_text": {f"rich_text_{kind}" for kind in ("section", "list", "quote", "preformatted")},
}
BLOCKS = {*ELEMENTS, "divider", "header", "image"}
# No broadcast and no usergroup: nothing that we show calls a whole channel.
SPANS = {"text", "link", "user", "channel", "emoji", "date"}
OPTIONED = {"static_select", "multi_static_select", "checkboxes", "radio_buttons", "overflow"}
DAY = re.compile(r"\d{4}-\d\d-\d\d")


def check_message(payload: Json) -> None:
    """Raises AssertionError for a message that Slack would refuse, or that has no fallback."""
    assert 1 <= len(payload["text"]) <= 4_000, "a message needs its plain-text fallback"
    check_blocks(payload["blocks"], 50)
    shown = [block for block in payload["blocks"] if block["type"] not in ("input", "actions")]
    assert sum(size(text["text"]) for text in texts(shown)) <= 18_000  # 10,000 and 50 headers
    assert not any(found.get("type") == "file_input" for found in walk(payload["blocks"]))


def check_view(view: Json) -> None:
    """Raises AssertionError for a modal that Slack would refuse."""
    assert _frame(view)["type"] == "modal"
    for name in ("title", "submit", "close"):
        if name in view or name == "title":
            assert view[name]["type"] == "plain_text"
            assert 1 <= size(view[name]["text"]) <= 24, f"{name} over 24 characters"
    inputs = any(block["type"] == "input" for block in view["blocks"])
    assert "submit" in view or not inputs, "an input needs a submit button"
    _check_screen(view)


def check_home(view: Json) -> None:
    """Raises AssertionError for a Home tab that Slack would refuse."""
    assert _frame(view)["type"] == "home"
    assert not {"title", "submit", "close"} & set(view), "a Home tab has no title and no submit"
    _check_screen(view)


def _frame(view: Json) -> Json:
    """The view as the SDK writes it with one of its blocks; `check_blocks` sees to each of them."""
    return _by_the_sdk(View(**{**view, "blocks": view["blocks"][:1]}))


def _check_screen(view: Json) -> None:
    assert view["blocks"]
    assert size(view.get("private_metadata", "")) <= 3_000
    for name in ("callback_id", "external_id"):
        assert size(view.get(name, "")) <= 255
    check_blocks(view["blocks"], 100)


def check_blocks(blocks: list[Json], most: int) -> None:
    """Checks every block, element, text and id."""
    assert len(blocks) <= most, f"{len(blocks)} blocks"
    for block in blocks:
        _check_alone(json.dumps(block))
    ids = [block["block_id"] for block in blocks]
    assert len(ids) == len(set(ids)), "block_id twice"
    assert all(1 <= size(made) <= 255 for made in ids)
    actions = [found["action_id"] for found in walk(blocks) if "action_id" in found]
    assert len(actions) == len(set(actions)), "action_id twice"
    assert all(1 <= size(made) <= 255 for made in actions)
    for text in texts(blocks):
        assert text["type"] in ("plain_text", "text"), "user text is never markup"
        assert 1 <= size(text["text"]) <= 3_000, "a text is empty or over 3,000 characters"
        assert set(text) <= {"type", "text", "emoji", "style"}, sorted(text)
    for found in walk(blocks):
        _check_element(found)
        _check_options(found)


@lru_cache(10_000)  # the same screen is drawn again and again, and the SDK is slow
def _check_alone(written: str) -> None:
    block = json.loads(written)
    assert block["type"] in BLOCKS, block["type"]
    parsed = Block.parse(block)
    assert parsed is not None, block["type"]
    _by_the_sdk(parsed)
    _check_block(block)


def _by_the_sdk(found: Block | View) -> Json:
    """slack_sdk checks its own limits when it writes JSON."""
    try:
        return found.to_dict()
    except SlackObjectFormationError as error:
        raise AssertionError(str(error)) from None


def _check_block(block: Json) -> None:
    kind, inner = block["type"], list(block.get("elements", []))
    match kind:
        case "section":
            fields = block.get("fields", [])
            assert "text" in block or fields, "a section without text"
            assert len(fields) <= 10
            assert all(size(text["text"]) <= 2_000 for text in fields)
            inner = [block["accessory"]] if "accessory" in block else []
        case "header":
            assert block["text"]["type"] == "plain_text"
            assert size(block["text"]["text"]) <= 150, "a header over 150 characters"
        case "actions":
            assert 1 <= len(inner) <= 25, f"{len(inner)} elements in a row"
        case "context":
            assert 1 <= len(inner) <= 10, f"{len(inner)} elements in a context"
        case "input":
            inner = [block["element"]]
            for name in ("label", "hint"):
                assert block.get(name, {"type": "plain_text"})["type"] == "plain_text"
                assert size(block.get(name, {"text": ""})["text"]) <= 2_000, f"{name} over 2,000"
            assert "label" in block
        case "rich_text":
            spans = [one for part in inner for one in part["elements"]]
            assert spans, "a rich text without words"
            lists = [one for one in spans if one["type"] == "rich_text_section"]
            for span in [*spans, *(one for part in lists for one in part["elements"])]:
                assert span["type"] in {*SPANS, "rich_text_section"}, span["type"]
    for element in inner:
        assert element["type"] in ELEMENTS[kind], f"{element['type']} in {kind}"


def _check_element(found: Json) -> None:
    match found.get("type"):
        case "button":
            assert found["text"]["type"] == "plain_text"
            assert size(found["text"]["text"]) <= 75, "a button over 75 characters"
            assert size(found.get("value", "x")) in range(1, 2_001)
            assert size(found.get("url", "")) <= 3_000
            assert found.get("style", "primary") in ("primary", "danger")
            assert size(found.get("accessibility_label", "")) <= 75
        case "plain_text_input":
            most = found.get("max_length", 3_000)
            assert 1 <= most <= 3_000
            assert 0 <= found.get("min_length", 0) <= most
            assert size(found.get("initial_value", "")) <= most, "initial_value over max_length"
        case "datepicker":
            assert DAY.fullmatch(found.get("initial_date", "2026-11-04"))
    if "placeholder" in found:
        assert found["placeholder"]["type"] == "plain_text"
        assert size(found["placeholder"]["text"]) <= 150


def _check_options(found: Json) -> None:
    if found.get("type") not in OPTIONED:
        return
    most = {"overflow": 5, "radio_buttons": 10, "checkboxes": 10}.get(found["type"], 100)
    groups = found.get("option_groups") or [{"options": found["options"]}]
    everything = [option for group in groups for option in group["options"]]
    assert len(groups) <= 100
    assert "options" not in found or "option_groups" not in found
    assert all(1 <= len(group["options"]) <= most for group in groups), "too many or no options"
    assert all(size(group["label"]["text"]) <= 75 for group in groups if "label" in group)
    for option in everything:
        assert 1 <= size(option["text"]["text"]) <= 75, "an option over 75 characters"
        assert 1 <= size(option["value"]) <= 150, "an option's value is empty or over 150"
        assert size(option.get("description", {"text": ""})["text"]) <= 75
    chosen = [*found.get("initial_options", []), *filter(None, [found.get("initial_option")])]
    assert all(option in everything for option in chosen), "a first choice that is no option"
    assert "initial_options" not in found or found["initial_options"]


def texts(value: Any) -> Iterator[Json]:
    """Every text object and rich_text element."""
    return (found for found in walk(value) if found.get("type") in ("plain_text", "mrkdwn", "text"))


def walk(value: Any) -> Iterator[Json]:
    """Every JSON object inside `value`."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from walk(inner)


def size(text: str) -> int:
    """UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2
