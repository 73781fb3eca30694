"""What 事務局 does about schedules: see the next dates, change, hold, resume, turn off; audited.

A change never touches what was decided: period keys stay, and nothing of the past is promised.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cases import audit, rights
from cases.db import Shelf
from cases.errors import CaseError, NotFound
from cases.models.org import Company
from cases.rights import Action
from scheduler import calendar as dates
from scheduler import company_days, rules
from scheduler.calendar import Calendar
from scheduler.job import Job, Mailing, Period, turns_of
from scheduler.models import Occurrence, OccurrenceState, Schedule, ScheduleState
from scheduler.planner import HELD, TOO_LATE, decide_one, know, write
from scheduler.store.plans import Plans

NEXT = 5  # dates shown before saving
FARTHEST = timedelta(days=400)
CHANGED = "rule_changed"  # the new date of this period was over when the rule changed
OFF = "off"
SEEN = (TOO_LATE, HELD, CHANGED, OFF)  # reasons that somebody is told
_STEP = timedelta(days=100)


class Overtaken(CaseError):
    """Somebody else changed the schedule after this form was made."""

    code = "E-20"


@dataclass(frozen=True, slots=True)
class Plan:
    """One schedule as its page shows it. `options` is empty where nothing may be chosen."""

    kind: str
    options: tuple[rules.Option, ...]
    chosen: Mapping[str, Any]
    state: ScheduleState
    version: int
    catch_up_days: int
    next: tuple[Period, ...]
    skipped: tuple[Occurrence, ...]  # with a reason that somebody should know, newest first
    duty: bool  # nobody may stop it
    tries: bool  # a test send is offered


async def listing(shelf: Shelf, jobs: Mapping[str, Job]) -> list[Plan]:
    """All schedules in the order of the jobs. Raises NotAllowed for all but 事務局."""
    rights.need(shelf, Action.SCHEDULE)
    await know(shelf, jobs)
    schedules, skipped = await Plans(shelf).schedules(), await Plans(shelf).skipped(SEEN)
    zone, calendar = _here(await shelf.people.company())
    found = []
    for kind, job in jobs.items():
        row = schedules[kind]
        options = job.options if isinstance(job, Mailing) else ()
        coming = await next_turns(shelf, job, row, row.settings, calendar, zone)
        found.append(
            Plan(
                kind=kind,
                options=options,
                chosen=rules.chosen(options, row.settings),
                state=row.state,
                version=row.version,
                catch_up_days=row.catch_up_days,
                next=() if row.state is ScheduleState.OFF else coming,
                skipped=tuple(one for one in skipped if one.schedule_id == row.id)[:NEXT],
                duty=not isinstance(job, Mailing) or job.fixed,
                tries=isinstance(job, Mailing) and job.sample is not None,
            )
        )
    return found


async def preview(
    shelf: Shelf, jobs: Mapping[str, Job], kind: str, raw: Mapping[str, object]
) -> tuple[Plan, tuple[str, ...]]:
    """The schedule as it would be, and the periods that would be lost. Nothing is written.

    Raises BadChoice, or NotFound for what cannot be changed.
    """
    job = _changeable(jobs, kind)
    (plan,) = [one for one in await listing(shelf, jobs) if one.kind == kind]
    row, settings = (await Plans(shelf).schedules())[kind], rules.read(job.options, raw)
    zone, calendar = _here(await shelf.people.company())
    lost = await _lost(shelf, job, row, calendar, zone, settings, calendar)
    shown = lost if plan.state is ScheduleState.ON else []
    coming = await next_turns(shelf, job, row, settings, calendar, zone)
    return replace(plan, chosen=settings, next=coming), tuple(p.key for p in shown)


async def change(
    shelf: Shelf, jobs: Mapping[str, Job], kind: str, raw: Mapping[str, object], version: int
) -> None:
    """Keeps the choice. Raises BadChoice, NotFound, NotAllowed, or Overtaken for an old version."""
    job, row = _changeable(jobs, kind), await _row(shelf, jobs, kind)
    settings = rules.read(job.options, raw)
    if row.version != version:
        raise Overtaken
    if settings == rules.chosen(job.options, row.settings):
        return
    zone, calendar = _here(await shelf.people.company())
    await _move(shelf, job, row, zone, calendar, settings, calendar)
    row.settings, row.version = settings, row.version + 1
    row.rule = " ".join(f"{key}={value}" for key, value in settings.items())
    await audit.record(shelf, "schedule.change", f"{kind}:{row.version}:{row.rule}")


async def set_state(shelf: Shelf, jobs: Mapping[str, Job], kind: str, state: ScheduleState) -> None:
    """保留, 再開, 止める. What fell due while it was off is never sent, and nobody promised it.

    Raises NotFound for a duty, NotAllowed for all but 事務局.
    """
    _changeable(jobs, kind)
    row = await _row(shelf, jobs, kind)
    if row.state is state:
        return
    if state is ScheduleState.OFF:
        for undone in (await Plans(shelf).undone()).get(row.id, []):
            await Plans(shelf).move(undone.id, OccurrenceState.SKIPPED, OFF)
    if row.state is ScheduleState.OFF:
        row.known_since = shelf.now
    row.state, row.version = state, row.version + 1
    await audit.record(shelf, f"schedule.{state}", kind)


async def set_calendar(shelf: Shelf, jobs: Mapping[str, Job], typed: Mapping[str, str]) -> None:
    """Keeps the company's calendar; every schedule follows it from now on. Raises BadDay."""
    rights.need(shelf, Action.SCHEDULE)
    kept = company_days.read(typed)
    await know(shelf, jobs)
    company = await shelf.people.company()
    zone, before = _here(company)
    settings = {**company.settings, "calendar": kept}
    after = dates.from_settings(settings)
    for kind, row in (await Plans(shelf).schedules()).items():
        if kind in jobs and after != before:
            await _move(shelf, jobs[kind], row, zone, before, row.settings, after)
    company.settings = settings
    await audit.record(shelf, "calendar.change", ",".join(kept["closed"])[:200])


async def coming(
    shelf: Shelf, jobs: Mapping[str, Job], kind: str, calendar: Calendar
) -> tuple[Period, ...]:
    """The next five turns if the company's calendar were this one."""
    row = await _row(shelf, jobs, kind)
    zone, _ = _here(await shelf.people.company())
    return await next_turns(shelf, jobs[kind], row, row.settings, calendar, zone)


async def next_turns(
    shelf: Shelf,
    job: Job,
    row: Schedule,
    settings: Mapping[str, Any],
    calendar: Calendar,
    zone: ZoneInfo,
) -> tuple[Period, ...]:
    """The next five turns that are not decided yet, within about a year."""
    found: list[Period] = []
    first = dates.local_date(shelf.now, zone)
    end = first + FARTHEST
    while first < end and len(found) < NEXT:
        last = first + _STEP
        ahead = turns_of(job, settings)(calendar, zone, first, last)
        known = await Plans(shelf).decided(row.id, [period.key for period in ahead])
        found += [p for p in ahead if p.key not in known and p.due_at > shelf.now]
        first = last + timedelta(days=1)
    return tuple(sorted(found, key=lambda period: period.due_at)[:NEXT])


async def _move(
    shelf: Shelf,
    job: Job,
    row: Schedule,
    zone: ZoneInfo,
    before: Calendar,
    settings: Mapping[str, Any],
    after: Calendar,
) -> None:
    """Decides what is due by the old rule, writes down what the new one loses, and starts anew."""
    if row.state is not ScheduleState.OFF:
        await decide_one(shelf, job, row, before, zone)
        lost = await _lost(shelf, job, row, before, zone, settings, after)
        await write(Plans(shelf), row, lost, OccurrenceState.SKIPPED, CHANGED)
    if row.state is ScheduleState.ON:
        row.known_since = shelf.now


async def _lost(
    shelf: Shelf,
    job: Job,
    row: Schedule,
    before: Calendar,
    zone: ZoneInfo,
    settings: Mapping[str, Any],
    after: Calendar,
) -> Sequence[Period]:
    """Periods still to come by the old rule whose date by the new one is over already."""
    today = dates.local_date(shelf.now, zone)
    old = turns_of(job, row.settings)(before, zone, today, today + _STEP)
    new = turns_of(job, settings)(after, zone, today - _STEP, today)
    coming = {period.key for period in old if period.due_at > shelf.now}
    over = [p for p in new if p.key in coming and p.due_at <= shelf.now]
    known = await Plans(shelf).decided(row.id, [period.key for period in over])
    return [period for period in over if period.key not in known]


async def _row(shelf: Shelf, jobs: Mapping[str, Job], kind: str) -> Schedule:
    rights.need(shelf, Action.SCHEDULE, kind)
    await know(shelf, jobs)
    row = await Plans(shelf).schedule(kind)
    if row is None:
        raise NotFound
    return row


def _changeable(jobs: Mapping[str, Job], kind: str) -> Mailing:
    job = jobs.get(kind)
    if not isinstance(job, Mailing) or job.fixed:
        raise NotFound
    return job


def _here(company: Company) -> tuple[ZoneInfo, Calendar]:
    return ZoneInfo(company.zone), dates.from_settings(company.settings)
