"""確認待ち: what waits for reviewers over two business days, to those who approve, weekly.

That is cases to be approved, and samples of the last months' releases that nobody has read.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from cases import months, rights, second_look
from cases.db import Shelf
from cases.models.org import Member
from cases.rights import Action
from scheduler import calendar as dates
from scheduler.job import Mailing, Message, Turn, daily

WAITS = 2  # business days


async def messages(shelf: Shelf, turn: Turn) -> list[Message]:
    """How many wait and since when, and the months to be read again; nobody's name, no title.

    Weekly; every third business day while a post waits that not even its own office sees.
    """
    asked = [case.release_asked_at for case in await shelf.cases.waiting_for_release()]
    unseen = _late([draft.submitted_at for draft in await shelf.reviews.submitted()], turn)
    late = _late(asked, turn) + unseen
    samples = [
        one.month
        for one in await second_look.unread(shelf)
        if _late([months.limits(one.month)[1]], turn)
    ]
    if not late and not samples:
        return []
    content: dict[str, Any] = {"again": samples} if samples else {}
    if late:
        content |= {"count": len(late), "since": min(late).isoformat()}
    key = dates.week_key(turn.today)
    if unseen:
        days = dates.span(min(unseen), turn.today)
        waited = sum(turn.calendar.is_business_day(day) for day in days) - 1
        key = f"{min(unseen).isoformat()}+{waited // (WAITS + 1)}"
    return [
        Message(f"{key}:{member.id}", content, member.id)
        for member in await shelf.people.members()
        if rights.has(member.roles, Action.RELEASE)
    ]


def _late(moments: Iterable[datetime | None], turn: Turn) -> list[date]:
    """The days since when something waits over two business days."""
    days = [dates.local_date(moment, turn.zone) for moment in moments if moment is not None]
    return [day for day in days if turn.calendar.add_business_days(day, WAITS) < turn.today]


async def refuses(_shelf: Shelf, member: Member) -> str:
    """Who approves no more is not asked."""
    return "" if rights.has(member.roles, Action.RELEASE) else "role_lost"


JOB = Mailing(
    name="review_waiting",
    rule="weekly while cases or samples wait over two business days, posts each third day, 10:30",
    messages=messages,
    unsolicited=True,
    expires_after=timedelta(days=3),
    refuses=refuses,
    **daily(dates.SUMMARY_SLOT),
)
