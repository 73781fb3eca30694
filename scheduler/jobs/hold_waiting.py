"""止めた投稿 that waits: its author, the queue's readers, and 事務局 where nobody may read it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from cases import rights
from cases.db import Shelf
from cases.holds import COMPLIANCE, OPEN, READERS, SAFETY
from cases.models.case import Hold
from cases.models.org import Member
from cases.vocabulary import Role
from scheduler import calendar as dates
from scheduler.job import Mailing, Message, Turn, daily

NAME = "hold_waiting"
LATE = 2  # business days that a decision of compliance may take (domain.md §12, KPI 15)


async def messages(shelf: Shelf, turn: Turn) -> list[Message]:
    """From the next business day on: counts and the oldest day, never a text, rule or name."""
    people = [one for one in await shelf.people.members() if one.active]
    safety = [hold for hold in await shelf.holds.waiting(SAFETY) if _ripe(turn, hold)]
    compliance = [hold for hold in await shelf.holds.waiting(COMPLIANCE) if _ripe(turn, hold)]
    return [
        *_authors(turn, safety, {one.id for one in people}),
        *_safety(turn, safety, people),
        *_compliance(turn, compliance, people),
    ]


def _stopped(turn: Turn, hold: Hold) -> date:
    return dates.local_date(hold.created_at, turn.zone)


def _ripe(turn: Turn, hold: Hold, days: int = 1) -> bool:
    return turn.calendar.add_business_days(_stopped(turn, hold), days) <= turn.today


def _authors(turn: Turn, found: Sequence[Hold], active: set[str]) -> list[Message]:
    """Each business day until they answer: the duty does not end by waiting."""
    mine: dict[str, list[Hold]] = defaultdict(list)
    for hold in found:
        if hold.state == OPEN and hold.author_id in active:
            mine[hold.author_id].append(hold)
    return [
        Message(f"{turn.today}:author:{who}", _content(turn, "author", rows), who)
        for who, rows in mine.items()
    ]


def _safety(turn: Turn, found: Sequence[Hold], people: Sequence[Member]) -> list[Message]:
    """Each business day while an author has not answered, else once a week."""
    if not found:
        return []
    unanswered = sum(hold.state == OPEN for hold in found)
    often = str(turn.today) if unanswered else dates.week_key(turn.today)
    content = _content(turn, SAFETY, found)
    content |= {"open": unanswered, "answered": len(found) - unanswered}
    return _to_readers(turn, content, often, people)


def _compliance(turn: Turn, found: Sequence[Hold], people: Sequence[Member]) -> list[Message]:
    """On the business day after an item came, and once a week while one is late."""
    fresh = any(not _ripe(turn, hold, 2) for hold in found)
    late = any(_ripe(turn, hold, LATE + 1) for hold in found)
    if not fresh and not late:
        return []
    often = str(turn.today) if fresh else dates.week_key(turn.today)
    return _to_readers(turn, _content(turn, COMPLIANCE, found), often, people)


def _to_readers(
    turn: Turn, content: dict[str, Any], often: str, people: Sequence[Member]
) -> list[Message]:
    """To everybody with the queue's role; where there is nobody, 事務局 is told once a week."""
    part = str(content["part"])
    readers = [one.id for one in people if rights.has(one.roles, READERS[part])]
    if not readers:
        readers = [one.id for one in people if Role.HQ_ADMIN in one.roles]
        content, often = content | {"part": f"nobody_{part}"}, dates.week_key(turn.today)
    return [Message(f"{often}:{content['part']}:{who}", content, who) for who in readers]


def _content(turn: Turn, part: str, found: Sequence[Hold]) -> dict[str, Any]:
    since = min(_stopped(turn, hold) for hold in found)
    return {"part": part, "count": len(found), "since": since.isoformat()}


JOB = Mailing(
    name=NAME,
    rule="from the business day after a post was held until it is answered and decided, 10:00",
    messages=messages,
    duty=True,
    expires_after=timedelta(days=1),
    **daily(dates.DIGEST_SLOT),
)
