"""A draft that waits for its writer: one reminder, before its original wording is erased."""

from __future__ import annotations

from datetime import timedelta

from cases.db import Shelf
from cases.vocabulary import DraftState
from scheduler import calendar as dates
from scheduler.job import Mailing, Message, Turn, daily
from scheduler.jobs.retention import KEPT
from scheduler.recheck import has_room
from scheduler.store.plans import Plans

WAITS = 3  # business days; a draft of yesterday needs no reminder


async def messages(shelf: Shelf, turn: Turn) -> list[Message]:
    """The oldest draft of each writer who has room this week; each draft once, ever."""
    found: dict[str, Message] = {}
    drafts = await shelf.cases.drafts_before(shelf.now - timedelta(days=WAITS))
    own = [d for d in drafts if d.asked_at is None]  # 聞き書き has its own reminder
    open_ = [d for d in own if d.state is DraftState.OPEN and shelf.now - d.updated_at < KEPT]
    told = await Plans(shelf).owed(f"{JOB.name}:{draft.id}" for draft in open_)
    for draft in sorted(open_, key=lambda draft: draft.updated_at):
        waited = dates.local_date(draft.updated_at, turn.zone)
        ripe = turn.calendar.add_business_days(waited, WAITS) <= turn.today
        done = f"{JOB.name}:{draft.id}" in told or draft.author_id in found
        if done or not ripe or not await has_room(shelf, JOB, turn, draft.author_id):
            continue
        found[draft.author_id] = Message(draft.id, {"draft_id": draft.id}, draft.author_id)
    return list(found.values())


JOB = Mailing(
    name="draft_waiting",
    rule="a draft untouched for three business days, once, 10:15",
    messages=messages,
    unsolicited=True,
    expires_after=timedelta(days=3),
    **daily(dates.REFLECTION_SLOT),
)
