"""A row of buttons as Slack actions; the rare ones go behind ･･･ (overflow)."""

from __future__ import annotations

from bot.slack import ids, limits
from bot.slack.sheet import Sheet
from bot.slack.texts import Json, plain_text, units
from bot.views.elements import Actions, Button


def row(part: Actions, sheet: Sheet) -> list[Json]:
    """The actions blocks of a row, 25 elements each.

    ValueError for a value or an action that is too long to come back.
    """
    folded = [button for button in part.more if _folds(button)] if len(part.more) > 1 else []
    shown = [*part.buttons, *(button for button in part.more if button not in folded)]
    elements = [_button(button, sheet) for button in shown]
    menus = range(0, len(folded), limits.OVERFLOW)
    elements += [_overflow(folded[at : at + limits.OVERFLOW], sheet) for at in menus]
    rows = range(0, len(elements), limits.ACTIONS)
    return [
        {
            "type": "actions",
            "block_id": sheet.next_id(),
            "elements": elements[at : at + limits.ACTIONS],
        }
        for at in rows
    ]


def _folds(button: Button) -> bool:
    """An option behind ･･･ carries 150 characters; a button with more stands in the row."""
    return not button.url and units(ids.packed(button)) <= limits.OPTION_VALUE


def _button(button: Button, sheet: Sheet) -> Json:
    if units(button.value) > limits.BUTTON_VALUE or units(button.url) > limits.URL:
        raise ValueError(f"button value or link too long: {button.action}")
    sheet.number += 1
    made: Json = {
        "type": "button",
        "text": plain_text(button.label, limits.BUTTON_TEXT),
        "action_id": ids.numbered(sheet.number, ids.LINK if button.url else button.action),
    }
    optional = {
        "value": button.value,
        "url": button.url,
        "style": "primary" if button.primary else "",
    }
    return {**made, **{key: value for key, value in optional.items() if value}}


def _overflow(buttons: list[Button], sheet: Sheet) -> Json:
    sheet.number += 1
    return {
        "type": "overflow",
        "action_id": ids.numbered(sheet.number, "more"),
        "options": [
            {"text": plain_text(button.label, limits.OPTION_TEXT), "value": ids.packed(button)}
            for button in buttons
        ],
    }
