"""A field as a Slack input, and the values of a card's inputs back from `state.values`."""

from __future__ import annotations

from datetime import date
from typing import Any

from bot.slack import ids, limits
from bot.slack.texts import Json, fit, plain_text, units
from bot.views.elements import Choice, Field, Kind
from cases.text import clean


def input_block(field: Field, number: int, block_id: str) -> Json:
    """The input of a field that has something to choose or to type.

    ValueError when a choice's value is over 150 characters: such a value cannot come back.
    """
    made: Json = {
        "type": "input",
        "block_id": block_id,
        "label": plain_text(field.label, limits.LABEL),
        "optional": not field.required,
        "element": {**_element(field), "action_id": ids.numbered(number, field.key)},
    }
    if clean(field.hint):
        made["hint"] = plain_text(field.hint, limits.HINT)
    return made


def long_labels(field: Field) -> str:
    """The full labels of a field whose options Slack would cut; empty when all fit."""
    labels = [clean(choice.label) for choice in field.choices]
    if all(units(label) <= limits.OPTION_TEXT for label in labels):
        return ""
    return "\n".join(f"{number}. {label}" for number, label in enumerate(labels, 1))


def values(state: Json | None) -> dict[str, str | list[str]]:
    """The fields of a pressed card: a string each, a list for CHOICES and TICKS."""
    blocks = ((state or {}).get("values") or {}).values()
    return {
        ids.name_of(action_id): _value(found)
        for block in blocks
        for action_id, found in block.items()
    }


def _value(found: Json) -> str | list[str]:
    if "selected_options" in found:
        return [option["value"] for option in found["selected_options"] or []]
    if "selected_option" in found:
        return str((found["selected_option"] or {}).get("value", ""))
    return str(found.get("selected_date") or found.get("value") or "")


def _element(field: Field) -> Json:
    match field.kind:
        case Kind.LINE | Kind.LONG:
            return _typed(field)
        case Kind.DATE:
            return _dated(field)
        case Kind.CHOICE:
            return _one(field)
        case Kind.CHOICES | Kind.TICKS:
            return _many(field)


def _typed(field: Field) -> Json:
    text = clean(field.value if isinstance(field.value, str) else "")
    # A text over its limit is shown whole, so that the person can shorten it.
    limit = field.limit if len(text) <= field.limit <= limits.INPUT else 0
    made: Json = {
        "type": "plain_text_input",
        "multiline": field.kind is Kind.LONG,
        "max_length": limit or limits.INPUT,
    }
    if text:
        made["initial_value"] = fit(text, limits.INPUT)
    return made


def _dated(field: Field) -> Json:
    try:
        return {
            "type": "datepicker",
            "initial_date": date.fromisoformat(str(field.value)).isoformat(),
        }
    except ValueError:
        return {"type": "datepicker"}


def _one(field: Field) -> Json:
    made: Json = {"type": "static_select", **_menu(field)}
    if len(field.choices) <= limits.RADIOS:
        made = {"type": "radio_buttons", "options": _options(field)}
    chosen = [option for option in _options(field) if option["value"] == field.value]
    return {**made, "initial_option": chosen[0]} if chosen else made


def _many(field: Field) -> Json:
    made: Json = {"type": "multi_static_select", **_menu(field)}
    if field.kind is Kind.TICKS and len(field.choices) <= limits.TICKS:
        made = {"type": "checkboxes", "options": _options(field)}
    wanted = field.value if isinstance(field.value, tuple) else (field.value,)
    chosen = [option for option in _options(field) if option["value"] in wanted]
    return {**made, "initial_options": chosen} if chosen else made


def _menu(field: Field) -> dict[str, Any]:
    """The options of a list; over a hundred they come in groups 1–100, 101–200 …"""
    options = _options(field)
    if len(options) <= limits.OPTIONS:
        return {"options": options}
    starts = range(0, len(options), limits.OPTIONS)
    groups = [options[start : start + limits.OPTIONS] for start in starts]
    return {
        "option_groups": [
            {"label": plain_text(f"{start + 1}–{start + len(group)}"), "options": group}
            for start, group in zip(starts, groups, strict=True)
        ]
    }


def _options(field: Field) -> list[Json]:
    numbered = bool(long_labels(field))
    return [
        _option(choice, f"{at}. " if numbered else "") for at, choice in enumerate(field.choices, 1)
    ]


def _option(choice: Choice, prefix: str) -> Json:
    if units(choice.value) > limits.OPTION_VALUE:
        raise ValueError(f"choice value too long: {units(choice.value)}")
    return {
        "text": plain_text(prefix + choice.label, limits.OPTION_TEXT),
        "value": choice.value,
    }
