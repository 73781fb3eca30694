"""What a job is: a Mailing owes messages, a Chore does work. A job decides who and what.

It never sends and never renders. A new job is one file in `scheduler/jobs/` and one line in `JOBS`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cases.db import Shelf
from cases.models.org import Member
from scheduler import calendar as dates
from scheduler.calendar import Calendar
from scheduler.rules import Option, at_time, time_of

LATE = timedelta(hours=1)  # from here on a message says that it is late
REPLY, PROMPT, DIGEST = 0, 1, 2  # priorities: an answer to a person goes first


@dataclass(frozen=True, slots=True)
class Period:
    """One turn of a schedule: its key from the local date, and the moment it is due."""

    key: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Turn:
    """A period that is being fanned out. `missed`: older periods that this one stands for."""

    period: Period
    now: datetime
    today: date  # the company's date now
    calendar: Calendar
    zone: ZoneInfo
    late: bool = False  # shown as 「遅れてお届けしています」
    missed: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)  # what 事務局 chose, by option


@dataclass(frozen=True, slots=True)
class Message:
    """Who gets what: what the composer needs to find it. `key` makes it unique over all time."""

    key: str
    content: dict[str, Any]
    member_id: str | None = None
    room_id: str | None = None
    case_ids: tuple[str, ...] = ()


Prepare = Callable[[Shelf, Sequence[Message]], Awaitable[Sequence[Message]]]
Renew = Callable[[Shelf, str], Awaitable[Message]]
Periods = Callable[[Calendar, ZoneInfo, date, date], Sequence[Period]]
PeriodsOf = Callable[[Mapping[str, Any]], Periods]


async def _complete(_shelf: Shelf, messages: Sequence[Message]) -> Sequence[Message]:
    return messages


async def _nobody_refuses(_shelf: Shelf, _member: Member) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Mailing:
    """A job that owes messages.

    `periods(calendar, zone, first, last)`: the turns whose due date lies in [first, last].
    `refuses(shelf, member)`: why this person no longer gets it, "" when they do; asked again
    just before sending. `prepare(shelf, messages)`: what is only done for messages that really
    are owed; gives them back in their order. `renew(shelf, key)`: the message anew when a case
    that it shows was taken back before it was sent; None: then it is not sent. `catch_up_days`:
    business days that it may be late. `unsolicited` counts for the budget. `options`: what 事務局
    may choose, and `periods_of` the turns under a choice. `by_day`: a member's favourite day of
    the week moves it. `told`: 事務局 is told of a turn that was skipped. `duty`: it is also sent
    during somebody's pause, because a deadline of the company runs on. `sample`: what a test send
    to oneself shows. `in_batches`: a large mailing is owed a batch at a time; only where `messages`
    writes nothing, so that asking again after a crash gives everything that is not owed yet.
    `fixed`: a duty to rooms: it goes out on any day and at any hour, and nobody holds it.
    """

    name: str
    rule: str
    periods: Periods
    messages: Callable[[Shelf, Turn], Awaitable[Sequence[Message]]]
    priority: int = PROMPT
    unsolicited: bool = False
    catch_up_days: int = 0
    expires_after: timedelta | None = None
    refuses: Callable[[Shelf, Member], Awaitable[str]] = field(default=_nobody_refuses)
    prepare: Prepare = _complete
    renew: Renew | None = None
    options: tuple[Option, ...] = ()
    periods_of: PeriodsOf | None = None
    by_day: bool = False
    told: bool = False
    duty: bool = False
    sample: Callable[[Shelf, Member], Awaitable[Message | None]] | None = None
    in_batches: bool = False
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Chore:
    """A job that works on the company's own rows and sends nothing; gives a count for the log.

    It is a duty: nobody changes its schedule, holds it or turns it off.
    """

    name: str
    rule: str
    periods: Periods
    work: Callable[[Shelf, Turn], Awaitable[int]]
    catch_up_days: int = 0


Job = Mailing | Chore
_AROUND = timedelta(days=62)  # avoidance may move a turn out of its own month


def turns_of(job: Job, settings: Mapping[str, Any]) -> Periods:
    """The job's turns under what 事務局 chose; {}: the defaults."""
    if settings and isinstance(job, Mailing) and job.periods_of is not None:
        return job.periods_of(settings)
    return job.periods


def daily(slot: time) -> dict[str, Any]:
    """The fields of a Mailing whose turn is each business day, at a time that may be chosen."""
    return {
        "periods": each_business_day(slot),
        "options": (at_time(slot),),
        "periods_of": lambda chosen: each_business_day(time_of(chosen, slot)),
    }


def each_business_day(slot: time) -> Periods:
    """A turn on every 営業日 at `slot`, keyed by the date."""

    def periods(calendar: Calendar, zone: ZoneInfo, first: date, last: date) -> list[Period]:
        return [
            Period(day.isoformat(), dates.at(day, slot, zone))
            for day in dates.span(first, last)
            if calendar.is_business_day(day)
        ]

    return periods


def each_day(slot: time) -> Periods:
    """A turn on every day at `slot`, keyed by the date."""

    def periods(_calendar: Calendar, zone: ZoneInfo, first: date, last: date) -> list[Period]:
        return [
            Period(day.isoformat(), dates.at(day, slot, zone)) for day in dates.span(first, last)
        ]

    return periods


def each_month(turns: Callable[[Calendar, ZoneInfo, int, int], Sequence[Period]]) -> Periods:
    """The turns of all months that touch [first, last], cut to those that are due inside."""

    def periods(calendar: Calendar, zone: ZoneInfo, first: date, last: date) -> list[Period]:
        found = [
            period
            for year, month in dates.months(first - _AROUND, last + _AROUND)
            for period in turns(calendar, zone, year, month)
        ]
        return [p for p in found if first <= dates.local_date(p.due_at, zone) <= last]

    return periods
