"""推進メンバーがいない営業所: told to 事務局 once a week, and when one more is vacant."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from cases import offices
from cases.db import Shelf
from cases.models.org import Member
from cases.vocabulary import Role
from scheduler import calendar as dates
from scheduler.job import Mailing, Message, Turn, daily


async def messages(shelf: Shelf, turn: Turn) -> list[Message]:
    """Names of offices, never of people; nothing while every office has somebody."""
    vacant, alone = await offices.vacancies(shelf)
    if not vacant:
        return []
    which = hashlib.sha256(" ".join(office.id for office in vacant).encode()).hexdigest()[:8]
    key = f"{dates.week_key(turn.today)}:{which}"
    names = [[office.name, office.name_en or office.name] for office in vacant]
    content = {"offices": names, "alone": len(alone)}
    return [
        Message(f"{key}:{member.id}", content, member.id)
        for member in await shelf.people.members()
        if Role.HQ_ADMIN in member.roles
    ]


async def refuses(_shelf: Shelf, member: Member) -> str:
    """Who is 事務局 no more is not told."""
    return "" if Role.HQ_ADMIN in member.roles else "role_lost"


JOB = Mailing(
    name="vacant_seats",
    rule="weekly while an office has no promoter, and when one more has none, 10:30",
    messages=messages,
    expires_after=timedelta(days=3),
    refuses=refuses,
    **daily(dates.SUMMARY_SLOT),
)
