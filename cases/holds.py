"""Held texts: which queue a stopped text goes to, who reads it there, what is decided, its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from cases import audit, fields, months, review_rules, sharing, verdicts
from cases.db import Shelf
from cases.errors import NotAllowed, NotFound
from cases.guard import Checked
from cases.models.case import Draft, Hold
from cases.seal import KeyRing
from cases.vocabulary import Decision, DraftState, Role

SAFETY, COMPLIANCE = "safety", "compliance"
READERS = {SAFETY: Role.SAFETY, COMPLIANCE: Role.MODERATOR}  # reliability.md §10
# How long a text stays after a reviewer was done with it (domain.md §8).
KEPT = {SAFETY: timedelta(days=30), COMPLIANCE: timedelta(days=90)}
RELEASED, RETURNED, CLOSED = "released", "returned", "closed"


async def route(
    shelf: Shelf,
    ring: KeyRing,
    draft: Draft,
    checked: Checked,
    raw: Mapping[str, Any],
    *,
    shown: bool = True,
) -> str | None:
    """Puts a stopped text where it belongs, and gives the rule that stopped it; None: it passes.

    Safety is routed at once; conduct reaches compliance where the company says so; the rest goes
    back to its author.
    `shown`: the author sees it now.
    """
    decision = verdicts.decision_of(checked, raw)
    if decision in verdicts.PASSES:
        return None
    rules = verdicts.rules_behind(checked, decision, raw) or ["model_down"]
    if decision is Decision.ASK:
        return rules[0]
    if decision is Decision.ROUTE_TO_SAFETY:
        held = await sharing.hold(shelf, ring, draft, rules, SAFETY)
        held.shown_at = held.shown_at or (shelf.now if shown else None)
    conduct = [one for one in verdicts.rules_of(checked) if one in verdicts.CONDUCT]
    chosen = review_rules.of((await shelf.people.company()).settings)
    if conduct and chosen.compliance_sees:
        await sharing.hold(shelf, ring, draft, conduct, COMPLIANCE)
    if decision is not Decision.ROUTE_TO_SAFETY:
        draft.state = DraftState.OPEN  # the author may still rewrite it
    return rules[0]


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
    shelf.scope.needs(READERS[name])
    return await shelf.holds.waiting(name)


def days_waiting(hold: Hold, now: datetime) -> int:
    """JST days since the text was stopped; 0 on the same day."""
    return (months.day_of(now) - months.day_of(hold.created_at)).days


async def reviewed(shelf: Shelf, hold_id: str) -> Hold:
    """An item that the acting member may read and decide.

    Raises NotFound, NotAllowed for other roles, and for one's own text.
    """
    hold = await shelf.holds.get(hold_id)
    if hold is None:
        raise NotFound
    shelf.scope.needs(READERS[hold.queue])
    if hold.author_id == shelf.scope.member_id:
        raise NotAllowed("own text")
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


async def decide(shelf: Shelf, ring: KeyRing, hold_id: str, state: str) -> tuple[Hold, bool]:
    """Compliance's word: released (the author may publish it), returned or closed, once.

    Gives the item, and whether its author still has the text to go on with. A second decision
    raises NotFound.
    """
    hold = await reviewed(shelf, hold_id)
    if hold.queue != COMPLIANCE or hold.decided_at is not None:
        raise NotFound
    hold.state = state
    settle(shelf, hold)
    await audit.record(shelf, f"compliance.{state}", hold.id)
    if state == RELEASED:
        return hold, await clear(shelf, ring, hold, set(hold.rules) - verdicts.SAFETY)
    draft = await shelf.holds.draft(hold.draft_id)
    if draft is not None and draft.state is DraftState.HELD:
        draft.state = DraftState.OPEN
    return hold, draft is not None and draft.state is DraftState.OPEN


def settle(shelf: Shelf, hold: Hold) -> None:
    """A reviewer is done with the item: nobody is reminded, and its period begins to run."""
    hold.decided_at = shelf.now
    hold.decided_by = shelf.scope.me


async def clear(shelf: Shelf, ring: KeyRing, hold: Hold, rules: set[str]) -> bool:
    """Lets the author go on with the fields as they were held; False where nothing is left to.

    Another wording since then is checked like any other text. What was erased after 14 days is
    given back to its author.
    """
    draft = await shelf.holds.draft(hold.draft_id)
    if draft is None or draft.state is DraftState.PUBLISHED or hold.text is None:
        return False
    held = ring.open_json(hold.text, hold.company_id)
    raw = sharing.original(ring, draft)
    if draft.original is not None and fields.text_hash(raw) != fields.text_hash(held):
        return False
    draft.original = ring.seal_json(verdicts.cleared(held, rules), hold.company_id)
    draft.state = DraftState.OPEN
    draft.updated_at = shelf.now
    return True


async def purge(shelf: Shelf) -> int:
    """Erases held texts whose period is over, and what is left of their drafts: how many.

    The trail keeps id, hash and receipt number, the row keeps its dates.
    """
    gone = 0
    for name, kept in KEPT.items():
        for hold in await shelf.holds.decided_before(name, shelf.now - kept):
            hold.text = hold.answer = None
            hold.reason = ""
            draft = await shelf.holds.draft(hold.draft_id)
            if draft is not None and draft.state is DraftState.HELD:
                await shelf.cases.drop(draft)
            told = f"{hold.id} sha256={hold.text_hash} receipt={hold.receipt}"
            await audit.record(shelf, "hold.purge", told)
            gone += 1
    return gone
