"""The one converter from neutral cards to Slack: a card as a message, or as a form (modal).

Pure: one card always gives the same JSON. What is too long is shortened; buttons and inputs stay.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, assert_never

from bot.slack import ids, limits
from bot.slack.fields import input_block, long_labels
from bot.slack.texts import Json, fallback, fit, plain_text, rich_text, spans, units
from bot.views.elements import (
    Actions,
    Button,
    Card,
    Divider,
    Facts,
    Field,
    Fold,
    Part,
    Style,
    Text,
    plain,
    to_json,
)
from cases.text import clean, content_hash

_NAME = "ヒトツブ"
_KEPT = ("actions", "input")  # what a card cannot do without


def message(card: Card) -> Json:
    """`{"text", "blocks"}` for chat.postMessage and chat.update: at most 50 blocks.

    ValueError for an action or a field key over 250 characters, a choice value over 150 or a
    button value over 2,000: what cannot come back must not be sent.
    """
    sheet = _Sheet(_stamp(card))
    blocks = sheet.title(card.title) + _parts(card, sheet)
    if card.submit:
        blocks += _actions(Actions((card.submit,)), sheet)
    return {"text": fallback(plain(card)), "blocks": _within(blocks, limits.MESSAGE_BLOCKS)}


def modal(card: Card, place: dict[str, Any] | None = None, receipt: str = "") -> Json:
    """The view of a form: at most 100 blocks. `place` and `receipt` come back with the answer.

    ValueError as in `message`.
    """
    blocks = _within(_parts(card, _Sheet(_stamp(card))), limits.VIEW_BLOCKS)
    made = {
        "type": "modal",
        "callback_id": ids.FORM,
        "title": plain_text(card.title or _NAME, limits.VIEW_TITLE),
        "blocks": blocks or [_quiet(_NAME, "0")],
    }
    submit = card.submit or _stand_in(card)
    made["private_metadata"] = ids.metadata(submit or Button("", ids.LINK), place, receipt)
    if submit:
        made["submit"] = plain_text(submit.label, limits.SUBMIT)
    return made


def _stand_in(card: Card) -> Button | None:
    """Slack demands a submit button for inputs: the first button, or one that only closes."""
    if not card.fields:
        return None
    rows = [part for part in card.parts if isinstance(part, Actions)]
    buttons = [button for row in rows for button in row.buttons if not button.url]
    return next(iter(buttons), Button("OK", ids.LINK))


@dataclass(slots=True)
class _Sheet:
    """What one message uses up: the numbers of its ids and its total of text."""

    stamp: str  # changes with the card: Slack keeps what was typed under an unchanged block_id
    left: int = limits.ALL_TEXT
    number: int = 0

    def next_id(self) -> str:
        self.number += 1
        return f"{self.stamp}:{self.number}"

    def take(self, text: str, limit: int = limits.TEXT) -> str:
        shown = fit(text, min(limit, self.left)) if self.left > 0 else ""
        self.left -= units(shown)
        return shown

    def title(self, text: str) -> list[Json]:
        if not clean(text):
            return []
        if units(clean(text)) > limits.HEADER:
            return [rich_text(spans(self.take(text), bold=True), self.next_id())]
        return [{"type": "header", "block_id": self.next_id(), "text": plain_text(text)}]


def _stamp(card: Card) -> str:
    return content_hash(json.dumps(to_json(card), ensure_ascii=False))[:8]


def _parts(card: Card, sheet: _Sheet) -> list[Json]:
    """All parts in order; what is folded follows quietly after the rest."""
    rest = [part for part in card.parts if not isinstance(part, Fold)]
    folds = [part for part in card.parts if isinstance(part, Fold)]
    return [block for part in [*rest, *folds] for block in _part(part, sheet)]


def _part(part: Part, sheet: _Sheet) -> list[Json]:
    match part:
        case Text():
            return _text(part, sheet)
        case Facts():
            return _facts(part, sheet)
        case Divider():
            return [{"type": "divider", "block_id": sheet.next_id()}]
        case Actions():
            return _actions(part, sheet)
        case Field():
            return _field(part, sheet)
        case Fold():
            return _fold(part, sheet)
        case _:
            assert_never(part)


def _text(part: Text, sheet: _Sheet) -> list[Json]:
    if part.style is Style.TITLE:
        return sheet.title(part.text)
    shown = sheet.take(part.text)
    if not clean(shown):
        return []
    if part.style is Style.QUIET:
        return [_quiet(shown, sheet.next_id())]
    if part.style is Style.NORMAL and not part.marks:
        return [{"type": "section", "block_id": sheet.next_id(), "text": plain_text(shown)}]
    bold = part.style in (Style.STRONG, Style.GOOD, Style.WARN)
    quote = part.style in (Style.QUOTE, Style.WARN)
    return [rich_text(spans(shown, part.marks, bold=bold), sheet.next_id(), quote=quote)]


def _facts(part: Facts, sheet: _Sheet) -> list[Json]:
    elements: list[Json] = []
    for label, value in part.rows:
        start = "\n" if elements else ""
        elements += spans(sheet.take(f"{start}{label}: ", limits.LABEL), bold=True)
        elements += spans(sheet.take(value, limits.LABEL))
    return [rich_text(elements, sheet.next_id())] if elements else []


def _fold(part: Fold, sheet: _Sheet) -> list[Json]:
    inner = [block for found in part.parts for block in _part(_hushed(found), sheet)]
    return [*_text(Text(part.title, Style.QUIET), sheet), *inner]


def _hushed(part: Text | Facts | Divider) -> Text | Divider:
    match part:
        case Text():
            return Text(part.text, Style.QUIET)
        case Facts():
            lines = [f"{label}: {value}" for label, value in part.rows]
            return Text("\n".join(lines), Style.QUIET)
        case Divider():
            return part


def _quiet(text: str, block_id: str) -> Json:
    return {"type": "context", "block_id": block_id, "elements": [plain_text(text)]}


def _field(field: Field, sheet: _Sheet) -> list[Json]:
    made = _text(Text(field.error, Style.WARN), sheet)
    choosing = field.kind.value in ("choice", "choices", "ticks")
    if choosing and not field.choices:  # Slack refuses a list without options
        return made + _text(Text(field.label, Style.QUIET), sheet)
    made += _text(Text(long_labels(field)), sheet)
    block_id = sheet.next_id()
    return [*made, input_block(field, sheet.number, block_id)]


def _actions(part: Actions, sheet: _Sheet) -> list[Json]:
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


def _button(button: Button, sheet: _Sheet) -> Json:
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


def _overflow(buttons: list[Button], sheet: _Sheet) -> Json:
    sheet.number += 1
    return {
        "type": "overflow",
        "action_id": ids.numbered(sheet.number, "more"),
        "options": [
            {"text": plain_text(button.label, limits.OPTION_TEXT), "value": ids.packed(button)}
            for button in buttons
        ],
    }


def _within(blocks: list[Json], limit: int) -> list[Json]:
    """At most `limit` blocks: the last texts give way to …, buttons and inputs stay."""
    if len(blocks) <= limit:
        return blocks
    spare = len(blocks) - (limit - 1)
    texts = [at for at, block in enumerate(blocks) if block["type"] not in _KEPT]
    dropped = set(texts[-spare:])
    kept = [block for at, block in enumerate(blocks) if at not in dropped]
    return [*kept[: limit - 1], _quiet("…", f"{blocks[0]['block_id']}:cut")]
