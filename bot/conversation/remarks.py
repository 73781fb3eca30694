"""A line that is no post: the answer to a reflection, or to how a trial went. The guard reads it
like a post, with the same words and choices; what it stops is kept as a draft."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.conversation.showing import office_word
from bot.conversation.turn import Turn
from bot.views.elements import Card
from bot.views.notes import line_form, note
from bot.views.reflection import shared_card, thanks_card
from cases import members, reflections, sharing, trials
from cases.db import Shelf
from cases.errors import NotFound
from cases.guard import Checked
from cases.models.case import Draft
from cases.text import shorten

NOTE_LIMIT = 200  # characters of a word on a trial
TEXT = "tip"  # the field of a draft that holds the line


def remark(kind: str, subject_id: str, text: str) -> dict[str, Any]:
    """The line as a draft. `kind`: `reflect` (private), `reflect_shared` or `trial`."""
    return {TEXT: text, "about": {"kind": kind, "id": subject_id}}


def form(turn: Turn, draft_id: str, raw: Mapping[str, Any]) -> Card:
    """The line again, to be written in another way."""
    title, label = turn.words("reflect.question"), turn.words("reflect.write_ask")
    submit = turn.words("share.check")
    return line_form(title, label, "share.check", draft_id, submit, TEXT, str(raw[TEXT]))


async def land(
    turn: Turn, shelf: Shelf, draft: Draft, raw: Mapping[str, Any], checked: Checked
) -> Card:
    """The line passed: it goes where it was meant for, and its draft is gone."""
    about, masked = raw["about"], checked.masked.get(TEXT, "")
    await sharing.drop(shelf, draft.id)
    match about["kind"]:
        case "reflect":
            return await answered(turn, shelf, about["id"], str(raw[TEXT]))
        case "reflect_shared":
            await reflections.share(shelf, about["id"], masked)
            return shared_card(about["id"], turn.locale)
        case _:
            trial = await shelf.loop.trial(about["id"])
            if trial is None:
                raise NotFound
            await trials.answer(shelf, trial.id, trial.state, shorten(masked, NOTE_LIMIT))
            return note(turn.words("try.note_saved"))


async def answered(turn: Turn, shelf: Shelf, reflection_id: str, text: str) -> Card:
    """Keeps a reflection's answer, sealed; thanks, and what colleagues answered."""
    row = await reflections.answer(shelf, turn.library.ring, reflection_id, text)
    await members.back(shelf)
    others = []
    for words, office_id in await reflections.others(shelf, row):
        office = await shelf.people.office(office_id or None)
        named = office_word(office, turn.locale) if office else turn.words("reflect.elsewhere")
        others.append((words, named))
    return thanks_card(row.id, others, turn.locale)
