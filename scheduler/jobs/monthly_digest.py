"""月次まとめ: each office's 推進メンバー gets the digest about the month before, 10:00."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from cases import digests, months
from cases.db import Shelf
from cases.models.org import Member, Promoter
from cases.models.talk import Digest
from scheduler import calendar as dates
from scheduler.calendar import Calendar
from scheduler.job import DIGEST, Mailing, Message, Period, Periods, Turn, each_month
from scheduler.rules import Option, at_time, time_of

NTH = 3
CATCH_UP = 10  # business days


def periods_of(chosen: Mapping[str, Any]) -> Periods:
    """The digest sent in a month; its key is the month that it is about (decision 14)."""
    nth, slot = chosen.get("business_day", NTH), time_of(chosen, dates.DIGEST_SLOT)

    def turns(calendar: Calendar, zone: ZoneInfo, year: int, month: int) -> list[Period]:
        day = dates.digest_date(calendar, year, month, nth)
        return [Period(dates.month_before(year, month), dates.at(day, slot, zone))]

    return each_month(turns)


async def messages(shelf: Shelf, turn: Turn) -> list[Message]:
    """One message per office; the cases of months that were missed are among its cases."""
    month = turn.period.key
    read = await digests.read_month(shelf, month, turn.missed)
    found: list[Message] = []
    for promoter in await shelf.people.promoters():
        digest = await digests.make(shelf, promoter.office_id, month, read)
        message = _message(digest, await _reader(shelf, promoter))
        message.content["missed"] = list(turn.missed)
        found.append(message)
    return found


async def sample(shelf: Shelf, member: Member) -> Message | None:
    """The digest of last month, of one's own office or of the first one."""
    offices = [office.id for office in await shelf.people.offices()]
    if not offices:
        return None
    month = dates.month_before(*map(int, months.month_of(shelf.now).split("-")))
    digest = await digests.make(shelf, member.office_id or offices[0], month)
    return _message(digest, member.id)


async def renew(shelf: Shelf, key: str) -> Message:
    """The digest with other cases in the place of those that were taken back since."""
    month, _, office_id = key.partition(":")
    return _message(await digests.make(shelf, office_id, month))


def _message(digest: Digest, member_id: str | None = None) -> Message:
    return Message(
        key=f"{digest.month}:{digest.office_id}",
        member_id=member_id,
        content={"office_id": digest.office_id, "month": digest.month},
        case_ids=tuple(item["case_id"] for item in digest.items),
    )


async def refuses(shelf: Shelf, member: Member) -> str:
    """Who no longer wants it, or no longer promotes, does not get it."""
    if not member.wants_digest:
        return "no_digest"
    return "" if await shelf.people.promotes(member.id) else "role_lost"


async def _reader(shelf: Shelf, promoter: Promoter) -> str:
    """The promoter, or the deputy where the promoter has left."""
    member = await shelf.people.member(promoter.member_id)
    gone = member is None or not member.active
    return promoter.deputy_id if gone and promoter.deputy_id else promoter.member_id


JOB = Mailing(
    name="monthly_digest",
    rule="3rd business day of the month, not in avoidance, 10:00",
    periods=periods_of({}),
    periods_of=periods_of,
    options=(Option("business_day", NTH, tuple(range(1, 11))), at_time(dates.DIGEST_SLOT)),
    told=True,
    sample=sample,
    messages=messages,
    priority=DIGEST,
    unsolicited=True,
    catch_up_days=CATCH_UP,
    refuses=refuses,
    renew=renew,
)
