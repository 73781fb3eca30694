"""A whole month of a large company: `python -m benchmarks.ledger_month [PEOPLE] [slack|teams]`.

The real jobs, planner, ledger and buckets on PostgreSQL under a virtual clock, with the composer
and Slack's renderer: November 2026 with its digest, two reflections for every MR and the questions
after trials. Time moves when a lane waits for tokens and when nothing is due, so a platform that
answers at once is assumed. Checked: nobody twice, nobody left out, the weekly budget of each.
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.ledger import Instant
from benchmarks.ledger_fan_out import SLACK
from benchmarks.ledger_stage import COMPANY, SCOPE, cpu, server, settle_in
from benchmarks.rows import Row, show
from bot.courier import Composer
from cases.db import Database
from cases.models.case import Case
from cases.models.loop import Trial
from cases.models.org import Member, Office, Promoter
from cases.vocabulary import Kind, Status
from scheduler import calendar as dates
from scheduler.budget import OTHERS_WEEK
from scheduler.dispatch import Worker, drain
from scheduler.jobs import BY_NAME
from scheduler.models import Delivery, DeliveryState, Occurrence
from scheduler.planner import Planner, know, plan

PEOPLE, LARGE = 2_000, 100_000
MINUTES = {("slack", PEOPLE): 10, ("teams", PEOPLE): 2, ("slack", LARGE): 360, ("teams", LARGE): 75}
OFFICE = 50  # people; one of them promotes
CASES, TRIED = 40, 20  # cases of October; every 20th member tries one
FIRST = datetime(2026, 11, 1, tzinfo=dates.TOKYO)
DAYS, DAY = 30, timedelta(hours=24)
TICK = timedelta(seconds=15)
SOON = timedelta(minutes=15)


class Virtual(Database):
    """Database time is `moment`."""

    moment = datetime(2026, 11, 1, tzinfo=UTC)

    async def now(self, session: AsyncSession, company_id: str) -> datetime:
        return self.moment


async def _furnish(db: Database, people: int) -> None:
    """Offices with their promoters, cases of October, and trials that began on all days."""
    async with db.transaction(SCOPE) as shelf:
        session, mine = shelf.session, {"company_id": COMPANY}
        offices = [f"o{number:05}" for number in range(people // OFFICE)]
        await session.execute(insert(Office), [{**mine, "id": o, "name": o} for o in offices])
        members = await shelf.people.members()
        for number, member in enumerate(members):
            member.office_id = offices[number // OFFICE]
            if number % OFFICE == 0:
                member.roles = ["member", "promoter"]
                shelf.people.add(Promoter(**mine, office_id=member.office_id, member_id=member.id))
        began = FIRST - timedelta(days=14)
        for number in range(CASES):
            author: Member = members[number * 7 % people]
            shelf.cases.add(
                Case(
                    **mine, id=f"case{number}", kind=Kind.CUSTOMER_CASE, author_id=author.id,
                    office_id=author.office_id, title=f"受付で資材を1枚だけ渡した {number}",
                    action="1枚に絞った", result="話を聞いてもらえた", status=Status.COMPANY,
                    shared_at=began, changed_at=began,
                )
            )  # fmt: skip
        await session.flush()
        trials = [
            {
                **mine, "id": f"t{number}", "case_id": f"case{number % CASES}",
                "member_id": member.id, "office_id": member.office_id,
                "opened_at": began + timedelta(days=number % DAYS),
            }
            for number, member in enumerate(members[::TRIED])
        ]  # fmt: skip
        await session.execute(insert(Trial), trials)


def _moments() -> Iterator[datetime]:
    """When the clock rings: each quarter from 08:30 to 18:00, and at 03:00 for the chores."""
    for number in range(DAYS):
        day = (FIRST + timedelta(days=number)).date()
        yield dates.at(day, time(3, 1))
        opens = dates.at(day, time(8, 30))
        yield from (opens + quarter * SOON for quarter in range(39))


async def _waits(db: Virtual) -> bool:
    async with db.transaction(SCOPE) as shelf:
        found = select(Delivery.id).where(
            Delivery.company_id == COMPANY,
            Delivery.state == DeliveryState.READY,
            Delivery.next_at <= db.moment + SOON,
        )
        return await shelf.session.scalar(found.limit(1)) is not None


async def _live(db: Virtual, courier: Instant) -> None:
    """November, from the first to the last day."""

    async def later(seconds: float) -> None:
        db.moment += timedelta(seconds=seconds)

    planner = Planner(db, Composer({"slack": SLACK, "teams": SLACK}), BY_NAME)
    worker = Worker(
        db, courier, courier, BY_NAME, planner.composer,
        ticks=lambda: db.moment.timestamp(), sleep=later,
    )  # fmt: skip
    async with db.transaction(SCOPE) as shelf:
        await know(shelf, BY_NAME, FIRST - timedelta(days=1))
    for moment in _moments():
        db.moment = max(db.moment, moment.astimezone(UTC))
        await plan(planner, COMPANY)
        while await _waits(db):
            await drain(worker, [COMPANY], DAY)
            db.moment += TICK


async def _judged(db: Database, courier: Instant) -> dict[tuple[str, str], tuple[int, float]]:
    """(kind, period) → messages sent, minutes from due to the last of them. Fails when a budget
    broke or a message came twice."""
    async with db.transaction(SCOPE) as shelf:
        sent = (Delivery.company_id == COMPANY) & (Delivery.state == DeliveryState.SENT)
        turn = (Occurrence.company_id == Delivery.company_id) & (
            Occurrence.id == Delivery.occurrence_id
        )
        found = await shelf.session.execute(
            select(Delivery.kind, Occurrence.period_key, func.count(),
                   func.max(Delivery.sent_at), func.min(Occurrence.due_at))
            .join(Occurrence, turn).where(sent).group_by(Delivery.kind, Occurrence.period_key)
        )  # fmt: skip
        turns = {
            (kind, period): (many, (last - due) / timedelta(minutes=1))
            for kind, period, many, last, due in found
        }
        pushed = select(Delivery.member_id, Delivery.sent_at).where(sent, Delivery.unsolicited)
        weeks = Counter(
            (member, dates.week_key(dates.local_date(when)))
            for member, when in await shelf.session.execute(pushed)
            if when is not None
        )
        promoters = {row.member_id for row in await shelf.people.promoters()}
    most = max((n for (who, _), n in weeks.items() if who not in promoters), default=0)
    others = max(weeks.values(), default=0)
    if most > 1 or others > OTHERS_WEEK or set(courier.copies.values()) != {1}:
        raise SystemExit(f"a budget broke: {most} a week, {others} for promoters")
    return turns


async def _month(url: str, platform: str, people: int) -> list[Row]:
    db, courier, used = Virtual(url), Instant(), cpu()
    try:
        await settle_in(db, people, platform)
        await _furnish(db, people)
        await _live(db, courier)
        turns = await _judged(db, courier)
    finally:
        await db.close()
    asked = [many for (kind, _), (many, _) in turns.items() if kind == "reflection"]
    if len(asked) != 2 or sum(asked) + 2 * people // TRIED < 2 * people:
        raise SystemExit(f"somebody was left out: {asked}")
    found, bar = [], MINUTES.get((platform, people))
    limit = f", bar {bar} min" if bar else ""
    for kind in ("monthly_digest", "reflection", "trial_follow_up"):
        of_kind = [value for (name, _), value in turns.items() if name == kind]
        many, longest = sum(n for n, _ in of_kind), max(minutes for _, minutes in of_kind)
        if bar and longest > bar:
            raise SystemExit(f"{kind}: {longest:.0f} min")
        what = f"month on {platform.title()}, {people:,} people: {kind}, due to the last one sent"
        found.append(Row(what, f"{longest:.1f} min", f"n={many:,}, virtual clock{limit}"))
    value = f"{len(courier.copies):,} messages, each once; ≤ 1 a week"
    size = f"{cpu() - used:.0f} s of CPU"
    return [*found, Row(f"month on {platform.title()}, {people:,} people: all", value, size)]


def rows(people: int = PEOPLE, platforms: tuple[str, ...] = ("slack", "teams")) -> list[Row]:
    """Minutes of virtual time from due to the last message of each kind."""
    found = []
    for platform in platforms:
        with server("PostgreSQL") as url:
            found += asyncio.run(_month(url, platform, people))
    return found


if __name__ == "__main__":
    wanted = [int(word) for word in sys.argv[1:] if word.isdigit()] or [PEOPLE]
    named = tuple(word for word in sys.argv[1:] if not word.isdigit()) or ("slack", "teams")
    show([row for many in wanted for row in rows(many, named)])
