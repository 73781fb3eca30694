"""The neutral elements that every platform converts: a card is text, facts, fields and buttons.

A form is a card with fields: pressing a button sends the values of all fields on its card.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, assert_never


class Style(StrEnum):
    """How a text is meant; a platform shows what it can of it."""

    NORMAL = "normal"
    TITLE = "title"
    STRONG = "strong"
    QUIET = "quiet"
    QUOTE = "quote"
    GOOD = "good"  # 再現, thanks
    WARN = "warn"  # guard, errors: no emoji, no persona


class Kind(StrEnum):
    """What a field takes. CHOICES and TICKS give lists of values, the others one string."""

    LINE = "line"
    LONG = "long"
    CHOICE = "choice"
    CHOICES = "choices"
    TICKS = "ticks"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph of plain text, never markup. `marks`: (start, end) code points to highlight."""

    text: str
    style: Style = Style.NORMAL
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """Label and value pairs."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Divider:
    """A line between parts."""


@dataclass(frozen=True, slots=True)
class Button:
    """`action` names the handler, `value` is its argument (an id, ≤ 1,000 characters)."""

    label: str
    action: str
    value: str = ""
    primary: bool = False
    url: str = ""  # a link of our own instead of an action


@dataclass(frozen=True, slots=True)
class Actions:
    """Buttons in a row, most important first; `more` holds those behind ･･･."""

    buttons: tuple[Button, ...]
    more: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a field."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """Something to fill in. `value` is a string, or a tuple of values for CHOICES and TICKS."""

    key: str
    label: str
    kind: Kind = Kind.LINE
    value: str | tuple[str, ...] = ""
    choices: tuple[Choice, ...] = ()
    required: bool = False
    limit: int = 0  # code points; 0 = the platform's own
    hint: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Fold:
    """Details that start closed where the platform can fold.

    Where it cannot, `instead` is the button that shows them; without one they follow quietly.
    """

    title: str
    parts: tuple[Text | Facts | Divider, ...]
    instead: Button | None = None


Part = Text | Facts | Divider | Actions | Field | Fold


@dataclass(frozen=True, slots=True)
class Card:
    """One message, or one form. `title` heads a form's own screen (≤ 24 characters)."""

    parts: tuple[Part, ...]
    title: str = ""
    submit: Button | None = None  # the button of a form's own screen

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields of the card in order."""
        return tuple(part for part in self.parts if isinstance(part, Field))


def elsewhere(card: Card) -> Card:
    """The card for a chat: a link within the local page leads nowhere there and is left out."""
    parts = []
    for part in card.parts:
        if isinstance(part, Actions):
            rows = (tuple(filter(_opens, row)) for row in (part.buttons, part.more))
            part = Actions(*rows)
            if not (part.buttons or part.more):
                continue
        parts.append(part)
    return replace(card, parts=tuple(parts))


def emptied(card: Card) -> Card:
    """The form without what was typed into it; what was chosen stays."""
    return replace(card, parts=tuple(map(_blank, card.parts)))


def _blank(part: Part) -> Part:
    if isinstance(part, Field) and part.kind in (Kind.LINE, Kind.LONG):
        return replace(part, value="")
    return part


def unfolded(card: Card) -> Card:
    """The card where nothing can be folded: the button of a fold joins the next row, or ends it.

    A row that has the button already keeps it once.
    """
    parts: list[Part] = []
    waiting: tuple[Button, ...] = ()
    for part in card.parts:
        if isinstance(part, Fold) and part.instead:
            waiting += (part.instead,)
            continue
        if waiting and isinstance(part, Actions):
            more = [button for button in waiting if button not in part.buttons]
            part, waiting = replace(part, buttons=(*part.buttons, *more)), ()
        parts.append(part)
    return replace(card, parts=(*parts, *((Actions(waiting),) if waiting else ())))


def _opens(button: Button) -> bool:
    return not button.url or button.url.startswith(("https://", "http://"))


def fact(label: str, value: str) -> str:
    """One row of Facts as a line; a row may have no label."""
    return f"{label}: {value}" if label else value


def plain(card: Card) -> str:
    """The card as plain text: the fallback of every message (never empty for a card with text)."""
    lines = [card.title] if card.title else []
    for part in card.parts:
        lines.extend(_plain(part))
    return "\n".join(lines)


def _plain(part: Part) -> list[str]:
    match part:
        case Text():
            return [part.text]
        case Facts():
            return [fact(label, value) for label, value in part.rows]
        case Divider():
            return []
        case Actions():
            return [" ".join(f"［{button.label}］" for button in part.buttons)]
        case Field():
            return [f"{part.label}: {part.value if isinstance(part.value, str) else ''}"]
        case Fold():
            return [part.title, *(line for inner in part.parts for line in _plain(inner))]
        case _:
            assert_never(part)


def to_json(card: Card) -> dict[str, Any]:
    """The card as JSON-ready data; `from_json` reads it back."""
    return {
        "title": card.title,
        "submit": _dump(card.submit) if card.submit else None,
        "parts": [_dump(part) for part in card.parts],
    }


def from_json(data: dict[str, Any]) -> Card:
    """A card from what `to_json` made."""
    return Card(
        parts=tuple(_load(part) for part in data["parts"]),
        title=data["title"],
        submit=_load(data["submit"]) if data["submit"] else None,
    )


_ELEMENTS: dict[str, type[Any]] = {
    element.__name__: element
    for element in (Text, Facts, Divider, Button, Actions, Choice, Field, Fold)
}


def _dump(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_dump(item) for item in value]
    if type(value).__name__ not in _ELEMENTS:
        return value
    names = type(value).__dataclass_fields__
    return {"is": type(value).__name__, **{name: _dump(getattr(value, name)) for name in names}}


def _load(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_load(item) for item in value)
    if not isinstance(value, dict):
        return value
    element = _ELEMENTS[value["is"]]
    found = {name: _load(inner) for name, inner in value.items() if name != "is"}
    if element is Text:
        found["style"] = Style(found["style"])
    if element is Field:
        found["kind"] = Kind(found["kind"])
    return element(**found)
