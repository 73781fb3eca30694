"""Told to 事務局: a turn that was skipped, with its reason. Each one once, on the next morning."""

from __future__ import annotations

from datetime import timedelta

from cases.db import Shelf
from cases.vocabulary import Role
from scheduler import calendar as dates
from scheduler.job import Mailing, Message, Turn, each_business_day
from scheduler.store.plans import Plans

REASONS = ("too_late", "held", "rule_changed")
KINDS = ("monthly_digest", "reflection")  # of a daily job, the next day brings the same news


async def messages(shelf: Shelf, turn: Turn) -> list[Message]:
    """One message for each 事務局 with all that was skipped since the last one."""
    plans = Plans(shelf)
    kinds = {row.id: kind for kind, row in (await plans.schedules()).items() if kind in KINDS}
    rows = [row for row in await plans.skipped(REASONS) if row.schedule_id in kinds]
    fresh = [row for row in rows if row.told_at is None]
    readers = [m for m in await shelf.people.members() if Role.HQ_ADMIN in m.roles]
    if not fresh or not readers:
        return []
    told = []
    for row in fresh:
        row.told_at = shelf.now
        told.append(
            {"kind": kinds[row.schedule_id], "period": row.period_key, "reason": row.reason}
        )
    return [
        Message(f"{turn.period.key}:{reader.id}", {"turns": told}, member_id=reader.id)
        for reader in readers
    ]


JOB = Mailing(
    name="skipped_turns",
    rule="each business day after a turn was skipped, 08:30",
    periods=each_business_day(dates.WINDOW[0]),
    messages=messages,
    expires_after=timedelta(days=7),
)
