"""Asked once more just before sending: may this message still go to this person, now?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from cases.db import Shelf
from cases.models.org import Member
from cases.vocabulary import GONE
from scheduler import calendar as dates
from scheduler import hours
from scheduler.budget import over_budget
from scheduler.job import LATE, Job, Mailing, Message, Renew, Turn
from scheduler.models import Delivery, Occurrence

ANSWER = "reply"  # somebody waits for it: it goes out, and is replaced if it shows too much
ERASED = "case_withdrawn"  # and with it the text of a reply that nobody can make anew


@dataclass(frozen=True, slots=True)
class Finding:
    """`refused`: never send, with this reason. `later`: not before this moment. Neither: send.

    `anew`: the text shows a case that was taken back; this makes the message without it.
    """

    refused: str = ""
    later: datetime | None = None
    anew: Renew | None = None


async def recheck(shelf: Shelf, row: Delivery, jobs: Mapping[str, Job]) -> Finding:
    """A reply only needs its person; a job's message also consent, role, cases and hours."""
    member = await shelf.people.member(row.member_id) if row.member_id else None
    if row.member_id and (member is None or not member.active):
        return Finding("left")
    job = jobs.get(row.kind)
    if row.kind == ANSWER:
        return Finding(ERASED if row.payload == b"" else "")
    if not isinstance(job, Mailing):
        return await _unplanned(shelf, row, member)
    company = await shelf.people.company()
    zone = ZoneInfo(company.zone)
    if member is not None:
        reason = await refusal(shelf, job, member, dates.local_date(shelf.now, zone))
        if reason:
            return Finding(reason)
    taken_back = await _shows_withdrawn(shelf, row.case_ids)
    if taken_back and job.renew is None:
        return Finding("case_withdrawn")
    opens = hours.opens(dates.from_settings(company.settings), shelf.now, zone, member)
    return Finding(
        later=opens if opens > shelf.now and not job.fixed else None,
        anew=job.renew if taken_back else None,
    )


async def _unplanned(shelf: Shelf, row: Delivery, member: Member | None) -> Finding:
    """A reply, a post or a nudge; a nudge was not asked for and keeps to pauses and hours too."""
    if await _shows_withdrawn(shelf, row.case_ids):
        return Finding("case_withdrawn")
    if not row.unsolicited or member is None:
        return Finding()
    company = await shelf.people.company()
    zone = ZoneInfo(company.zone)
    if is_paused(member, dates.local_date(shelf.now, zone)):
        return Finding("paused")
    if not member.wants_nudges:
        return Finding("no_nudges")
    opens = hours.opens(dates.from_settings(company.settings), shelf.now, zone, member)
    return Finding(later=opens if opens > shelf.now else None)


async def refusal(shelf: Shelf, job: Mailing, member: Member, today: date) -> str:
    """Why a person does not get a job's messages today; "" when they do."""
    if not member.active:
        return "left"
    if is_paused(member, today) and not job.duty:
        return "paused"
    return await job.refuses(shelf, member)


async def has_room(shelf: Shelf, job: Mailing, turn: Turn, member_id: str) -> bool:
    """Whether a person gets one more of a job's messages this week: no refusal, and room for it."""
    member = await shelf.people.member(member_id)
    if member is None or await refusal(shelf, job, member, turn.today):
        return False
    return not await over_budget(shelf, member, turn.today, turn.zone)


async def made_anew(shelf: Shelf, row: Delivery, renew: Renew) -> Message:
    """The message without what was taken back; it is as late as the first one was."""
    message = await renew(shelf, row.dedupe_key.removeprefix(f"{row.kind}:"))
    key = (row.company_id, row.occurrence_id or "")
    turn = await shelf.session.get(Occurrence, key)
    late = turn is not None and row.created_at - turn.due_at > LATE
    return replace(message, content=message.content | {"late": late})


def is_paused(member: Member, today: date) -> bool:
    """お休み: until the day before `paused_until`; that day is the first with messages again."""
    return member.paused_until is not None and today < member.paused_until


async def _shows_withdrawn(shelf: Shelf, case_ids: list[str]) -> bool:
    """True when a case that the frozen text shows has been taken back since."""
    for case_id in case_ids:
        case = await shelf.cases.any(case_id)
        if case is None or case.status in GONE:
            return True
    return False
