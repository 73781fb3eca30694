"""振り返り: one question to each MR on the 2nd and the 4th Friday, 10:15."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cases import months, reflections
from cases.db import Shelf
from cases.errors import NotFound
from cases.members import is_mr
from cases.models.org import Member
from scheduler import calendar as dates
from scheduler import silence
from scheduler.calendar import Calendar
from scheduler.job import Mailing, Message, Period, Periods, Turn, each_month
from scheduler.rules import Option, at_time, time_of
from scheduler.silence import Habit

EXPIRES = timedelta(days=3)
WEEKS = (2, 4)
FIRST = "-1"  # how the key of a month's first turn ends


def periods_of(chosen: Mapping[str, Any]) -> Periods:
    """At most two a month: `YYYY-MM-1` and `YYYY-MM-2`, whatever day they move to."""
    weekday, weeks = chosen.get("weekday", dates.FRIDAY), chosen.get("weeks", WEEKS)
    slot = time_of(chosen, dates.REFLECTION_SLOT)

    def turns(calendar: Calendar, zone: ZoneInfo, year: int, month: int) -> list[Period]:
        days = dates.reflection_dates(calendar, year, month, weekday, weeks)
        return [
            Period(f"{year:04d}-{month:02d}-{number}", dates.at(day, slot, zone))
            for number, day in enumerate(days, start=1)
        ]

    return each_month(turns)


async def messages(shelf: Shelf, turn: Turn) -> list[Message]:
    """Every active MR; who has had enough this week is left out by the budget.

    Three unanswered in a row: a word that it goes quiet, then nothing until the member is back.
    Three passes in a row: once a month.
    """
    known, found = await silence.habits(shelf), []
    for member in await shelf.people.members():
        habit = known.get(member.id)
        rests = habit is Habit.PASSING and not turn.period.key.endswith(FIRST)
        if is_mr(member) and member.quiet_since is None and not rests:
            content = {"habit": str(habit)} if habit else {}
            key = f"{turn.period.key}:{member.id}"
            found.append(Message(key=key, member_id=member.id, content=content))
    return found


async def prepare(shelf: Shelf, messages: Sequence[Message]) -> list[Message]:
    """Chooses the questions, only for those who really are asked; or goes quiet."""
    members = [await _member(shelf, message) for message in messages]
    silent = [m.content.get("habit") == Habit.SILENT for m in messages]
    asked = [one for one, quiet in zip(members, silent, strict=True) if not quiet]
    rows = await reflections.ask_all(shelf, asked)
    found: list[Message] = []
    for message, member in zip(messages, members, strict=True):
        row = rows.get(member.id)
        if row is None:
            member.quiet_since = months.day_of(shelf.now)
            await silence.let_go(shelf, member.id)
            found.append(message)
            continue
        question = await reflections.content_of(shelf, row)
        found.append(replace(message, content=message.content | question))
    return found


async def _member(shelf: Shelf, message: Message) -> Member:
    member = await shelf.people.member(message.member_id or "")
    if member is None:
        raise NotFound
    return member


async def sample(shelf: Shelf, member: Member) -> Message | None:
    """One's own next question."""
    return (await prepare(shelf, [Message(key="", content={}, member_id=member.id)]))[0]


async def refuses(_shelf: Shelf, member: Member) -> str:
    """Who turned the questions off is not asked."""
    return "" if member.wants_questions else "no_questions"


JOB = Mailing(
    name="reflection",
    rule="2nd and 4th Friday, a week earlier in avoidance, 10:15",
    periods=periods_of({}),
    periods_of=periods_of,
    options=(
        Option("weekday", dates.FRIDAY, (0, 1, 2, 3, 4)),
        Option("weeks", WEEKS, (1, 2, 3, 4), many=2),
        at_time(dates.REFLECTION_SLOT),
    ),
    by_day=True,
    told=True,
    sample=sample,
    messages=messages,
    unsolicited=True,
    catch_up_days=1,
    expires_after=EXPIRES,
    refuses=refuses,
    prepare=prepare,
    in_batches=True,
)
