"""月次まとめ: each office's 推進メンバー gets the digest about the month before, 10:00."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from cases import digests
from cases.db import Shelf
from cases.models.org import Member, Promoter
from cases.models.talk import Digest
from scheduler import calendar as dates
from scheduler.calendar import Calendar
from scheduler.job import DIGEST, Mailing, Message, Period, Turn, each_month

CATCH_UP = 10  # business days


def turns(calendar: Calendar, zone: ZoneInfo, year: int, month: int) -> list[Period]:
    """The digest sent in a month; its key is the month that it is about (decision 14)."""
    day = dates.digest_date(calendar, year, month)
    return [Period(dates.month_before(year, month), dates.at(day, dates.DIGEST_SLOT, zone))]


async def messages(shelf: Shelf, turn: Turn) -> list[Message]:
    """One message per office. `missed` months are named; their cases are in the library anyway."""
    month = turn.period.key
    read = await digests.read_month(shelf, month)
    found: list[Message] = []
    for promoter in await shelf.people.promoters():
        digest = await digests.make(shelf, promoter.office_id, month, read)
        message = _message(digest, await _reader(shelf, promoter))
        message.content["missed"] = list(turn.missed)
        found.append(message)
    return found


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
    readers = [(row.member_id, row.deputy_id) for row in await shelf.people.promoters()]
    return "" if any(member.id in pair for pair in readers) else "role_lost"


async def _reader(shelf: Shelf, promoter: Promoter) -> str:
    """The promoter, or the deputy where the promoter has left."""
    member = await shelf.people.member(promoter.member_id)
    gone = member is None or not member.active
    return promoter.deputy_id if gone and promoter.deputy_id else promoter.member_id


JOB = Mailing(
    name="monthly_digest",
    rule="3rd business day of the month, not in avoidance, 10:00",
    periods=each_month(turns),
    messages=messages,
    priority=DIGEST,
    unsolicited=True,
    catch_up_days=CATCH_UP,
    refuses=refuses,
    renew=renew,
)
