"""「みんなに共有」: an answer that only its asker saw, posted once for all who read along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.conversation.showing import shown
from bot.conversation.turn import Owed, Turn
from bot.conversation.walls import ours_alone
from bot.views.elements import Style, to_json
from bot.views.hits import ShownHit, told_card
from bot.views.notes import note
from bot.views.words import say
from cases import audit, members, months, searches
from cases import search as searching
from cases.db import Shelf
from cases.errors import NotFound
from cases.vocabulary import Status


def tell_value(state: dict[str, Any], hits: Sequence[ShownHit]) -> str:
    """What the button carries: the thread of the search and the cases that were seen.

    Empty when there is nothing to share: what an office keeps to itself stays out of a channel.
    """
    ids = [hit.shown.case.id for hit in hits if hit.shown.case.status is Status.COMPANY]
    return f"{state.get('thread', '')}|{','.join(ids)}" if ids else ""


async def tell(turn: Turn, value: str) -> None:
    """Posts the cards where they were asked for, credited to who shares them."""
    from bot.conversation.find import found_for  # find shows the button, and tell its hits

    thread, _, listed = value.rpartition("|")
    if not turn.may_tell:
        raise NotFound
    aside = {**turn.event.aside, "about": thread}  # type: ignore[union-attr]  # may_tell: it has one
    await ours_alone(turn, turn.workspace_id, str(aside["channel"]))
    async with turn.read() as shelf:
        state = await searches.last(shelf, thread or turn.thread)
    found = await found_for(turn, state) if state.get("query") else None
    page = found.hits[state["offset"] :] if found else ()
    by_id = {hit.case_id: hit for hit in page}
    if not by_id.keys() >= set(listed.split(",")):
        by_id = {}  # the search has gone on: its reasons are those of another question
    async with turn.transaction() as shelf:
        once = f"{value}:{turn.scope.me}:{months.day_of(shelf.now)}"
        if await shelf.audit.has("answer.share", once):
            turn.say(note(turn.words("tell.already")))
            return
        hits = await _hits(shelf, listed.split(","), by_id)
        if not hits:
            raise NotFound
        locale = (await shelf.people.company()).locale
        name = members.shown_name(await shelf.people.member(turn.scope.me), locale)
        card = told_card(hits, say(locale, "tell.from", name=name), locale)
        content = {"card": to_json(card), "case_ids": [hit.shown.case.id for hit in hits]}
        turn.owe(Owed(f"answer_share:{once}", "answer_share", content, aside=aside))
        await audit.record(shelf, "answer.share", once)
        turn.say(note(turn.words("tell.done"), style=Style.GOOD))


async def _hits(
    shelf: Shelf, listed: Sequence[str], by_id: dict[str, searching.Hit]
) -> list[ShownHit]:
    """The cases that were seen, as anybody of the company sees them, with reason and points."""
    rows = await shelf.cases.many(listed)
    cases = [rows[one] for one in listed if one in rows and rows[one].status is Status.COMPANY]
    locale = (await shelf.people.company()).locale
    found = []
    for view in await shown(shelf, cases, locale):
        hit = by_id.get(view.case.id)
        seen = ShownHit(
            replace(view, mine=False, trying=False, reviews=False), "", (), (), (), "close"
        )
        if hit is not None:
            why = hit.why()
            seen = replace(seen, reason=why.sentence, marks=why.marks, same=hit.same)
        found.append(seen)
    return found
