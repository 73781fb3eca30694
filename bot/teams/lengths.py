"""Texts of a card made shorter at a sensible place, and long ones in two."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from bot.teams import inputs
from bot.views import elements
from bot.views.elements import Actions, Card, Divider, Facts, Field, Fold, Text
from cases.text import at_a_pause, shorten


def shortened(card: Card, limit: int, *, values: bool = False) -> Card:
    """Every text at most `limit` code points; what is typed into fields only with `values`."""
    parts = tuple(_short(part, limit, values=values) for part in card.parts)
    return replace(card, title=shorten(card.title, limit), parts=parts)


def weight(card: Card) -> int:
    """Bytes in UTF-8 that its texts need at the least: a card far too big need not be tried."""
    return sum(map(_weight, card.parts))


def _weight(part: elements.Part) -> int:
    match part:
        case Text():
            return len(part.text.encode("utf-8", "ignore"))
        case Facts():
            return sum(len(f"{a}{b}".encode("utf-8", "ignore")) for a, b in part.rows)
        case Fold():
            return sum(map(_weight, part.parts))
        case _:
            return 0


def parted(part: Text, limit: int) -> tuple[Text, Text | None]:
    """The beginning, with … at its end, and the rest; no rest when that would be a few words."""
    if len(part.text) <= limit * 5 // 4:
        return part, None
    shown = at_a_pause(shorten(part.text, limit))
    end = len(shown) - 1  # the … is not of the text
    first = tuple((start, min(stop, end)) for start, stop in part.marks if start < end)
    later = ((start - end, stop - end) for start, stop in part.marks if stop > end)
    rest = tuple((max(0, start), stop) for start, stop in later)
    return replace(part, text=shown, marks=first), replace(part, text=part.text[end:], marks=rest)


def _short(part: elements.Part, limit: int, *, values: bool) -> elements.Part:
    match part:
        case Text() | Facts() | Divider():
            return _short_plain(part, limit)
        case Fold():
            return replace(part, parts=tuple(_short_plain(each, limit) for each in part.parts))
        case Field():
            return inputs.shortened(part, limit) if values else part
        case Actions():
            return part
        case _:
            assert_never(part)


def _short_plain(part: Text | Facts | Divider, limit: int) -> Text | Facts | Divider:
    if isinstance(part, Facts):
        return Facts(tuple((_cut(label, limit), _cut(value, limit)) for label, value in part.rows))
    if isinstance(part, Divider) or len(part.text) <= limit:
        return part
    text = _cut(part.text, limit)
    end = len(text) - 1  # the … at the cut is not marked
    inside = tuple((start, min(stop, end)) for start, stop in part.marks if start < end)
    return replace(part, text=text, marks=inside)


def _cut(text: str, limit: int) -> str:
    return at_a_pause(shorten(text, limit)) if len(text) > limit else text
