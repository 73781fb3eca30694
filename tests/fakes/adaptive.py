"""A strict reader of Adaptive Cards: what the schema, Teams and our own rules ask of one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.teams import cards
from bot.views.elements import Card

Json = dict[str, Any]

INPUTS = {"Input.Text", "Input.ChoiceSet", "Input.Toggle", "Input.Date"}
TYPES = INPUTS | {
    "AdaptiveCard",
    "TextBlock",
    "RichTextBlock",
    "TextRun",
    "FactSet",
    "Container",
    "ActionSet",
    "Action.Execute",
    "Action.Submit",
    "Action.OpenUrl",
    "Action.ToggleVisibility",
}


def nodes(data: Any) -> Iterator[Json]:
    """Every object with a type, from the top down."""
    if isinstance(data, list):
        for each in data:
            yield from nodes(each)
    elif isinstance(data, dict):
        if "type" in data:
            yield data
        for name, each in data.items():
            if name != "data":
                yield from nodes(each)


def check(card: Json) -> None:
    """What the schema, Teams and platforms.md §3.5 ask of a card."""
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.5")
    found = list(nodes(card))
    assert {node["type"] for node in found} <= TYPES
    ids = [node["id"] for node in found if "id" in node]
    assert len(ids) == len(set(ids))
    for node in found:
        assert node["type"] != "TextBlock" or node["wrap"] is True
        assert node["type"] not in INPUTS or (node["id"] and node["label"])
        assert not node.get("isRequired") or node["errorMessage"]
        assert not node["type"].startswith("Action.") or node["title"]
        if node["type"] == "Action.Execute":
            assert node["fallback"]["type"] == "Action.Submit"
            assert node["fallback"]["data"] == node["data"]


def body(*parts: Any, **more: Any) -> list[Json]:
    """The body of a checked card of these parts."""
    card = cards.adaptive(Card(parts, **more))
    check(card)
    blocks: list[Json] = card["body"]
    return blocks
