"""Tells 事務局 through the ledger that a job is silent: once a week for each job."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from bot.courier import Composer
from cases.db import Database, Shelf
from cases.scope import Scope
from cases.vocabulary import Role
from scheduler import calendar as dates
from scheduler import ledger
from scheduler.places import places_of
from scheduler.watchdog import Alarm

KIND = "alarm"


async def tell(database: Database, composer: Composer, alarms: Iterable[Alarm]) -> int:
    """Owes each member of 事務局 one message for each silent job: how many are new.

    The newest turn stands for those before it: they have one cause, and forty letters are noise.
    Alarms of processes belong to no company: they are in the log, and in the exit code.
    """
    newest = {(alarm.company_id, alarm.kind): alarm for alarm in sorted(alarms, key=_due)}
    told = 0
    for (company_id, _), alarm in newest.items():
        if company_id:
            async with database.transaction(Scope(company_id)) as shelf:
                told += await _owe(shelf, composer, alarm)
    return told


def _due(alarm: Alarm) -> datetime:
    return alarm.due_at


async def _owe(shelf: Shelf, composer: Composer, alarm: Alarm) -> int:
    content: Mapping[str, str] = {"kind": alarm.kind, "period": alarm.period, "state": alarm.state}
    week = dates.week_key(dates.local_date(alarm.due_at))
    people = [one.id for one in await shelf.people.members() if Role.HQ_ADMIN in one.roles]
    told = 0
    for member_id, place in (await places_of(shelf, people)).items():
        promise = ledger.Owed(
            dedupe_key=f"{KIND}:{alarm.kind}:{week}:{member_id}",
            kind=KIND,
            payload=await composer.render(shelf, KIND, content, place),
            workspace_id=place.workspace_id,
            user=place.user,
            member_id=member_id,
        )
        told += await ledger.owe(shelf, promise)
    return told
