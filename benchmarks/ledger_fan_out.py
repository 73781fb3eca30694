"""How long it takes to owe a large mailing: `python -m benchmarks.ledger_fan_out [PEOPLE]`.

Everything is real but the platform's connection: the planner, the weekly budget, the composer and
Slack's renderer, one card of one paragraph for each person, committed in batches. Then the same
planner looks again, and a planner that knows nothing of the first owes all of it once more.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from benchmarks.ledger_stage import COMPANY, SCOPE, cpu, opened, server, settle_in
from benchmarks.rows import Row, show
from bot.courier import Composer
from bot.slack import blocks
from cases.db import Database, Shelf
from scheduler import calendar as dates
from scheduler.job import Job, Mailing, Message, Turn, each_day
from scheduler.models import Delivery, Occurrence, OccurrenceState
from scheduler.planner import Planner, know, plan
from scheduler.store.ledger import Ledger

PEOPLE = 100_000
SLACK: Any = SimpleNamespace(name="slack", render=blocks.payload)


async def _messages(shelf: Shelf, turn: Turn) -> Sequence[Message]:
    words = {"name": "佐藤", "office": "仙台営業所", "title": "受付で待つ間に資材を1枚だけ渡した"}
    return [
        Message(f"{turn.period.key}:{member.id}", dict(words), member.id)
        for member in await shelf.people.members()
    ]


def job() -> Mailing:
    """A mailing to everybody, due at midnight, of a kind that the composer knows."""
    return Mailing(
        "ask_author", "each day", each_day(dates.MIDNIGHT), _messages,
        unsolicited=True, in_batches=True, catch_up_days=30,
    )  # fmt: skip


async def planned(db: Database) -> Planner:
    """A planner whose one job is due."""
    jobs: dict[str, Job] = {"ask_author": job()}
    async with db.transaction(SCOPE) as shelf:
        await know(shelf, jobs, shelf.now - timedelta(days=1))
    return Planner(db, Composer({"slack": SLACK, "teams": SLACK}), jobs)


async def _owed(db: Database) -> int:
    async with db.transaction(SCOPE) as shelf:
        return sum((await Ledger(shelf).counts()).values())


async def _forget(db: Database) -> None:
    """The occurrence stands as it would for a planner that was killed before its last step."""
    async with db.transaction(SCOPE) as shelf:
        (row,) = await Ledger(shelf).deliveries(Delivery.id.is_not(None), 1)
        occurrence = await shelf.session.get_one(Occurrence, (COMPANY, row.occurrence_id))
        occurrence.state = OccurrenceState.PLANNED


async def _measure(url: str, people: int) -> list[str]:
    async with opened(url) as db:
        await settle_in(db, people, "slack")
        planner = await planned(db)
        begun, used = time.perf_counter(), cpu()
        await plan(planner, COMPANY)
        took, used = time.perf_counter() - begun, cpu() - used
        if (count := await _owed(db)) != people:
            raise SystemExit(f"{count} owed, not {people}")
        await plan(planner, COMPANY)
        await _forget(db)
        begun = time.perf_counter()
        await plan(planner, COMPANY)
        again = time.perf_counter() - begun
        added = await _owed(db) - people
    return [f"{took:.0f} s ({used:.1f} s of CPU)", f"{added} rows, {again:.0f} s"]


def rows(people: int = PEOPLE) -> list[Row]:
    """Seconds for the whole mailing on PostgreSQL, and what a repeat adds."""
    with server("PostgreSQL") as url:
        took, again = asyncio.run(_measure(url, people))
    size = f"n={people:,}, rendered for Slack"
    return [
        Row("ledger: fan-out of a mailing (PostgreSQL, one planner)", took, size),
        Row("ledger: the same fan-out once more, as after a kill", again, size),
    ]


if __name__ == "__main__":
    show(rows(*(int(number) for number in sys.argv[1:])))
