"""Tells 事務局 through the ledger that a promised turn is silent: each turn once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.courier import Composer
from cases.db import Database, Shelf
from cases.scope import Scope
from cases.vocabulary import Role
from scheduler import ledger
from scheduler.watchdog import Alarm

KIND = "alarm"


async def tell(database: Database, composer: Composer, alarms: Iterable[Alarm]) -> int:
    """Owes each member of 事務局 one message for each silent turn: how many are new.

    Alarms of processes belong to no company: they are in the log, and in the exit code.
    """
    told = 0
    for alarm in alarms:
        if alarm.company_id:
            async with database.transaction(Scope(alarm.company_id)) as shelf:
                told += await _owe(shelf, composer, alarm)
    return told


async def _owe(shelf: Shelf, composer: Composer, alarm: Alarm) -> int:
    content: Mapping[str, str] = {"kind": alarm.kind, "period": alarm.period, "state": alarm.state}
    told = 0
    for member in await shelf.people.members():
        accounts = await shelf.people.accounts(member.id)
        if Role.HQ_ADMIN not in member.roles or not accounts:
            continue
        promise = ledger.Owed(
            dedupe_key=f"{KIND}:{alarm.kind}:{alarm.period}:{member.id}",
            kind=KIND,
            payload=await composer.render(shelf, KIND, content, accounts[0]),
            workspace_id=accounts[0].workspace_id,
            user=accounts[0].user,
            member_id=member.id,
        )
        told += await ledger.owe(shelf, promise)
    return told
