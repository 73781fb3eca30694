"""When a member is written to: own hours inside the sending window, own day for the questions."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from cases.members import is_mr
from cases.models.org import Member
from cases.vocabulary import Role
from scheduler import calendar as dates
from scheduler.calendar import Calendar
from scheduler.job import Mailing

_WEEK = 7


def window_of(member: Member | None) -> tuple[time, time]:
    """The member's own hours; 08:30–18:00 for a room and where none were chosen."""
    if member is None or member.window_from is None or member.window_until is None:
        return dates.WINDOW
    return time.fromisoformat(member.window_from), time.fromisoformat(member.window_until)


def opens(calendar: Calendar, moment: datetime, zone: ZoneInfo, member: Member | None) -> datetime:
    """`moment` itself inside the member's hours, else the next time that they begin."""
    return dates.next_window(calendar, moment, zone, window_of(member))


def starts(
    calendar: Calendar, moment: datetime, zone: ZoneInfo, member: Member | None, job: Mailing
) -> datetime:
    """When a message that is due at `moment` goes out to this member, or to a room (None)."""
    if job.fixed:
        return moment
    if job.by_day and member is not None and member.question_day is not None:
        moment = _on_day(calendar, moment, zone, member)
    return opens(calendar, moment, zone, member)


def _on_day(calendar: Calendar, moment: datetime, zone: ZoneInfo, member: Member) -> datetime:
    """The same time on the next such weekday, unless no push goes out then.

    推進メンバー keep the day of the schedule: a question that moved could take the digest's day.
    """
    local = moment.astimezone(zone)
    ahead = ((member.question_day or 0) - local.weekday()) % _WEEK
    day = local.date() + timedelta(days=ahead)
    moved = ahead and calendar.is_business_day(day) and not calendar.is_avoided(day)
    if not moved or Role.PROMOTER in member.roles or not is_mr(member):
        return moment
    return dates.at(day, local.time(), zone)
