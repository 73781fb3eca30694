"""Slack's documented limits and structure, checked on finished payloads by tests.

Written from the public Block Kit reference, apart from the product's own constants.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

Json = dict[str, Any]
OPTIONED = {"static_select", "multi_static_select", "checkboxes", "radio_buttons", "overflow"}


def check_message(payload: Json) -> None:
    """Raises AssertionError for a message that Slack would refuse."""
    assert 1 <= len(payload["text"]) <= 4_000
    check_blocks(payload["blocks"], 50)
    shown = [block for block in payload["blocks"] if block["type"] not in ("input", "actions")]
    assert sum(size(text["text"]) for text in texts(shown)) <= 18_000  # 10,000 and 50 headers


def check_view(view: Json) -> None:
    """Raises AssertionError for a modal that Slack would refuse."""
    assert View(**view).to_dict()["type"] == "modal"
    assert view["blocks"]
    assert 1 <= size(view["title"]["text"]) <= 24
    assert len(view["private_metadata"]) <= 3_000
    assert "submit" in view or all(block["type"] != "input" for block in view["blocks"])
    if "submit" in view:
        assert 1 <= size(view["submit"]["text"]) <= 24
    check_blocks(view["blocks"], 100)


def check_blocks(blocks: list[Json], most: int) -> None:
    """Checks every block, element, text and id."""
    assert len(blocks) <= most
    for block in blocks:
        parsed = Block.parse(block)
        assert parsed is not None, block["type"]
        parsed.to_dict()  # slack_sdk's own limits
    ids = [block["block_id"] for block in blocks]
    assert len(ids) == len(set(ids))
    assert all(1 <= len(made) <= 255 for made in ids)
    _check_actions(blocks)
    for text in texts(blocks):
        assert text["type"] in ("plain_text", "text"), "user text is never markup"
        assert 1 <= size(text["text"]) <= 3_000
    for found in walk(blocks):
        _check_options(found)


def _check_actions(blocks: list[Json]) -> None:
    actions = [found["action_id"] for found in walk(blocks) if "action_id" in found]
    assert len(actions) == len(set(actions))
    assert all(1 <= len(made) <= 255 for made in actions)
    for block in blocks:
        if block["type"] == "actions":
            assert 1 <= len(block["elements"]) <= 25
        if block["type"] == "context":
            assert 1 <= len(block["elements"]) <= 10
        if block["type"] == "header":
            assert size(block["text"]["text"]) <= 150
    for found in walk(blocks):
        if found.get("type") == "button":
            assert size(found["text"]["text"]) <= 75
            assert size(found.get("value", "")) <= 2_000


def _check_options(found: Json) -> None:
    if found.get("type") not in OPTIONED:
        return
    most = {"overflow": 5, "radio_buttons": 10, "checkboxes": 10}.get(found["type"], 100)
    groups = found.get("option_groups") or [{"options": found["options"]}]
    everything = [option for group in groups for option in group["options"]]
    assert len(groups) <= 100
    assert all(1 <= len(group["options"]) <= most for group in groups)
    for option in everything:
        assert 1 <= size(option["text"]["text"]) <= 75
        assert size(option["value"]) <= 150
    chosen = [*found.get("initial_options", []), *filter(None, [found.get("initial_option")])]
    assert all(option in everything for option in chosen)


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
