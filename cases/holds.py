"""Held texts: their queues, who reads them there, and their end. (Where they go: clearing.py.)"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from cases import audit, fields, months, rights
from cases.db import Shelf
from cases.errors import NotFound
from cases.models.case import Hold
from cases.rights import Action
from cases.seal import KeyRing
from cases.vocabulary import DraftState

SAFETY, COMPLIANCE = "safety", "compliance"
READERS = {SAFETY: Action.SAFETY, COMPLIANCE: Action.COMPLIANCE}
# How long a text stays after a reviewer was done with it (domain.md §8).
KEPT = {SAFETY: timedelta(days=30), COMPLIANCE: timedelta(days=90)}
# The author's answer in the queue of safety, the decision in that of compliance.
OPEN, REPORTED, NOT_APPLICABLE = "open", "reported", "not_applicable"
RELEASED, RETURNED, CLOSED = "released", "returned", "closed"


async def mine(shelf: Shelf) -> Sequence[Hold]:
    """The acting member's own undecided items, oldest first; from now on they were shown."""
    found = await shelf.holds.by_author(shelf.scope.me)
    for hold in found:
        hold.shown_at = hold.shown_at or shelf.now
    return found


async def queue(shelf: Shelf, name: str) -> Sequence[Hold]:
    """What waits in a queue, oldest first. Raises NotFound for no queue, NotAllowed for others."""
    if name not in READERS:
        raise NotFound
    rights.need(shelf, READERS[name])
    return await shelf.holds.waiting(name)


def days_waiting(hold: Hold, now: datetime) -> int:
    """JST days since the text was stopped; 0 on the same day."""
    return (months.day_of(now) - months.day_of(hold.created_at)).days


async def reviewed(shelf: Shelf, hold_id: str) -> Hold:
    """An item that the acting member may read and decide.

    Raises NotFound, NotAllowed for other roles, and for one's own text.
    """
    hold = await shelf.holds.alone(hold_id)
    if hold is None:
        raise NotFound
    rights.need(shelf, READERS[hold.queue], hold.id, owner=hold.author_id)
    return hold


async def read(shelf: Shelf, ring: KeyRing, hold_id: str) -> tuple[Hold, dict[str, str], str]:
    """The item, its texts by field as typed, and why its author says that it does not apply.

    In the audit trail. Raises NotFound once the text is purged.
    """
    hold = await reviewed(shelf, hold_id)
    if hold.text is None:
        raise NotFound
    await audit.record(shelf, "hold.read", hold.id)
    raw = ring.open_json(hold.text, hold.company_id)
    texts = fields.texts(raw) or {"action": str(raw.get("typed") or "")}
    reason = ring.open(hold.answer, hold.company_id) if hold.answer else hold.reason
    return hold, texts, reason


def settle(shelf: Shelf, hold: Hold) -> None:
    """A reviewer is done with the item: nobody is reminded, and its period begins to run."""
    hold.decided_at = shelf.now
    hold.decided_by = shelf.scope.me


async def purge(shelf: Shelf, spared: Callable[[str], bool] = lambda _: False) -> int:
    """Erases held texts whose period is over, and what is left of their drafts: how many.

    `spared`: authors under a legal hold. The trail keeps id, hash and receipt number, the row
    keeps its dates.
    """
    gone = 0
    for name, kept in KEPT.items():
        for hold in await shelf.holds.decided_before(name, shelf.now - kept):
            if spared(hold.author_id):
                continue
            hold.text = hold.answer = None
            hold.reason = ""
            draft = await shelf.holds.draft(hold.draft_id)
            if draft is not None and draft.state is DraftState.HELD:
                await shelf.cases.drop(draft)
            told = f"{hold.id} sha256={hold.text_hash} receipt={hold.receipt}"
            await audit.record(shelf, "hold.purge", told)
            gone += 1
    return gone
