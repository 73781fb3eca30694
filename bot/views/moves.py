"""One 入社・異動・退職 in words: done ones as history, coming ones with a way to cancel."""

from __future__ import annotations

from bot.views.elements import Actions, Button, Part, Style, Text
from bot.views.words import say
from cases.models.roster import Move


def move_parts(move: Move, name: str, offices: dict[str, str], locale: str) -> list[Part]:
    """`offices`: names by id."""
    what = say(locale, f"roster.what_{move.what}")
    place = offices.get(move.office_id or "", "")
    words = "people.move_done" if move.done_at else "people.move"
    text = say(locale, words, day=move.day.isoformat(), name=name, what=what, office=place)
    if move.done_at:
        return [Text(text.strip(), Style.QUIET)]
    cancel = Button(say(locale, "people.cancel_move"), "people.cancel_move", move.id)
    return [Text(text.strip()), Actions((cancel,))]
