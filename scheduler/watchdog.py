"""Silence is the signal: a promised occurrence that is not closed a day after it was due."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cases.db import Database, Shelf
from cases.scope import Scope
from scheduler import calendar as dates
from scheduler.job import Job
from scheduler.models import OccurrenceState, ScheduleState
from scheduler.planner import due_periods
from scheduler.store.plans import Plans
from scheduler.store.processes import Processes

log = logging.getLogger(__name__)
PATIENCE = timedelta(hours=24)
SILENCE = timedelta(seconds=60)  # a process beats every ten
_FINE = (OccurrenceState.CLOSED, OccurrenceState.SKIPPED)


@dataclass(frozen=True, slots=True)
class Alarm:
    """A turn that never came to its end. `state` is "missing" where nobody ever planned it."""

    company_id: str
    kind: str
    period: str
    due_at: datetime
    state: str


async def silent(shelf: Shelf, jobs: Mapping[str, Job]) -> list[Alarm]:
    """The company's turns that should be closed by now. It recomputes them from the calendar."""
    company = await shelf.people.company()
    zone, calendar = ZoneInfo(company.zone), dates.from_settings(company.settings)
    plans = Plans(shelf)
    alarms: list[Alarm] = []
    for kind, schedule in (await plans.schedules()).items():
        if kind not in jobs or schedule.state is not ScheduleState.ON:
            continue
        periods = due_periods(jobs[kind], schedule, shelf.now - PATIENCE, calendar, zone)
        known = await plans.decided(schedule.id, [period.key for period in periods])
        for period in periods:
            row = known.get(period.key)
            if row is None or row.state not in _FINE:
                state = str(row.state) if row else "missing"
                alarms.append(Alarm(company.id, kind, period.key, period.due_at, state))
    return alarms


async def stopped(database: Database) -> list[Alarm]:
    """Processes that died without good-bye, or whose planner is dead while they live.

    One whose work another of its kind has taken up since is forgotten. `company_id` is empty.
    """
    store = Processes(database)
    rows, now = await store.known()
    silent_ones = [row for row in rows if now - row.beat_at > SILENCE]
    replaced = [
        one.id
        for one in silent_ones
        if any(row.kind == one.kind and row.started_at > one.beat_at for row in rows)
    ]
    await store.forget(replaced)
    dead = [one for one in silent_ones if one.id not in replaced]
    found = [Alarm("", "process", row.kind, row.beat_at, "silent") for row in dead]
    for row in rows:
        planned = row.planned_at
        if row not in silent_ones and planned is not None and now - planned > SILENCE:
            found.append(Alarm("", "planner", row.kind, planned, "silent"))
    return found


async def watch(database: Database, jobs: Mapping[str, Job]) -> list[Alarm]:
    """All companies' alarms and those of the processes, each also an error in the log."""
    alarms = await stopped(database)
    for company in await database.directory.companies():
        async with database.transaction(Scope(company.id)) as shelf:
            alarms += await silent(shelf, jobs)
    for alarm in alarms:
        about = {"company": alarm.company_id} if alarm.company_id else {}
        log.error("alarm: %s %s is %s", alarm.kind, alarm.period, alarm.state, extra=about)
    return alarms
