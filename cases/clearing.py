"""Where a stopped text goes, and what a reviewer's word does to its draft."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cases import audit, fields, holds, review_rules, sharing, verdicts
from cases.db import Shelf
from cases.errors import NotFound
from cases.models.case import Draft, Hold
from cases.seal import KeyRing
from cases.vocabulary import Decision, DraftState

if TYPE_CHECKING:  # as in verdicts.py
    from cases.guard import Checked


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
        held = await sharing.hold(shelf, ring, draft, rules, holds.SAFETY)
        held.shown_at = held.shown_at or (shelf.now if shown else None)
    conduct = await for_compliance(shelf, checked, raw)
    if conduct:
        await sharing.hold(shelf, ring, draft, conduct, holds.COMPLIANCE)
    if decision is not Decision.ROUTE_TO_SAFETY:
        draft.state = DraftState.OPEN  # the author may still rewrite it
    return rules[0]


async def for_compliance(shelf: Shelf, checked: Checked, raw: Mapping[str, Any]) -> list[str]:
    """The conduct rules for which compliance sees a stopped text; none where the setting is off.

    Whoever shows the author what stopped it says so (decision 22). An answer to a reflection is
    its writer's alone until they share it.
    """
    if (raw.get("about") or {}).get("kind") == "reflect":
        return []
    chosen = review_rules.of((await shelf.people.company()).settings)
    return verdicts.conduct(checked, raw) if chosen.compliance_sees else []


async def decide(shelf: Shelf, ring: KeyRing, hold_id: str, state: str) -> tuple[Hold, bool]:
    """Compliance's word: released (the author may publish it), returned or closed, once.

    Gives the item, and whether its author still has the text to go on with. A second decision
    raises NotFound.
    """
    hold = await holds.reviewed(shelf, hold_id)
    if hold.queue != holds.COMPLIANCE or hold.decided_at is not None:
        raise NotFound
    hold.state = state
    holds.settle(shelf, hold)
    await audit.record(shelf, f"compliance.{state}", hold.id)
    if state == holds.RELEASED:
        return hold, await clear(shelf, ring, hold, set(hold.rules) - verdicts.SAFETY)
    draft = await _draft_of(shelf, hold)
    if draft is not None:
        draft.state = DraftState.OPEN
    return hold, draft is not None


async def clear(shelf: Shelf, ring: KeyRing, hold: Hold, rules: set[str]) -> bool:
    """Lets the author go on with the fields as they were held; False where nothing is left to.

    Another wording since then is checked like any other text. What was erased after 14 days is
    given back to its author.
    """
    draft = await _draft_of(shelf, hold)
    if draft is None or hold.text is None:
        return False
    held = ring.open_json(hold.text, hold.company_id)
    raw = sharing.original(ring, draft) or held  # of a stopped text nothing is kept in clear
    if fields.text_hash(raw) != fields.text_hash(held):
        return False
    draft.original = ring.seal_json(verdicts.cleared(raw, rules), hold.company_id)
    draft.state = DraftState.OPEN
    draft.updated_at = shelf.now
    return True


async def _draft_of(shelf: Shelf, hold: Hold) -> Draft | None:
    """The draft that the item's author can go on with; None once it waits for a reviewer, is
    published, or was handed over to somebody else."""
    draft = await shelf.holds.draft(hold.draft_id)
    if draft is None or draft.author_id != hold.author_id:
        return None
    return draft if draft.state in (DraftState.OPEN, DraftState.HELD) else None
