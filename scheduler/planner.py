"""What is due becomes occurrences and deliveries. Planning twice, or twice at once, adds nothing.

All truth is in `schedule`, `occurrence` and `delivery`; the alarm clock may ring as it likes.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from cases.columns import new_id
from cases.db import Database, Shelf
from cases.scope import Scope
from scheduler import calendar as dates
from scheduler.batches import Fan, fan_out_all
from scheduler.calendar import Calendar
from scheduler.fan_out import Planned, fan_out
from scheduler.job import LATE, Job, Period, Turn, turns_of
from scheduler.models import Occurrence, OccurrenceState, Schedule, ScheduleState
from scheduler.ports import Composer
from scheduler.steady import Steady
from scheduler.store.plans import Plans

log = logging.getLogger(__name__)
LOOK_AHEAD = timedelta(days=70)
_LOOK_BACK = timedelta(days=100)  # three months down: what was missed is written down
JOINED, TOO_LATE, HELD = "joined:", "too_late", "held"  # why a turn was skipped


@dataclass(frozen=True, slots=True)
class Planner:
    """What planning needs. The jobs are `scheduler.jobs.JOBS` by name."""

    database: Database
    composer: Composer
    jobs: Mapping[str, Job]
    steady: Steady = field(default_factory=Steady)


@dataclass(frozen=True, slots=True)
class Due:
    """An occurrence to be fanned out."""

    occurrence_id: str
    job: Job
    turn: Turn


async def plan(planner: Planner, company_id: str, now: datetime | None = None) -> list[Planned]:
    """Fans out what is due; a repeat adds 0 rows. `now` stands in for database time (tests)."""
    scope = Scope(company_id)
    async with planner.database.transaction(scope) as shelf:
        shelf.now = now or shelf.now
        due = await decide(shelf, planner.jobs)
    found: list[Planned] = []
    for one in due:
        try:
            found += await fan_out_all(_fan(planner, company_id, one, now))
        except Exception as error:
            log.exception("%s %s of %s", one.job.name, one.turn.period.key, company_id)
            async with planner.database.transaction(scope) as shelf:
                reason = type(error).__name__
                await Plans(shelf).move(one.occurrence_id, OccurrenceState.PLANNED, reason)
    return found


def _fan(planner: Planner, company_id: str, due: Due, now: datetime | None) -> Fan:
    return Fan(
        planner.database, company_id, due.occurrence_id, due.job, due.turn, planner.composer, now
    )


async def rehearse(planner: Planner, company_id: str, now: datetime) -> list[Planned]:
    """What `plan` would do at `now`; everything is rolled back and nothing is rendered."""
    found: list[Planned] = []
    try:
        async with planner.database.transaction(Scope(company_id)) as shelf:
            shelf.now = now
            for due in await decide(shelf, planner.jobs):
                found += await fan_out(shelf, due.occurrence_id, due.job, due.turn, None)
            raise _Rehearsed
    except _Rehearsed:
        return found


async def plan_all(planner: Planner) -> list[Planned]:
    """`plan` for every company; one that fails does not stop the others."""
    found: list[Planned] = []
    async with planner.database.transaction(Scope("")) as shelf:
        if not planner.steady.believes(shelf.now):
            return []
    for company in await planner.database.directory.companies():
        try:
            found += await plan(planner, company.id)
        except Exception:
            log.exception("planning of %s", company.id)
    return found


async def know(shelf: Shelf, jobs: Mapping[str, Job], since: datetime | None = None) -> None:
    """Makes the missing schedules; what was due before `since` (default: now) is not promised."""
    plans = Plans(shelf)
    known = await plans.schedules()
    zone = (await shelf.people.company()).zone
    for job in jobs.values():
        if job.name not in known:
            await plans.once(
                Schedule,
                kind=job.name,
                rule=job.rule,
                tz=zone,
                known_since=since or shelf.now,
                catch_up_days=job.catch_up_days,
            )


async def decide(shelf: Shelf, jobs: Mapping[str, Job]) -> list[Due]:
    """Writes down each period that is due, and gives those to fan out: the newest of each job."""
    await know(shelf, jobs)
    company = await shelf.people.company()
    zone, calendar = ZoneInfo(company.zone), dates.from_settings(company.settings)
    found: list[Due] = []
    plans = Plans(shelf)
    schedules, undone = await plans.schedules(), await plans.undone()
    for job in jobs.values():  # in their order: the first ones use a person's budget first
        schedule = schedules[job.name]
        if schedule.state is not ScheduleState.OFF:
            waiting = undone.get(schedule.id, [])
            found += await decide_one(shelf, job, schedule, calendar, zone, waiting)
    return found


def due_periods(
    job: Job, schedule: Schedule, now: datetime, calendar: Calendar, zone: ZoneInfo
) -> list[Period]:
    """Periods that were promised and are due at `now`, oldest first."""
    since = max(schedule.known_since, now - _LOOK_BACK)
    first, last = dates.local_date(since, zone), dates.local_date(now, zone)
    turns = turns_of(job, schedule.settings)(calendar, zone, first, last)
    return sorted((p for p in turns if since <= p.due_at <= now), key=lambda p: p.due_at)


async def decide_one(
    shelf: Shelf,
    job: Job,
    schedule: Schedule,
    calendar: Calendar,
    zone: ZoneInfo,
    undone: Sequence[Occurrence] = (),
) -> list[Due]:
    """Older periods join the newest: three months down bring one digest, not three.

    `undone`: decided before and not fanned out; they keep the date of that decision, whatever the
    rule has become since.
    """
    found = {p.key: p for p in due_periods(job, schedule, shelf.now, calendar, zone)}
    found |= {row.period_key: Period(row.period_key, row.due_at) for row in undone}
    periods = sorted(found.values(), key=lambda period: period.due_at)
    if not periods or (not undone and periods[-1].key == schedule.last_period):
        return []
    plans, newest = Plans(shelf), periods[-1]
    known = await plans.decided(schedule.id, found)
    today = dates.local_date(shelf.now, zone)
    late = {p.key: _too_late(job, schedule, p, shelf.now, calendar, today) for p in periods}
    if schedule.state is ScheduleState.HELD:
        gone = [p for p in periods if late[p.key] and p.key not in known]
        await write(plans, schedule, gone, OccurrenceState.SKIPPED, HELD)
        return []
    joined = f"{JOINED}{newest.key}"
    fresh = [p for p in periods[:-1] if p.key not in known]
    await write(plans, schedule, fresh, OccurrenceState.SKIPPED, joined)
    state = OccurrenceState.SKIPPED if late[newest.key] else OccurrenceState.PLANNED
    await write(plans, schedule, [newest], state, late[newest.key])
    for row in known.values():
        if row.state is OccurrenceState.PLANNED and row.period_key != newest.key:
            await plans.move(row.id, OccurrenceState.SKIPPED, joined)
    row = (await plans.decided(schedule.id, [newest.key]))[newest.key]
    if row.state is not OccurrenceState.PLANNED:
        schedule.last_period = newest.key
        return []
    is_late = shelf.now - newest.due_at > LATE
    turn = Turn(
        newest, shelf.now, today, calendar, zone, is_late,
        await _missed(plans, row), schedule.settings,
    )  # fmt: skip
    return [Due(row.id, job, turn)]


async def write(
    plans: Plans, schedule: Schedule, periods: Iterable[Period], state: OccurrenceState, reason: str
) -> None:
    """The decision for each period, unless it was decided already."""
    rows = [
        {
            "id": new_id(),
            "schedule_id": schedule.id,
            "period_key": period.key,
            "due_at": period.due_at,
            "state": state,
            "reason": reason,
        }
        for period in periods
    ]
    await plans.all_once(Occurrence, rows)


async def _missed(plans: Plans, row: Occurrence) -> tuple[str, ...]:
    """The turns skipped since the last one that went out: this one stands for them."""
    missed: list[str] = []
    for before in await plans.last_before(row.schedule_id, row.due_at):
        if before.state is not OccurrenceState.SKIPPED:
            break
        missed.append(before.period_key)
    return tuple(reversed(missed))


def _too_late(
    job: Job, schedule: Schedule, period: Period, now: datetime, calendar: Calendar, today: date
) -> str:
    """`too_late` when more business days have passed than the schedule catches up."""
    expires = getattr(job, "expires_after", None)
    if expires is not None and period.due_at + expires <= now:
        return TOO_LATE
    first = dates.local_date(period.due_at, ZoneInfo(schedule.tz)) + timedelta(days=1)
    passed = sum(calendar.is_business_day(day) for day in dates.span(first, today))
    return TOO_LATE if passed > schedule.catch_up_days else ""


class _Rehearsed(Exception):  # not an error: it rolls the rehearsal back
    pass
