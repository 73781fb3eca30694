"""Cases that a person may put into a conversation with others, found while they type.

Nothing is kept of it and nothing changes, so that it may be asked again and again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.conversation.showing import shown
from bot.views.elements import Card
from bot.views.pick import preview, room_card
from bot.views.words import say
from cases import members, trials
from cases.db import Shelf
from cases.library import Library
from cases.models.case import Case
from cases.models.org import Member
from cases.searchable import searchable
from cases.text import clean
from cases.vocabulary import Status

MOST = 8  # cases: a list that can be seen without scrolling far
LIMIT = 300  # characters of a question


@dataclass(frozen=True, slots=True)
class Pick:
    """One case: `title` and `text` for the list, and the card for the room."""

    title: str
    text: str
    card: Card


@dataclass(frozen=True, slots=True)
class Picks:
    """The cases, best first; without any `words` say why."""

    found: tuple[Pick, ...] = ()
    words: str = ""


async def pick(library: Library, member: Member, text: str) -> Picks:
    """At most MOST company-wide cases for a question; for none the ones that helped most.

    What an office keeps to itself stays out of a conversation, also for its own members. A
    question about a patient or a safety event is not searched (decision 36).
    """
    scope = members.scope_of(member)
    query = clean(text)[:LIMIT].strip()
    wanted: list[str] | None = None
    if query:
        refused, masked = await searchable(library, scope, query)
        if refused:
            return Picks(words=say(member.locale, "pick.refused"))
        hits = (await library.find(scope, masked)).hits
        wanted = [hit.case_id for hit in hits if hit.near != "none"]
    async with library.db.reading(scope) as shelf:
        cases = await (
            trials.first_to_read(shelf, MOST) if wanted is None else _named(shelf, wanted)
        )
        found = await _picks(shelf, cases, member.locale)
    nothing = "pick.none" if query else "pick.empty"
    return Picks(found) if found else Picks(words=say(member.locale, nothing))


async def _named(shelf: Shelf, ids: Sequence[str]) -> list[Case]:
    rows = await shelf.cases.many(ids)
    found = [rows[one] for one in ids if one in rows]
    return [case for case in found if case.status is Status.COMPANY][:MOST]


async def _picks(shelf: Shelf, cases: Sequence[Case], locale: str) -> tuple[Pick, ...]:
    """The list in the member's language, the cards in the company's, as others read them."""
    company = (await shelf.people.company()).locale
    listed = await shown(shelf, cases, locale)
    for_others = await shown(shelf, cases, company)
    return tuple(
        Pick(*preview(mine, locale), room_card(theirs, company))
        for mine, theirs in zip(listed, for_others, strict=True)
    )
