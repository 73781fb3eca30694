"""振り返り: one question to each MR on the 2nd and the 4th Friday, 10:15."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from cases import reflections
from cases.db import Shelf
from cases.errors import NotFound
from cases.members import is_mr
from cases.models.org import Member
from scheduler import calendar as dates
from scheduler.calendar import Calendar
from scheduler.job import Mailing, Message, Period, Turn, each_month

EXPIRES = timedelta(days=3)


def turns(calendar: Calendar, zone: ZoneInfo, year: int, month: int) -> list[Period]:
    """At most two a month: `YYYY-MM-1` and `YYYY-MM-2`, whatever day they move to."""
    days = dates.reflection_dates(calendar, year, month)
    return [
        Period(f"{year:04d}-{month:02d}-{number}", dates.at(day, dates.REFLECTION_SLOT, zone))
        for number, day in enumerate(days, start=1)
    ]


async def messages(shelf: Shelf, turn: Turn) -> list[Message]:
    """Every active MR; who has had enough this week is left out by the budget."""
    return [
        Message(key=f"{turn.period.key}:{member.id}", member_id=member.id, content={})
        for member in await shelf.people.members()
        if is_mr(member)
    ]


async def prepare(shelf: Shelf, message: Message) -> Message:
    """Chooses the question, only for those who really are asked."""
    member = await shelf.people.member(message.member_id or "")
    if member is None:
        raise NotFound
    row = await reflections.ask(shelf, member)
    return replace(message, content=message.content | {"reflection_id": row.id})


async def refuses(_shelf: Shelf, member: Member) -> str:
    """Who turned the questions off is not asked."""
    return "" if member.wants_questions else "no_questions"


JOB = Mailing(
    name="reflection",
    rule="2nd and 4th Friday, a week earlier in avoidance, 10:15",
    periods=each_month(turns),
    messages=messages,
    unsolicited=True,
    catch_up_days=1,
    expires_after=EXPIRES,
    refuses=refuses,
    prepare=prepare,
    in_batches=True,
)
