"""A large mailing is owed a batch at a time: each batch commits, so a kill loses at most one.

The occurrence stays `planned` until the last batch; whoever plans next goes on where this ended.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cases.db import Database, Shelf
from cases.scope import Scope
from scheduler.fan_out import Known, Planned, decided, fan_out, filled, owed_for, planned
from scheduler.job import Job, Mailing, Message, Turn
from scheduler.ledger import Owed, owe_all
from scheduler.models import DeliveryState, OccurrenceState
from scheduler.places import places_of
from scheduler.ports import Composer
from scheduler.store.ledger import Ledger
from scheduler.store.plans import Plans

log = logging.getLogger(__name__)
SIZE = 500  # messages in one transaction: about a fifth of a second
WEEK = timedelta(days=8)  # what counts for a budget is younger
# A mailing that needs longer than a minute on Slack is spread, in an order that is no list of
# names and the same after a restart: no further than Teams, the fastest, needs for it. What a
# platform cannot take waits in the ledger.
AT_ONCE, A_MINUTE, SPREAD = 300, 1_500, timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Fan:
    """One occurrence and what it takes to owe its messages. `now` stands in for database time."""

    database: Database
    company_id: str
    occurrence_id: str
    job: Job
    turn: Turn
    composer: Composer
    now: datetime | None = None


async def fan_out_all(fan: Fan) -> list[Planned]:
    """Owes all messages of the occurrence; a repeat, or a planner beside this one, adds none."""
    scope, job = Scope(fan.company_id), fan.job
    if not isinstance(job, Mailing) or not job.in_batches:
        async with fan.database.transaction(scope) as shelf:
            shelf.now = fan.now or shelf.now
            return await fan_out(shelf, fan.occurrence_id, job, fan.turn, fan.composer)
    async with fan.database.transaction(scope) as shelf:
        shelf.now = fan.now or shelf.now
        messages = list(await job.messages(shelf, fan.turn))
    found: list[Planned] = []
    for start in range(0, len(messages), SIZE):
        found += await _batch(fan, job, messages[start : start + SIZE], len(messages))
    async with fan.database.transaction(scope) as shelf:
        await Plans(shelf).move(fan.occurrence_id, OccurrenceState.FANNED_OUT)
    return found


async def _batch(fan: Fan, job: Mailing, messages: Sequence[Message], of: int) -> list[Planned]:
    """One transaction, done again message by message when one of them cannot be rendered."""
    try:
        return await _owe(fan, job, messages, of, together=True)
    except Exception as error:
        log.warning("%s: a batch is owed one by one: %s", job.name, type(error).__name__)
    return await _owe(fan, job, messages, of, together=False)


async def _owe(
    fan: Fan, job: Mailing, messages: Sequence[Message], of: int, *, together: bool
) -> list[Planned]:
    async with fan.database.transaction(Scope(fan.company_id)) as shelf:
        shelf.now = fan.now or shelf.now
        if not await Plans(shelf).hold(fan.occurrence_id):
            return []  # another planner has finished it
        taken = await Ledger(shelf).owed([f"{job.name}:{message.key}" for message in messages])
        fresh = [one for one in messages if f"{job.name}:{one.key}" not in taken]
        members = {one.member_id for one in fresh if one.member_id is not None}
        along: list[object] = [await shelf.people.company(), *await Ledger(shelf).workspaces()]
        along += await shelf.people.known(members)
        make = _together if together else _one_by_one
        many = [_spread(owed, of) for owed in await make(shelf, fan, job, fresh)]
        await owe_all(shelf, many)
        del along  # until here it kept what is read for each message
    return [planned(fan.turn, owed, new=True) for owed in many]


async def _together(
    shelf: Shelf, fan: Fan, job: Mailing, messages: Sequence[Message]
) -> list[Owed]:
    members = {one.member_id for one in messages if one.member_id is not None}
    pushed = await Ledger(shelf).unsolicited(members, fan.turn.now - WEEK)
    known = Known(await places_of(shelf, members), pushed)
    many = [
        await decided(shelf, fan.occurrence_id, job, fan.turn, message, known)
        for message in messages
    ]
    return await filled(shelf, job, many, fan.composer)


async def _one_by_one(
    shelf: Shelf, fan: Fan, job: Mailing, messages: Sequence[Message]
) -> list[Owed]:
    return [
        await owed_for(shelf, fan.occurrence_id, job, fan.turn, message, fan.composer)
        for message in messages
    ]


def _spread(owed: Owed, of: int) -> Owed:
    """Later by a part of the spread that the key decides, where the mailing is a large one."""
    if of <= AT_ONCE or owed.state is not DeliveryState.READY or owed.not_before is None:
        return owed
    digest = hashlib.sha256((owed.member_id or owed.dedupe_key).encode()).digest()
    whole = min(SPREAD, timedelta(minutes=1) * ((of - AT_ONCE) / A_MINUTE))
    return replace(owed, not_before=owed.not_before + whole * (digest[0] * 256 + digest[1]) / 65536)
