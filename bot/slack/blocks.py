"""The one converter from neutral cards to Slack: a card as a message, or as a form (modal).

Pure: one card always gives the same JSON. What is too long is shortened; buttons and inputs stay.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, assert_never

from bot.conversation import screens
from bot.slack import ids, limits, typed
from bot.slack.buttons import row
from bot.slack.fields import input_block, long_labels
from bot.slack.sheet import Sheet
from bot.slack.texts import Json, fallback, plain_text, quiet, rich_text, spans, units
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
    elsewhere,
    fact,
    plain,
    to_json,
    unfolded,
)
from bot.views.words import say
from cases.text import clean, content_hash

_NAME = "ヒトツブ"
_KEPT = ("actions", "input")  # what a card cannot do without


def message(card: Card) -> Json:
    """`{"text", "blocks"}` for chat.postMessage and chat.update: at most 50 blocks.

    ValueError for an action or a field key over 250 characters, a choice value over 150 or a
    button value over 2,000: what cannot come back must not be sent.
    """
    card = elsewhere(card)
    sheet = Sheet(_stamp(card))
    blocks = sheet.title(card.title) + _parts(card, sheet)
    if card.submit:
        blocks += row(Actions((card.submit,)), sheet)
    return {"text": fallback(plain(card)), "blocks": _within(blocks, limits.MESSAGE_BLOCKS)}


def payload(card: Card) -> bytes:
    """`message` as the bytes that the ledger freezes."""
    return json.dumps(message(card), ensure_ascii=False, separators=(",", ":")).encode()


def of_view(card: Card) -> list[Json]:
    """The blocks of a view: at most 100."""
    return _within(_parts(card, Sheet(_stamp(card))), limits.VIEW_BLOCKS)


def modal(
    card: Card, place: dict[str, Any] | None = None, receipt: str = "", locale: str = "ja"
) -> Json:
    """The view of a form: at most 100 blocks. `place` and `receipt` come back with the answer.

    ValueError as in `message`.
    """
    submit = card.submit or _stand_in(card)
    body = _parts(_without(card, submit), Sheet(_stamp(card), locale))
    blocks = _within(body, limits.VIEW_BLOCKS)
    made: Json = {
        "type": "modal",
        "callback_id": ids.FORM,
        "title": plain_text(card.title or _NAME, limits.VIEW_TITLE),
        "blocks": blocks or [quiet(_NAME, "0")],
    }
    button = submit or Button("", ids.LINK)
    made["private_metadata"] = ids.metadata(button, place, receipt, locale)
    made["close"] = plain_text(say(locale, "form.close"), limits.SUBMIT)
    if submit:
        made["submit"] = plain_text(submit.label, limits.SUBMIT)
    if submit and submit.action in screens.SLOW:
        made["notify_on_close"] = True
        typed.telling(blocks)
    return made


def _without(card: Card, submit: Button | None) -> Card:
    """The card without the button that became the form's own."""
    parts = [
        replace(part, buttons=tuple(one for one in part.buttons if one != submit))
        if isinstance(part, Actions)
        else part
        for part in card.parts
    ]
    return replace(card, parts=tuple(parts))


def _stand_in(card: Card) -> Button | None:
    """Slack demands a submit button for inputs: the first button, or one that only closes."""
    if not card.fields:
        return None
    rows = [part for part in card.parts if isinstance(part, Actions)]
    buttons = [button for row in rows for button in row.buttons if not button.url]
    return next(iter(buttons), Button("OK", ids.LINK))


def _stamp(card: Card) -> str:
    return content_hash(json.dumps(to_json(card), ensure_ascii=False))[:8]


def _parts(card: Card, sheet: Sheet) -> list[Json]:
    """All parts in order; texts of one kind that follow each other share a block."""
    made: list[Json] = []
    for part in unfolded(card).parts:
        for block in _part(part, sheet):
            if not (made and _joins(made[-1], block)):
                made.append(block)
    return made


def _joins(before: Json, block: Json) -> bool:
    """Puts a text into the block before it where they look alike: a phone shows five blocks."""
    if before["type"] != block["type"]:
        return False
    if block["type"] == "rich_text":
        first, *rest = block["elements"]
        if before["elements"][-1]["type"] == first["type"] == "rich_text_section":
            before["elements"][-1]["elements"] += [*spans("\n"), *first["elements"]]
            before["elements"] += rest  # two sections are not two lines everywhere
        else:
            before["elements"] += block["elements"]
        return True
    if block["type"] != "context":
        return False
    both = "\n".join(one["elements"][0]["text"] for one in (before, block))
    if units(both) > limits.TEXT:
        return False
    before["elements"] = [plain_text(both)]
    return True


def _part(part: Part, sheet: Sheet) -> list[Json]:
    match part:
        case Text():
            return _text(part, sheet)
        case Facts():
            return _facts(part, sheet)
        case Divider():
            return [{"type": "divider", "block_id": sheet.next_id()}]
        case Actions():
            return row(part, sheet)
        case Field():
            return _field(part, sheet)
        case Fold():
            return _fold(part, sheet)
        case _:
            assert_never(part)


def _text(part: Text, sheet: Sheet) -> list[Json]:
    if part.style is Style.TITLE:
        return sheet.title(part.text)
    shown = sheet.take(part.text)
    if not clean(shown):
        return []
    if part.style is Style.QUIET:
        return [quiet(shown, sheet.next_id())]
    if part.style is Style.NORMAL and not part.marks:
        return [{"type": "section", "block_id": sheet.next_id(), "text": plain_text(shown)}]
    bold = part.style in (Style.STRONG, Style.GOOD, Style.WARN)
    quote = part.style in (Style.QUOTE, Style.WARN)
    return [rich_text(spans(shown, part.marks, bold=bold), sheet.next_id(), quote=quote)]


def _facts(part: Facts, sheet: Sheet) -> list[Json]:
    elements: list[Json] = []
    for label, value in part.rows:
        lead = ("\n" if elements else "") + (f"{label}: " if label else "")
        elements += spans(sheet.take(lead, limits.LABEL), bold=True)
        elements += spans(sheet.take(value, limits.LABEL))
    return [rich_text(elements, sheet.next_id())] if elements else []


def _fold(part: Fold, sheet: Sheet) -> list[Json]:
    """One section without the title, which asks to unfold it: Slack itself folds a long one."""
    lines = [line for inner in part.parts for line in _lines(inner) if line]
    return _text(Text("\n".join(lines)), sheet)


def _lines(part: Text | Facts | Divider) -> list[str]:
    match part:
        case Text():
            return [part.text]
        case Facts():
            return [fact(label, value) for label, value in part.rows]
        case Divider():
            return []


def _field(field: Field, sheet: Sheet) -> list[Json]:
    made = _text(Text(field.error, Style.WARN), sheet)
    if isinstance(field.value, str) and units(clean(field.value)) > limits.INPUT:
        cut = say(sheet.locale, "form.cut", room=limits.INPUT)
        made += _text(Text(cut, Style.WARN), sheet)
    choosing = field.kind.value in ("choice", "choices", "ticks")
    if choosing and not field.choices:  # Slack refuses a list without options
        return made + _text(Text(field.label, Style.QUIET), sheet)
    made += _text(Text(long_labels(field)), sheet)
    block_id = sheet.next_id()
    return [*made, input_block(field, sheet.number, block_id)]


def _within(blocks: list[Json], limit: int) -> list[Json]:
    """At most `limit` blocks: the last texts give way to …, buttons and inputs stay."""
    if len(blocks) <= limit:
        return blocks
    spare = len(blocks) - (limit - 1)
    texts = [at for at, block in enumerate(blocks) if block["type"] not in _KEPT]
    dropped = set(texts[-spare:])
    kept = [block for at, block in enumerate(blocks) if at not in dropped]
    return [*kept[: limit - 1], quiet("…", f"{blocks[0]['block_id']}:cut")]
