"""The card as HTML: pure, escaped by markupsafe, and one form per card.

Buttons post `press` = "row action value"; the row says below which buttons a short answer stands.
Fields post as `f.<key>`, lists as `l.<key>` (with an empty one, so that no tick is a value too).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import assert_never

from markupsafe import Markup

from bot.views.elements import Actions, Button, Card, Divider, Facts, Fold, Part, Style, Text
from bot.views.elements import Field as FieldPart
from bot.web.fields import field_html
from bot.web.links import safe_link
from bot.web.words import web

TAGS = {
    Style.NORMAL: "p",
    Style.TITLE: "h3",
    Style.STRONG: "h4",
    Style.QUIET: "p",
    Style.QUOTE: "blockquote",
    Style.GOOD: "p",
    Style.WARN: "p",
}
NOTE_PARTS = 3  # a card of at most so many sentences, and nothing else, is a short answer


@dataclass(frozen=True, slots=True)
class Frame:
    """What a card needs on a page: its id there, language, CSRF token and a key of its form."""

    card_id: str
    locale: str
    csrf: str
    key: str


def card_html(card: Card, frame: Frame, *, swap: str = "") -> Markup:
    """The card as an article. `swap` is htmx's place for it when it comes as an answer."""
    inside = Markup("").join(_parts(card, frame))
    head = Markup('<h2 class="form-title">{}</h2>').format(card.title) if card.title else ""
    if _pressable(card):
        inside = _form(inside, frame)
    return Markup('<article class="card" id="card-{}" tabindex="-1"{}>{}{}</article>').format(
        frame.card_id, swap_attribute(swap), head, inside
    )


def note_html(card: Card) -> Markup:
    """A short answer: its sentences alone, for the place below the buttons."""
    return Markup("").join(_text(part) for part in card.parts if isinstance(part, Text))


def is_note(card: Card) -> bool:
    """True for an answer of a few sentences without anything to press."""
    return len(card.parts) <= NOTE_PARTS and all(isinstance(part, Text) for part in card.parts)


def swap_attribute(swap: str) -> Markup:
    """htmx's attribute for an answer that goes to another place than its request came from."""
    return Markup(' hx-swap-oob="{}"').format(swap) if swap else Markup("")


def marked(text: str, marks: Iterable[tuple[int, int]]) -> Markup:
    """The text escaped, with `<mark>` around the spans (code points); bad spans are left out."""
    done, pieces = 0, []
    for start, end in sorted(marks):
        if start < done or end <= start or end > len(text):
            continue
        pieces.append(Markup("{}<mark>{}</mark>").format(text[done:start], text[start:end]))
        done = end
    return Markup("").join([*pieces, Markup("{}").format(text[done:])])


def _pressable(card: Card) -> bool:
    kinds = (Actions, FieldPart)
    return card.submit is not None or any(isinstance(part, kinds) for part in card.parts)


def _form(inside: Markup, frame: Frame) -> Markup:
    return Markup(
        '<form method="post" action="/press" hx-post="/press" hx-swap="none"'
        ' hx-sync="this:drop">'
        '<input type="hidden" name="csrf" value="{}"><input type="hidden" name="key" value="{}">'
        '<input type="hidden" name="card" value="{}">{}</form>'
    ).format(frame.csrf, frame.key, frame.card_id, inside)


def _parts(card: Card, frame: Frame) -> list[Markup]:
    found = [_part(part, row, frame) for row, part in enumerate(card.parts)]
    if card.submit is not None:
        found.append(_actions(Actions((card.submit,)), len(card.parts), frame))
    return found


def _part(part: Part, row: int, frame: Frame) -> Markup:
    match part:
        case Text():
            return _text(part)
        case Facts():
            return _facts(part)
        case Divider():
            return Markup("<hr>")
        case Actions():
            return _actions(part, row, frame)
        case FieldPart():
            return field_html(part, f"{frame.card_id}-{row}", frame.locale)
        case Fold():
            inner = Markup("").join(_part(item, row, frame) for item in part.parts)
            return Markup("<details class=fold><summary>{}</summary>{}</details>").format(
                part.title, inner
            )
        case _:
            assert_never(part)


def _text(part: Text) -> Markup:
    tag = TAGS[part.style]
    return Markup('<{} class="{}">{}</{}>').format(
        tag, part.style, marked(part.text, part.marks), tag
    )


def _facts(part: Facts) -> Markup:
    rows = Markup("").join(
        Markup("<dt>{}</dt><dd>{}</dd>").format(label, value)
        if label
        else Markup('<dd class="alone">{}</dd>').format(value)
        for label, value in part.rows
    )
    return Markup("<dl>{}</dl>").format(rows)


def _actions(part: Actions, row: int, frame: Frame) -> Markup:
    if not part.buttons and not part.more:
        return Markup("")
    buttons = Markup("").join(_button(button, row) for button in part.buttons)
    return Markup(
        '<div class="actions">{}{}</div><div class="said" id="said-{}-{}" role="status"></div>'
    ).format(buttons, _more(part.more, row, frame.locale), frame.card_id, row)


def _more(buttons: tuple[Button, ...], row: int, locale: str) -> Markup:
    if not buttons:
        return Markup("")
    inside = Markup("").join(_button(button, row) for button in buttons)
    return Markup(
        '<details class="more"><summary aria-label="{}">･･･</summary><div>{}</div></details>'
    ).format(web(locale, "more"), inside)


def _button(button: Button, row: int) -> Markup:
    look = "primary" if button.primary else "plain"
    if button.url:
        link = safe_link(button.url)
        if not link:
            return Markup("")
        return Markup('<a class="button {}" href="{}">{}</a>').format(look, link, button.label)
    # Only the main button asks for what is required: one may always put a form aside.
    skip = Markup("") if button.primary else Markup(" formnovalidate")
    return Markup('<button class="{}" name="press" value="{} {} {}"{}>{}</button>').format(
        look, row, button.action, button.value, skip, button.label
    )
