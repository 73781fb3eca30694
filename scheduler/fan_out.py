"""One occurrence becomes its deliveries, rendered once and frozen, in one transaction.

`scheduler.batches` does the same for a large mailing, a batch at a time.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from cases.db import Shelf
from cases.models.org import Account, Member, Room
from scheduler import calendar as dates
from scheduler import hours
from scheduler.budget import over_budget
from scheduler.job import Chore, Job, Mailing, Message, Turn
from scheduler.ledger import Owed, owe
from scheduler.models import DeliveryState, OccurrenceState
from scheduler.places import NO_ACCOUNT, place_for
from scheduler.ports import Composer
from scheduler.recheck import refusal
from scheduler.store.plans import Plans

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Planned:
    """One message as it was (or would be) put in the ledger. `new`: the row was not there yet."""

    kind: str
    period: str
    due_at: datetime
    not_before: datetime
    member_id: str | None
    room_id: str | None
    state: DeliveryState
    reason: str
    new: bool


async def fan_out(
    shelf: Shelf, occurrence_id: str, job: Job, turn: Turn, composer: Composer | None
) -> list[Planned]:
    """Takes the occurrence and owes its messages; [] when another planner took it first.

    Without a composer nothing is rendered: a rehearsal.
    """
    plans = Plans(shelf)
    if isinstance(job, Chore):
        if await plans.move(occurrence_id, OccurrenceState.CLOSED):
            log.info("%s %s: %d", job.name, turn.period.key, await job.work(shelf, turn))
        return []
    if not await plans.move(occurrence_id, OccurrenceState.FANNED_OUT):
        return []
    found: list[Planned] = []
    for message in await job.messages(shelf, turn):
        owed = await owed_for(shelf, occurrence_id, job, turn, message, composer)
        found.append(planned(turn, owed, new=await owe(shelf, owed)))
    return found


@dataclass(frozen=True, slots=True)
class Known:
    """What was read for a batch of messages at once, by member: where they are written to, and
    when they got something that they had not asked for."""

    places: Mapping[str, Account]
    pushed: Mapping[str, Sequence[datetime]]


@dataclass(frozen=True, slots=True)
class Decided:
    """What becomes of a message, nothing rendered yet. No `place`: it is only recorded, `owed`
    says why not."""

    message: Message
    owed: Owed
    place: Account | Room | None


async def decided(
    shelf: Shelf,
    occurrence_id: str,
    job: Mailing,
    turn: Turn,
    message: Message,
    known: Known | None,
) -> Decided:
    """Whether the message goes out, when and where to; it is written down nowhere."""
    message = replace(message, content=message.content | {"late": turn.late})
    member_id = message.member_id or ""
    if known is None or message.room_id is not None:
        place = await place_for(shelf, member_id=member_id, room_id=message.room_id)
    else:
        place = known.places.get(member_id)
    member = await shelf.people.member(member_id) if message.member_id else None
    start = _start(turn, job, member)
    reason = "" if place is not None else NO_ACCOUNT
    if place is not None and message.member_id is not None:
        pushed = None if known is None else known.pushed.get(member_id, ())
        reason = await _refused(shelf, job, turn, member, start, pushed)
    owed = Owed(
        dedupe_key=f"{job.name}:{message.key}",
        kind=job.name,
        payload=None,
        priority=job.priority,
        workspace_id=None if reason or place is None else place.workspace_id,
        user=place.user if isinstance(place, Account) and not reason else None,
        member_id=message.member_id,
        room_id=message.room_id,
        occurrence_id=occurrence_id,
        case_ids=message.case_ids,
        not_before=start,
        expires_at=start + job.expires_after if job.expires_after else None,
        unsolicited=job.unsolicited,
        state=DeliveryState.CANCELLED if reason else DeliveryState.READY,
        outcome=reason,
    )
    return Decided(message, owed, None if reason else place)


async def filled(
    shelf: Shelf, job: Mailing, many: Sequence[Decided], composer: Composer | None
) -> list[Owed]:
    """The messages with their frozen bytes, prepared together; raises if one cannot be made."""
    going = [one for one in many if one.place is not None]
    ready = iter(await job.prepare(shelf, [one.message for one in going]))
    found: list[Owed] = []
    for one in many:
        if one.place is None:
            found.append(one.owed)
            continue
        message, payload = next(ready), b""
        if composer is not None:
            payload = await composer.render(shelf, job.name, message.content, one.place)
        found.append(replace(one.owed, case_ids=message.case_ids, payload=payload))
    return found


async def owed_for(
    shelf: Shelf,
    occurrence_id: str,
    job: Mailing,
    turn: Turn,
    message: Message,
    composer: Composer | None,
) -> Owed:
    """The message as it is put in the ledger: rendered, or with the reason why it is not sent.

    One that cannot be rendered is recorded as dead; it takes no other one with it.
    """
    one = await decided(shelf, occurrence_id, job, turn, message, None)
    try:
        async with shelf.session.begin_nested():
            return (await filled(shelf, job, [one], composer))[0]
    except Exception as error:
        log.exception(
            "%s for %s cannot be rendered", job.name, message.member_id or message.room_id
        )
        reason = f"not_rendered:{type(error).__name__}"
        return replace(one.owed, state=DeliveryState.DEAD, outcome=reason)


def _start(turn: Turn, job: Mailing, member: Member | None) -> datetime:
    """When it goes out: due time, or after it when the member's own hours and day come."""
    moment = max(turn.period.due_at, turn.now)
    return hours.starts(turn.calendar, moment, turn.zone, member, job)


async def _refused(
    shelf: Shelf,
    job: Mailing,
    turn: Turn,
    member: Member | None,
    start: datetime,
    pushed: Sequence[datetime] | None,
) -> str:
    """Why a member's message is only recorded; "" when it is to be sent."""
    if member is None:
        return "left"
    reason = await refusal(shelf, job, member, turn.today)
    if reason or not job.unsolicited:
        return reason
    day = dates.local_date(start, turn.zone)
    return await over_budget(shelf, member, day, turn.zone, pushed)


def planned(turn: Turn, owed: Owed, *, new: bool) -> Planned:
    """What became of one message, for the plan that people see."""
    return Planned(
        kind=owed.kind,
        period=turn.period.key,
        due_at=turn.period.due_at,
        not_before=owed.not_before or turn.now,
        member_id=owed.member_id,
        room_id=owed.room_id,
        state=owed.state,
        reason=owed.outcome,
        new=new,
    )
