"""Neutral cards as Adaptive Cards 1.5 for Teams: pure, literal, and never over the size limit."""

from __future__ import annotations

import json
from bisect import bisect
from dataclasses import replace
from typing import Any, assert_never

from bot.teams import inputs, limits
from bot.teams.actions import action_set, columns
from bot.teams.lengths import parted, shortened, weight
from bot.teams.markdown import escaped, plain
from bot.teams.toggles import folded
from bot.views import elements
from bot.views.elements import Actions, Card, Divider, Facts, Field, Fold, Style, Text
from bot.views.words import say
from cases.text import is_japanese, shorten

Json = dict[str, Any]

CONTENT_TYPE = "application/vnd.microsoft.card.adaptive"
_LOOKS: dict[Style, Json] = {
    Style.NORMAL: {},
    Style.TITLE: {"size": "Large", "weight": "Bolder", "style": "heading"},
    Style.STRONG: {"weight": "Bolder"},
    Style.QUIET: {"isSubtle": True, "size": "Small"},
    Style.QUOTE: {},
    Style.GOOD: {"color": "Good"},
    Style.WARN: {"color": "Attention"},
}


def message(card: Card) -> Json:
    """The card as a message activity, at most `limits.PAYLOAD_BYTES`; `summary` is its plain text.

    There is no `text`: Teams would show it above the card, so everything would be there twice.
    """
    return _message(fitting(card))


def adaptive(card: Card) -> Json:
    """The Adaptive Card alone: the body of an answer to a pressed button."""
    return _adaptive(fitting(card))


def answer(card: Card) -> Json:
    """The response to a pressed button that puts this card in the place of the pressed one."""
    return {"statusCode": 200, "type": CONTENT_TYPE, "value": adaptive(card)}


def seen(words: str = "✓") -> Json:
    """The response to a pressed button whose result comes as a message of its own."""
    kind = "application/vnd.microsoft.activity.message"
    return {"statusCode": 200, "type": kind, "value": words}


def fitting(card: Card) -> Card:
    """The card with its texts shortened, what is folded behind its button, and in the worst case
    its rare buttons and its last parts left out, to fit.

    What a person typed into a field is shortened last: sending the form would save the cut text.
    """
    card = elements.elsewhere(card)
    closed = elements.unfolded(card)
    tries = [(card, limit) for limit in limits.TEXTS if limit >= limits.READABLE]
    for shown, limit in [*tries, *((closed, limit) for limit in limits.TEXTS)]:
        shorter = shortened(shown, limit)
        if _fits(shorter):
            return shorter
    short = shortened(closed, limits.TEXTS[-1], values=True)
    return short if _fits(short) else _first_parts(_without_rare_buttons(short))


def _without_rare_buttons(card: Card) -> Card:
    """Without what stands behind ･･･: better that than a hit without its buttons."""
    bare = (replace(one, more=()) if isinstance(one, Actions) else one for one in card.parts)
    return replace(card, parts=tuple(bare))


def _first_parts(card: Card) -> Card:
    """As many of its parts as fit."""
    counts = range(1, len(card.parts) + 1)
    fit = bisect(counts, 0, key=lambda count: int(not _fits(_begun(card, count))))
    return _begun(card, fit)


def _begun(card: Card, count: int) -> Card:
    return replace(card, parts=card.parts[:count])


def _fits(card: Card) -> bool:
    most = limits.PAYLOAD_BYTES
    return weight(card) <= most and size(_message(card)) <= most


def size(data: Json) -> int:
    """Bytes of the JSON in UTF-8 or UTF-16, whichever is more: Teams does not say which counts."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return max(len(text.encode()), 2 * len(text))


def _message(card: Card) -> Json:
    content = _adaptive(card)
    summary = plain(elements.plain(card)).replace("\n", " ")
    return {
        "type": "message",
        "summary": shorten(summary, limits.SUMMARY).strip() or limits.NOTHING,
        "attachments": [{"contentType": CONTENT_TYPE, "content": content}],
    }


def _adaptive(card: Card) -> Json:
    body = _body(card) or [_written(Text(limits.NOTHING))]
    words = plain(elements.plain(card))
    return {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": limits.CARD_VERSION,
        "fallbackText": shorten(words, limits.FALLBACK).strip() or limits.NOTHING,
        "msteams": {"width": "Full"},
        "body": body,
    }


def _body(card: Card) -> list[Json]:
    """All parts that show something, the form's own title first and its button last."""
    title = (Text(card.title, Style.TITLE),) if card.title else ()
    last = (Actions((card.submit,)),) if card.submit else ()
    body: list[Json] = []
    separator = False
    for number, part in enumerate((*title, *card.parts, *last)):
        separator = separator or isinstance(part, Divider)
        if isinstance(part, Divider) or not _shows(part):
            continue
        block = _part(part, card, number)
        body.append({**block, "separator": True} if separator and body else block)
        separator = False
    return body


def _shows(part: elements.Part) -> bool:
    """False for what Microsoft's own parser warns of: a text without words, an empty row."""
    match part:
        case Text():
            return bool(plain(part.text).strip())
        case Facts():
            return bool(part.rows)
        case Actions():
            return bool(part.buttons or part.more)
        case Fold():
            return any(map(_shows, part.parts))
        case Field():
            return True
        case Divider():
            return False
        case _:
            assert_never(part)


def _part(part: Text | Facts | Actions | Field | Fold, card: Card, number: int) -> Json:
    match part:
        case Text():
            return _long(part, f"more{number}")
        case Facts():
            return _block(part)
        case Actions():
            return action_set(part, card)
        case Field():
            return inputs.field(part, required=inputs.enforced(card))
        case Fold():
            return _fold(part, f"fold{number}")
        case _:
            assert_never(part)


def _block(part: Text | Facts) -> Json:
    if isinstance(part, Facts):
        return _facts(part)
    block = _marked(part) if part.marks else _written(part)
    if part.style is not Style.QUOTE:
        return block
    return {"type": "Container", "style": "emphasis", "items": [block]}


def _facts(part: Facts) -> Json:
    """Two columns; on a phone labels that are long would squeeze the values, so they go before."""
    if all(columns(label) <= limits.FACT_COLUMNS for label, _ in part.rows):
        facts = [{"title": escaped(label), "value": escaped(value)} for label, value in part.rows]
        return {"type": "FactSet", "facts": facts}
    rows = [
        Text(line, marks=((0, len(line) - len(value)),) if label else ())
        for label, value in part.rows
        if plain(line := elements.fact(label, value)).strip()
    ]
    lines = [{**_runs(row, {"weight": "Bolder"}), "spacing": "Small"} for row in rows]
    return {"type": "Container", "items": lines or [_written(Text(limits.NOTHING))]}


def _long(part: Text, name: str) -> Json:
    """The beginning of a long text, and the rest behind もっと見る, in the text's own language."""
    first, rest = parted(part, limits.SHOWN)
    if rest is None:
        return _block(part)
    more = say("ja" if is_japanese(part.text) else "en", "find.more")
    return {"type": "Container", "items": [_block(first), folded(more, name, [_block(rest)])]}


def _written(part: Text) -> Json:
    return {"type": "TextBlock", "text": escaped(part.text), "wrap": True, **_LOOKS[part.style]}


def _marked(part: Text) -> Json:
    """Marks are highlighted, and bold for eyes and themes that do not see the colour."""
    return _runs(part, {"highlight": True, "weight": "Bolder"})


def _runs(part: Text, mark: Json) -> Json:
    """Text runs, which know no Markdown; a RichTextBlock always wraps."""
    look = {name: value for name, value in _LOOKS[part.style].items() if name != "style"}
    runs = []
    at = 0
    for start, end in sorted(part.marks):
        runs.append((part.text[at:start], False))
        runs.append((part.text[max(at, start) : end], True))
        at = max(at, end)
    runs.append((part.text[at:], False))
    inlines = [_run(text, {**look, **(mark if on else {})}) for text, on in runs if text]
    return {"type": "RichTextBlock", "inlines": inlines}


def _run(text: str, look: Json) -> Json:
    kept = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    inner = plain(text) and f"{kept[0]}{plain(text)}{kept[1]}"
    return {"type": "TextRun", "text": inner or " ", **look}


def _fold(part: Fold, name: str) -> Json:
    shown = [each for each in part.parts if not isinstance(each, Divider)]
    return folded(part.title, name, [_block(each) for each in shown if _shows(each)])
