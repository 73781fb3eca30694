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

log = logging.getLogger(__name__)
PATIENCE = timedelta(hours=24)
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


async def watch(database: Database, jobs: Mapping[str, Job]) -> list[Alarm]:
    """All companies' alarms, each also an error in the log."""
    alarms: list[Alarm] = []
    for company in await database.directory.companies():
        async with database.transaction(Scope(company.id)) as shelf:
            alarms += await silent(shelf, jobs)
    for alarm in alarms:
        log.error("%s %s of %s is %s", alarm.kind, alarm.period, alarm.company_id, alarm.state)
    return alarms
