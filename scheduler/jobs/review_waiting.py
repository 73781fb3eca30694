"""確認待ち: cases that wait for approval over two business days, to those who approve, weekly."""

from __future__ import annotations

from datetime import timedelta

from cases.db import Shelf
from cases.models.org import Member
from cases.review import REVIEWERS
from scheduler import calendar as dates
from scheduler.job import Mailing, Message, Turn, daily

WAITS = 2  # business days


async def messages(shelf: Shelf, turn: Turn) -> list[Message]:
    """How many wait and since when; nobody's name, no title."""
    waiting = [
        dates.local_date(case.release_asked_at, turn.zone)
        for case in await shelf.cases.waiting_for_release()
        if case.release_asked_at is not None
    ]
    late = [day for day in waiting if turn.calendar.add_business_days(day, WAITS) < turn.today]
    if not late:
        return []
    content = {"count": len(late), "since": min(late).isoformat()}
    return [
        Message(f"{dates.week_key(turn.today)}:{member.id}", content, member.id)
        for member in await shelf.people.members()
        if not set(REVIEWERS).isdisjoint(member.roles)
    ]


async def refuses(_shelf: Shelf, member: Member) -> str:
    """Who approves no more is not asked."""
    return "role_lost" if set(REVIEWERS).isdisjoint(member.roles) else ""


JOB = Mailing(
    name="review_waiting",
    rule="once a week while cases wait over two business days, 10:30",
    messages=messages,
    unsolicited=True,
    expires_after=timedelta(days=3),
    refuses=refuses,
    **daily(dates.SUMMARY_SLOT),
)
