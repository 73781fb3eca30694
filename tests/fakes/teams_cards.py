"""A strict reader of Adaptive Cards: what the 1.5 schema, Teams and our own rules ask of one.

Written from the public schema explorer and Teams' card reference, apart from the product's own
constants. `make screens` holds the same cards to the published JSON schema and Microsoft's parser.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

CARD_BYTES = 28 * 1024  # Teams' own figure for a card
MOST_ACTIONS = 6  # primary ones of a row; Teams shows no more
NEWEST = (1, 5)

_ELEMENT = "type id isVisible separator spacing height fallback requires"
_TEXT = "color fontType isSubtle size weight"
_INPUT = f"{_ELEMENT} label isRequired errorMessage"
_ACTION = "type id title iconUrl style fallback requires tooltip isEnabled mode"
# type → what it must have, and what it may have beside that
KNOWN = {
    "AdaptiveCard": (
        "version body",
        "$schema actions fallbackText msteams lang speak rtl refresh metadata minHeight",
    ),
    "TextBlock": ("text", f"{_ELEMENT} {_TEXT} horizontalAlignment maxLines wrap style"),
    "RichTextBlock": ("inlines", f"{_ELEMENT} horizontalAlignment"),
    "TextRun": ("text", f"type {_TEXT} highlight italic strikethrough underline selectAction"),
    "FactSet": ("facts", _ELEMENT),
    "Container": (
        "items",
        f"{_ELEMENT} style selectAction verticalContentAlignment bleed minHeight rtl",
    ),
    "ColumnSet": ("columns", f"{_ELEMENT} style selectAction bleed minHeight horizontalAlignment"),
    "Column": ("items", f"{_ELEMENT} style width selectAction bleed minHeight"),
    "ActionSet": ("actions", _ELEMENT),
    "Input.Text": (
        "id",
        f"{_INPUT} isMultiline maxLength placeholder regex style inlineAction value",
    ),
    "Input.ChoiceSet": ("id choices", f"{_INPUT} isMultiSelect style value placeholder wrap"),
    "Input.Toggle": ("id title", f"{_INPUT} value valueOn valueOff wrap"),
    "Input.Date": ("id", f"{_INPUT} value min max placeholder"),
    "Action.Execute": ("title", f"{_ACTION} verb data associatedInputs"),
    "Action.Submit": ("title", f"{_ACTION} data associatedInputs"),
    "Action.OpenUrl": ("title url", _ACTION),
    "Action.ToggleVisibility": ("title targetElements", _ACTION),
}
INPUTS = {name for name in KNOWN if name.startswith("Input.")}
# What stands in which list. ActionSets may not hold inputs, a Container no bare actions …
_INSIDE = {
    "body": {*INPUTS, "TextBlock", "RichTextBlock", "FactSet", "Container", "ColumnSet",
        "ActionSet"},
    "actions": {name for name in KNOWN if name.startswith("Action.")},
    "inlines": {"TextRun"},
    "columns": {"Column"},
}  # fmt: skip
_INSIDE["items"] = _INSIDE["body"]
_ENUMS = {
    "color": {"Default", "Dark", "Light", "Accent", "Good", "Warning", "Attention"},
    "size": {"Small", "Default", "Medium", "Large", "ExtraLarge"},
    "weight": {"Lighter", "Default", "Bolder"},
    "spacing": {"None", "Small", "Default", "Medium", "Large", "ExtraLarge", "Padding"},
    "height": {"auto", "stretch"},
    "mode": {"primary", "secondary"},
}
_STYLES = {
    "TextBlock": {"default", "heading"},
    "Container": {"default", "emphasis", "good", "attention", "warning", "accent"},
    "Input.ChoiceSet": {"compact", "expanded", "filtered"},
    "Input.Text": {"Text", "Tel", "Url", "Email"},
    # No Action: Teams shows neither positive nor destructive styling.
}


def nodes(data: Any) -> Iterator[Json]:
    """Every object with a type, from the top down; what a button sends back is data."""
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
    """Raises AssertionError for a card that Teams, the schema or our own rules refuse."""
    assert card["type"] == "AdaptiveCard"
    assert tuple(map(int, card["version"].split("."))) <= NEWEST, card["version"]
    assert size(card) <= CARD_BYTES, f"{size(card)} bytes"
    assert card["fallbackText"].strip(), "a card needs its fallback text"
    found = list(nodes(card))
    for node in found:
        _check_known(node)
        _check_look(node)
        if node["type"] in INPUTS:
            _check_input(node)
        elif node["type"].startswith("Action."):
            _check_action(node)
    _check_ids(found)
    assert card["body"], "an empty card"


def size(data: Json) -> int:
    """Bytes in UTF-8 or UTF-16, whichever is more."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return max(len(text.encode()), 2 * len(text))


def _check_known(node: Json) -> None:
    kind = node["type"]
    assert kind in KNOWN, kind
    must, may = (set(words.split()) for words in KNOWN[kind])
    assert must <= set(node), f"{kind} without {sorted(must - set(node))}"
    assert set(node) <= {*must, *may, "type"}, f"{kind} with {sorted(set(node) - must - may)}"
    for name, kinds in _INSIDE.items():
        inner = node.get(name, [])
        assert all(each["type"] in kinds for each in inner), f"{name} of {kind}"
        assert name not in node or inner, f"{kind} with empty {name}"
    for fact in node.get("facts", []):
        assert set(fact) == {"title", "value"}
    for choice in node.get("choices", []):
        assert set(choice) == {"title", "value"}
        assert choice["title"]


def _check_look(node: Json) -> None:
    for name, allowed in _ENUMS.items():
        assert node.get(name) in {None, *allowed}, f"{name}: {node.get(name)}"
    style = node.get("style")
    assert style in {None, *_STYLES.get(node["type"], set())}, f"{node['type']}.style {style}"
    assert node["type"] != "TextBlock" or node.get("wrap") is True, "text that does not wrap"
    assert node["type"] != "Input.Toggle" or node.get("wrap") is True
    if node["type"] == "ActionSet":
        first = [one for one in node["actions"] if one.get("mode") != "secondary"]
        assert len(first) <= MOST_ACTIONS, f"{len(first)} buttons"


def _check_input(node: Json) -> None:
    assert node["id"]
    assert node["label"], "an input needs its label"
    assert not node.get("isRequired") or node["errorMessage"]
    value = node.get("value", "")
    assert isinstance(value, str)
    assert len(value) <= node.get("maxLength", len(value)), "a value over its maxLength"
    if node["type"] == "Input.ChoiceSet" and value:
        known = {choice["value"] for choice in node["choices"]}
        picked = value.split(",") if node.get("isMultiSelect") else [value]
        assert set(picked) <= known, "a first choice that is no choice"


def _check_action(node: Json) -> None:
    assert node["title"]
    if node["type"] == "Action.OpenUrl":
        assert node["url"].startswith(("https://", "http://"))
    if node["type"] == "Action.Execute":
        fallback = node["fallback"]
        assert fallback["type"] == "Action.Submit", "an old client needs Action.Submit"
        assert (fallback["data"], fallback["title"]) == (node["data"], node["title"])


def _check_ids(found: list[Json]) -> None:
    ids = [node["id"] for node in found if "id" in node]
    assert len(ids) == len(set(ids)), "an id twice"
    for node in found:
        for target in node.get("targetElements", []):
            name = target if isinstance(target, str) else target["elementId"]
            assert name in ids, f"toggles {name}, which is not there"
