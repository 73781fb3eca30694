"""What htmx gets back from a form: pieces of the page, each with its place."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, assert_never

import aiohttp_jinja2
from aiohttp import web
from markupsafe import Markup

from bot.web.html import note_html
from bot.web.threads import Change, Close, Note, Sheet, Swap, Top
from bot.web.visit import Visit, remember
from bot.web.walls import new_session


def answer(
    visit: Visit,
    changes: Sequence[Change],
    *,
    again: bool,
    waits: Mapping[str, int] | None = None,
    queue: Mapping[str, Any] | None = None,
    box: bool = False,
) -> web.Response:
    """The pieces, and in a header what the page's script does after them (static/page.js).

    `again`: the form was sent before, so its cards may be on the page and are not doubled.
    `waits`: what waits now, for the first screen that shows it; `queue`: for the page of reviewers.
    """
    known = [change.entry.id for change in changes if again and isinstance(change, Top)]
    pieces = [Markup('<div id="card-{}" hx-swap-oob="delete"></div>').format(id_) for id_ in known]
    shown = [one for one in changes if queue is None or not in_queue(one)]
    pieces += [_piece(visit, change) for change in shown]
    if waits is not None:
        pieces.append(_piece_of(visit, "waits.html", {"waits": waits}))
    if queue is not None:
        pieces.append(_piece_of(visit, "queue.html", queue))
    if box:
        pieces.append(_box(visit))
    response = web.Response(text=str(Markup("\n").join(pieces)), content_type="text/html")
    response.headers["HX-Trigger-After-Settle"] = json.dumps({"hitotsubu": _after(changes)})
    remember(response, visit)
    return response


def in_queue(change: Change) -> bool:
    """True for a card of the reviewers' page: it comes with the queue around it."""
    return isinstance(change, Swap) and change.card_id.startswith("case-")


def _piece(visit: Visit, change: Change) -> Markup:
    match change:
        case Top(entry=entry):
            said = Markup('<p class="mine">{}</p>').format(entry.said) if entry.said else ""
            card = visit.card(entry.card, entry.id)
            return Markup('<div hx-swap-oob="afterbegin:#thread">{}{}</div>').format(said, card)
        case Swap(card_id=card_id, card=card):
            return visit.card(card, card_id, "true")
        case Note(press=press, card=card):
            words = Markup('<div id="said-{}-{}" hx-swap-oob="innerHTML">{}</div>')
            return words.format(press.card_id, press.row, note_html(card))
        case Sheet(entry=entry):
            inside = visit.card(entry.card, entry.id)
            return Markup('<div id="sheet-body" hx-swap-oob="innerHTML">{}</div>').format(inside)
        case Close():
            return Markup("")
        case _:
            assert_never(change)


def _box(visit: Visit) -> Markup:
    """The box, empty and with a new key."""
    return _piece_of(visit, "box.html", {"text": ""})


def _piece_of(visit: Visit, template: str, more: Mapping[str, Any]) -> Markup:
    """A form of the page in its place, with a key of its own."""
    found = {
        "csrf": visit.house.walls.token(visit.session),
        "key": new_session(),
        "say": visit.words,
        "swap": "true",
        **more,
    }
    text = aiohttp_jinja2.render_string(template, visit.request, found)
    return Markup(text)  # noqa: S704  # nosec B704  # a template's output is escaped already


def _after(changes: Sequence[Change]) -> dict[str, str]:
    """Which sheet opens or closes, and which card comes into sight."""
    told = {"sheet": "", "look": ""}
    for change in changes:
        match change:
            case Sheet():
                told["sheet"] = "open"
            case Close():
                told["sheet"] = "close"
            case Top(entry=entry):
                told["look"] = told["look"] or f"card-{entry.id}"
            case Swap(card_id=card_id):
                told["look"] = f"card-{card_id}"
            case Note(press=press):
                told["look"] = told["look"] or f"said-{press.card_id}-{press.row}"
    return told
