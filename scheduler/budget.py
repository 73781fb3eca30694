"""The budget of attention: how many messages that nobody asked for a person gets (decision 15)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from cases.db import Shelf
from cases.members import is_mr
from cases.models.org import Member
from cases.vocabulary import Role
from scheduler import calendar as dates
from scheduler.store.ledger import Ledger

MR_WEEK = 1
OTHERS_WEEK = 3  # promoters and managers


def weekly_limit(member: Member) -> int:
    """Unsolicited messages a week, Monday to Sunday, over all jobs."""
    plain = is_mr(member) and Role.PROMOTER not in member.roles
    return MR_WEEK if plain else OTHERS_WEEK


async def over_budget(
    shelf: Shelf,
    member: Member,
    day: date,
    zone: ZoneInfo,
    pushed: Sequence[datetime] | None = None,
) -> str:
    """Why one more on that day would be too much; "" when there is room.

    `pushed`: when the week's messages went out, where it was read before for many members.
    """
    if pushed is None:
        monday = day - timedelta(days=day.weekday())
        since = dates.at(monday, dates.MIDNIGHT, zone)
        pushed = (await Ledger(shelf).unsolicited([member.id], since))[member.id]
    days = [dates.local_date(moment, zone) for moment in pushed]
    week = [one for one in days if dates.week_key(one) == dates.week_key(day)]
    if len(week) >= weekly_limit(member):
        return "weekly_budget"
    return "daily_budget" if day in week else ""
