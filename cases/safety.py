"""The safety queue: what author and safety department say of a held item, and the export of it.

This is never the reporting route: nothing here says that a report was received (domain.md §6).
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from cases import audit, clearing, holds, months, rights, verdicts
from cases.db import Shelf
from cases.errors import BadInput, Missing, NotFound
from cases.exporting import cell
from cases.holds import NOT_APPLICABLE, OPEN, REPORTED
from cases.models.case import Hold
from cases.rights import Action
from cases.seal import KeyRing

REASON = 200  # characters
# A number of the company's reporting system: it lies in clear, so no name fits into it.
RECEIPT = re.compile(r"(?=.*\d)[0-9A-Za-z][0-9A-Za-z ._/#()-]{0,39}")
COLUMNS = (
    "item", "rules", "stopped_on", "shown_on", "day_0", "day_0_said", "answer", "answered_on",
    "receipt", "received_on", "text_erased",
)  # fmt: skip


def receipt_of(typed: str) -> str:
    """The receipt number, NFKC; empty for what cannot be one (no digit, words, over 40)."""
    found = unicodedata.normalize("NFKC", typed).strip()
    return found if RECEIPT.fullmatch(found) else ""


def day_0(hold: Hold) -> date:
    """The JST day that the MR learned it, as they said; at the latest the day of the post."""
    return hold.heard_on or months.day_of(hold.created_at)


async def own(shelf: Shelf, item: str) -> Hold:
    """The acting member's undecided item, by its id or as the latest of a draft.

    Raises NotFound for anybody else, and once the safety department is done with it.
    """
    hold = await shelf.holds.get(item) or await shelf.holds.latest(item, holds.SAFETY)
    hold = await shelf.holds.alone(hold.id) if hold else None
    if hold is None or hold.queue != holds.SAFETY or hold.author_id != shelf.scope.me:
        raise NotFound
    if hold.decided_at is not None:
        raise NotFound
    return hold


async def answer(
    shelf: Shelf,
    ring: KeyRing,
    item: str,
    state: str,
    *,
    receipt: str = "",
    reason: str = "",
    heard_on: date | None = None,
) -> Hold:
    """Records `reported` with a receipt number, or `not_applicable` with a reason (≤ 200, sealed).

    The text stays sealed for the safety department either way. Raises Missing without number or
    reason, BadInput for a day to come, NotFound as `own` does.
    """
    hold = await own(shelf, item)
    if state == REPORTED and not receipt:
        raise Missing("receipt")
    if state == NOT_APPLICABLE and not reason:
        raise Missing("reason")
    if heard_on is not None and heard_on > months.day_of(shelf.now):
        raise BadInput("heard_on")
    hold.state = state
    hold.receipt = receipt
    hold.answer = ring.seal(reason[:REASON], hold.company_id) if reason else None
    hold.heard_on = heard_on
    hold.answered_at = shelf.now
    await audit.record(shelf, f"safety.{state}", hold.id)
    return hold


async def receive(shelf: Shelf, ring: KeyRing, hold_id: str) -> tuple[Hold, bool]:
    """The safety department has the item: no more reminders, the text goes after 30 days.

    Of one that does not apply the author may go on with the post. Gives the item and whether
    they can. A second time raises NotFound.
    """
    hold = await _open(shelf, hold_id)
    holds.settle(shelf, hold)
    await audit.record(shelf, "safety.receive", hold.id)
    if hold.state != NOT_APPLICABLE:
        return hold, False
    return hold, await clearing.clear(shelf, ring, hold, set(hold.rules) & verdicts.SAFETY)


async def ask_again(shelf: Shelf, hold_id: str) -> Hold:
    """Safety does not agree that it does not apply: it is open again, and the author is told."""
    hold = await _open(shelf, hold_id)
    if hold.state != NOT_APPLICABLE:
        raise NotFound
    hold.state, hold.answered_at = OPEN, None
    await audit.record(shelf, "safety.ask_again", hold.id)
    return hold


async def _open(shelf: Shelf, hold_id: str) -> Hold:
    hold = await holds.reviewed(shelf, hold_id)
    if hold.queue != holds.SAFETY or hold.decided_at is not None:
        raise NotFound
    return hold


@dataclass(frozen=True, slots=True)
class Month:
    """A JST month of the safety queue: its items, oldest first, and how many by answer.

    `screened`: drafts that were checked for the first time in the month.
    """

    month: str
    items: Sequence[Hold]
    screened: int

    def count(self, state: str) -> int:
        """Items with this answer."""
        return sum(hold.state == state for hold in self.items)

    @property
    def received(self) -> int:
        """Items that the safety department has."""
        return sum(hold.decided_at is not None for hold in self.items)


async def month_of(shelf: Shelf, month: str) -> Month:
    """The items that were stopped in a JST month, YYYY-MM. Only for the safety department."""
    rights.need(shelf, Action.RECONCILE)
    limits = months.limits(month)
    found = await shelf.holds.between(*limits)
    return Month(month, found, await shelf.reviews.checked_between(*limits))


def built(found: Month) -> str:
    """The reconciliation of a month as CSV with a BOM: one row per item, no text, no person; the
    last row has the totals.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([cell(value) for value in row_of(hold)] for hold in found.items)
    writer.writerow(("total", totals(found), *[""] * (len(COLUMNS) - 2)))
    return "\ufeff" + out.getvalue()


async def note(shelf: Shelf, found: Month) -> None:
    """Into the audit trail with the number of rows, before the file leaves."""
    rights.need(shelf, Action.RECONCILE)
    await audit.record(shelf, "safety.export", f"month={found.month} rows={len(found.items)}")


def totals(month: Month) -> str:
    """`screened=120 held=3 reported=2 not_applicable=0 open=1 received=2`."""
    counts = {"screened": month.screened, "held": len(month.items)}
    counts |= {state: month.count(state) for state in (REPORTED, NOT_APPLICABLE, OPEN)}
    counts["received"] = month.received
    return " ".join(f"{name}={count}" for name, count in counts.items())


def row_of(hold: Hold) -> tuple[object, ...]:
    """An item in the order of COLUMNS; days are JST dates, empty where it has not happened."""
    return (
        hold.id, hold.rules, _day(hold.created_at), _day(hold.shown_at), day_0(hold).isoformat(),
        "yes" if hold.heard_on else "no", hold.state, _day(hold.answered_at), hold.receipt,
        _day(hold.decided_at), "no" if hold.text else "yes",
    )  # fmt: skip


def _day(moment: datetime | None) -> str:
    return months.day_of(moment).isoformat() if moment else ""
