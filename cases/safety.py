"""The safety queue: what an author says of a held item. This is never the reporting route."""

from __future__ import annotations

from datetime import date

from cases import audit
from cases.db import Shelf
from cases.errors import Missing, NotFound
from cases.models.case import Hold


async def answer(
    shelf: Shelf,
    draft_id: str,
    state: str,
    *,
    receipt: str = "",
    reason: str = "",
    heard_on: date | None = None,
) -> Hold:
    """Records `reported` with a receipt number, or `not_applicable` with a reason (≤ 200).

    The text stays sealed for the safety reviewer either way (domain.md §6). Raises Missing without
    number or reason, NotFound for anybody but its author.
    """
    hold = await shelf.cases.hold_of(draft_id, "safety")
    if hold is None or hold.author_id != shelf.scope.me:
        raise NotFound
    if state == "reported" and not receipt:
        raise Missing("receipt")
    if state == "not_applicable" and not reason:
        raise Missing("reason")
    hold.state = state
    hold.receipt = receipt[:200]
    hold.reason = reason[:200]
    hold.heard_on = heard_on
    await audit.record(shelf, f"safety.{state}", hold.id)
    return hold
