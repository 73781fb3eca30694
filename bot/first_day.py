"""What waits on day one of the sample company, made by the real planner at the days it was due."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from bot.app import Hub
from cases import sample
from cases.scope import Scope
from scheduler import calendar as dates
from scheduler import dispatch, planner
from scheduler.jobs import BY_NAME

# The latest digest, then the trial question; all other jobs begin now.
WAITING = ("monthly_digest", "trial_follow_up")


async def first_day(hub: Hub) -> None:
    """Lives the last digest day and the last business day, then comes back to now."""
    async with hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        zone = ZoneInfo((await shelf.people.company()).zone)
        calendar = dates.from_settings({})
        now = shelf.now
    today = dates.local_date(now, zone)
    last = calendar.previous_business_day(today)
    if dates.at(last, dates.SUMMARY_SLOT, zone) > now:
        last = calendar.previous_business_day(last - timedelta(days=1))
    digest = dates.digest_date(calendar, last.year, last.month)
    if digest > last:
        before = last.replace(day=1) - timedelta(days=1)
        digest = dates.digest_date(calendar, before.year, before.month)
    await _ripen(hub, last, zone)
    for kind, day in zip(WAITING, (digest, last), strict=True):
        await _live(hub, kind, day, zone)
    async with hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        (await shelf.people.company()).clock_shift = 0
    async with hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        await planner.know(shelf, BY_NAME)


async def _ripen(hub: Hub, day: date, zone: ZoneInfo) -> None:
    """佐藤's trial began fourteen days before that morning, whatever the weekday of today."""
    async with hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        for trial in await shelf.loop.open_trials():
            if trial.member_id == sample.CAST[0]:
                trial.opened_at = dates.at(day - timedelta(days=14), dates.SUMMARY_SLOT, zone)


async def _live(hub: Hub, kind: str, day: date, zone: ZoneInfo) -> None:
    """One job on one morning of the sample company."""
    jobs = {kind: BY_NAME[kind]}
    async with hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        company = await shelf.people.company()
        moment = dates.at(day, dates.SUMMARY_SLOT, zone)
        company.clock_shift += int((moment - shelf.now).total_seconds())
        since = moment - timedelta(hours=4)
    async with hub.library.db.transaction(Scope(sample.COMPANY)) as shelf:
        await planner.know(shelf, jobs, since)
    await planner.plan(planner.Planner(hub.library.db, hub.planner.composer, jobs), sample.COMPANY)
    await dispatch.finish(hub.worker, sample.COMPANY)
