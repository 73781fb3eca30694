"""Keeps the promise of `model_down`: kept drafts are checked when the guard runs again, and told.

Checked in each round of the clock, outside any transaction; the letter goes through the ledger.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.courier import Composer
from cases.db import Shelf
from cases.errors import GuardDown
from cases.library import Library
from cases.models.case import Draft
from cases.scope import Scope
from scheduler import calendar as dates
from scheduler import hours, ledger
from scheduler.places import place_for

KIND = "draft_checked"
AT_ONCE = 20  # drafts of a company in one round
STILL_THERE = timedelta(hours=1)  # so soon after posting a person is told at once, as by a reply
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft that nobody could check: its wording as typed, and what it was read at."""

    draft_id: str
    raw: dict[str, Any]
    updated_at: datetime


async def check_again(library: Library, composer: Composer, company_id: str) -> int:
    """Checks what waits, routes it and owes each author one letter: how many. 0 while it is down.

    A draft that its author changed meanwhile is left to them.
    """
    from bot.conversation.turn import checked  # the guard is not read for the first page

    told = 0
    for kept in await _waiting(library, company_id):
        try:
            found, own = await checked(library, Scope(company_id), kept.raw)
        except GuardDown:
            log.info("%s: the guard is still down", company_id)
            return told
        async with library.db.transaction(Scope(company_id)) as shelf:
            draft = await shelf.holds.draft(kept.draft_id)
            if draft is None or draft.unchecked_since is None or _changed(draft, kept):
                continue
            await _tell(library, composer, shelf, draft, kept.raw, found, own)
            told += 1
    return told


async def _waiting(library: Library, company_id: str) -> list[Kept]:
    from cases import sharing

    async with library.db.transaction(Scope(company_id)) as shelf:
        rows = (await shelf.holds.unchecked())[:AT_ONCE]
        return [
            Kept(row.id, sharing.original(library.ring, row), row.updated_at)
            for row in rows
            if row.original is not None
        ]


def _changed(draft: Draft, kept: Kept) -> bool:
    return draft.updated_at != kept.updated_at


async def _tell(
    library: Library,
    composer: Composer,
    shelf: Shelf,
    draft: Draft,
    raw: dict[str, Any],
    found: Any,
    own: int,
) -> None:
    """One transaction: what the guard said, where it puts the text, and the letter. `own`: version
    of the company's words."""
    from cases import clearing, feedback, sharing, verdicts
    from cases.vocabulary import Decision

    since = draft.unchecked_since or shelf.now
    await sharing.keep_draft(shelf, library.ring, raw, found, draft=draft)
    await feedback.fired(shelf, draft.id, verdicts.rules_of(found), own)
    rule = await clearing.route(shelf, library.ring, draft, found, raw, shown=False)
    decision = verdicts.decision_of(found, raw)
    sees = await clearing.for_compliance(shelf, found, raw)
    content = {
        "draft_id": draft.id,
        "rule": rule or "",
        "asks": decision is Decision.ASK,
        "held": decision is Decision.ROUTE_TO_SAFETY,
        "compliance_sees": bool(sees),
    }
    place = await place_for(shelf, member_id=draft.author_id)
    if place is None:
        return
    promise = ledger.Owed(
        dedupe_key=f"{KIND}:{draft.id}:{since:%Y%m%d%H%M%S%f}",
        kind=KIND,
        payload=await composer.render(shelf, KIND, content, place),
        workspace_id=place.workspace_id,
        user=getattr(place, "user", None),
        member_id=draft.author_id,
        not_before=await _when(shelf, draft.author_id, since),
    )
    await ledger.owe(shelf, promise)


async def _when(shelf: Shelf, member_id: str, since: datetime) -> datetime:
    """At once while they may still sit there, else within their hours."""
    if shelf.now - since < STILL_THERE:
        return shelf.now
    company = await shelf.people.company()
    member = await shelf.people.member(member_id)
    calendar = dates.from_settings(company.settings)
    return hours.opens(calendar, shelf.now, ZoneInfo(company.zone), member)
