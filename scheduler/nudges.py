"""When somebody is told of their own message in a channel: one nudge a week, and it learns.

The rule, as 使い方 states it: MRs only, never in a pause or against 設定, within the budget of what
nobody asked for (decision 15), and after two 「今回は見送る」 in a row 90 days of quiet.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cases.db import Shelf
from cases.members import is_mr
from cases.models.org import Member
from scheduler import calendar as dates
from scheduler import hours
from scheduler.budget import over_budget
from scheduler.models import Delivery
from scheduler.recheck import is_paused
from scheduler.store.ledger import Ledger

KIND, MARKED = "nudge", "marked"
PASSES, QUIET = 2, timedelta(days=90)
EXPIRES = timedelta(days=2)  # a nudge about the day before yesterday helps nobody
PASSED, DRAFTED = "passed", "drafted"


@dataclass(frozen=True, slots=True)
class Slot:
    """When a message goes out; `week` (2026-W45) makes a nudge the only one of its week."""

    at: datetime
    week: str = ""

    def key(self, member_id: str) -> str:
        """The nudge of the week in the ledger."""
        return key_of(member_id, self.week)


def key_of(member_id: str, week: str) -> str:
    """The dedupe key of a member's nudge of a week."""
    return f"{KIND}:{member_id}:{week}"


async def slot(shelf: Shelf, member: Member) -> Slot | None:
    """When a nudge about something written just now may come; None: this one is left out."""
    if not is_mr(member) or not member.wants_nudges:
        return None
    company = await shelf.people.company()
    zone, calendar = ZoneInfo(company.zone), dates.from_settings(company.settings)
    at = hours.opens(calendar, shelf.now, zone, member)
    day = dates.local_date(at, zone)
    if is_paused(member, day) or await over_budget(shelf, member, day, zone):
        return None
    this = (Delivery.kind == KIND) & (Delivery.member_id == member.id)
    last = await Ledger(shelf).deliveries(this, PASSES)
    week = dates.week_key(day)
    if any(row.dedupe_key == key_of(member.id, week) for row in last):
        return None
    declined = len(last) == PASSES and all(row.outcome == PASSED for row in last)
    if declined and shelf.now - last[0].created_at < QUIET:
        return None
    return Slot(at, week)


async def answered(shelf: Shelf, member_id: str, week: str, how: str) -> bool:
    """Keeps `passed` or `drafted`; False for a second press, or where there was no such nudge."""
    this = Delivery.dedupe_key == key_of(member_id, week)
    return bool(await Ledger(shelf).change(this & (Delivery.outcome != how), outcome=how))


async def is_quiet(shelf: Shelf, member_id: str) -> bool:
    """True when the last two nudges were passed."""
    this = (Delivery.kind == KIND) & (Delivery.member_id == member_id)
    last = await Ledger(shelf).deliveries(this, PASSES)
    return len(last) == PASSES and all(row.outcome == PASSED for row in last)


async def marked_slot(shelf: Shelf, member: Member) -> Slot:
    """When a member hears that a colleague marked a message: in their hours, one a day at most."""
    company = await shelf.people.company()
    zone, calendar = ZoneInfo(company.zone), dates.from_settings(company.settings)
    this = (Delivery.kind == MARKED) & (Delivery.member_id == member.id)
    at = shelf.now
    for row in await Ledger(shelf).deliveries(this, 1):
        at = max(at, row.not_before + timedelta(days=1))
    if member.paused_until is not None and is_paused(member, dates.local_date(at, zone)):
        at = dates.at(member.paused_until, dates.MIDNIGHT, zone)
    return Slot(hours.opens(calendar, at, zone, member))
