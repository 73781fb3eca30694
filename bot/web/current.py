"""Cards that are kept for a page, as their cases may be shown now: taken back, or shown anew."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.conversation.showing import shown
from bot.views.case import byline, case_actions
from bot.views.elements import Actions, Button, Card, Style, Text
from bot.views.notes import note
from bot.views.support import shown_for
from bot.views.withdrawn import cases_of, with_instead, withdrawn_card
from bot.web.threads import Entry
from bot.web.visit import Visit
from cases import support
from cases.vocabulary import GONE

if TYPE_CHECKING:
    from cases.db import Shelf


async def refresh(visit: Visit, entries: list[Entry]) -> None:
    """Changes the cards of a thread in place; one who looks at a page sees nothing older."""
    entries = await _without_support(visit, entries)
    ids = {case_id for entry in entries for case_id in cases_of(entry.card)}
    if not ids:
        return
    async with visit.house.library.db.reading(visit.scope) as shelf:
        there = await shelf.cases.many(ids)
        recast = [case for case in there.values() if case.recast_at is not None]
        views = await shown(shelf, recast, visit.locale)
        instead = await _not_found(visit, shelf, ids - set(there))
    for view in views:
        title = Text(view.case.title, Style.TITLE)
        told = Text(visit.words("names.anew"), Style.QUIET)
        by = Text(byline(view, visit.locale), Style.QUIET)
        actions = case_actions(replace(view, reviews=False), visit.locale)
        result = Text(view.case.result)
        instead[view.case.id] = Card((told, title, result, by, actions))
    for entry in entries:
        for case_id in cases_of(entry.card):
            if case_id in instead and not _is_current(entry.card, instead[case_id]):
                entry.card = with_instead(entry.card, case_id, instead[case_id])


async def _without_support(visit: Visit, entries: list[Entry]) -> list[Entry]:
    """The other entries: what was read for support leaves the page with its half hour."""
    read = {entry.id: case_id for entry in entries if (case_id := shown_for(entry.card))}
    if read:
        async with visit.house.library.db.reading(visit.scope) as shelf:
            over = {id_ for id_, case_id in read.items() if not await support.lasts(shelf, case_id)}
        for entry in entries:
            if entry.id in over:
                entry.card = note(visit.words("support.gone"), style=Style.QUIET)
    return [entry for entry in entries if entry.id not in read]


def _is_current(kept: Card, fresh: Card) -> bool:
    """True for a reviewer's card of this very text, under the same name: it may show more."""
    marks = {one.value for one in _buttons(fresh) if one.action == "review.release"}
    lines = {
        part.text for part in fresh.parts if isinstance(part, Text) and part.style == Style.QUIET
    }
    shown_now = {part.text for part in kept.parts if isinstance(part, Text)}
    return bool(marks) and marks <= {one.value for one in _buttons(kept)} and lines <= shown_now


def _buttons(card: Card) -> list[Button]:
    return [one for part in card.parts if isinstance(part, Actions) for one in part.buttons]


async def _not_found(visit: Visit, shelf: Shelf, ids: Collection[str]) -> dict[str, Card]:
    """What is shown for cases that the member cannot find; a reviewer reads what only waits."""
    found = {case_id: withdrawn_card(visit.locale) for case_id in ids}
    if not visit.reviews:
        return found
    # With the guard: not for the first page.
    from bot.conversation.review import reviewed
    from bot.views.review import waiting_parts
    from cases import review

    for case_id in ids:
        case = await shelf.cases.any(case_id)
        if case is not None and case.status in GONE:
            continue
        del found[case_id]  # a draft, or a case that stands in an office
        if case is None or case.recast_at is None:
            continue
        rows = await reviewed(shelf, await review.of_cases(shelf, [case]), visit.locale)
        found[case_id] = Card(tuple(waiting_parts(rows[0], visit.locale)))
    return found
