"""What three questions without an answer, or three passes, mean for the next (domain.md §10.2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from enum import StrEnum

from cases import months
from cases.db import Shelf
from cases.models.talk import Reflection
from scheduler.store.plans import Plans

RUN = 3  # questions
_LOOK_BACK = timedelta(days=183)


class Habit(StrEnum):
    """How the last questions ended."""

    SILENT = "silent"  # three unanswered: say once that it goes quiet
    PASSING = "passing"  # three passes: once a month, and ask what would help


async def habits(shelf: Shelf) -> Mapping[str, Habit]:
    """The members whose last three questions ended alike. Only what really arrived counts."""
    plans, since = Plans(shelf), shelf.now - _LOOK_BACK
    arrived: dict[str, set[str]] = defaultdict(set)
    for who, when in await plans.questions_sent(since):
        arrived[who].add(months.day_of(when).isoformat())
    by_member: dict[str, list[Reflection]] = defaultdict(list)
    for row in await plans.reflections_since(months.day_of(since).isoformat()):
        by_member[row.member_id].append(row)
    found: dict[str, Habit] = {}
    for member_id, rows in by_member.items():
        habit = _habit([row for row in rows if row.asked_on in arrived[member_id]])
        if habit is not None:
            found[member_id] = habit
    return found


async def let_go(shelf: Shelf, member_id: str) -> None:
    """The unanswered questions count no more; they can still be answered."""
    for row in await shelf.talks.reflections_of(member_id):
        if row.state == "asked":
            row.state = "lapsed"


def _habit(rows: Sequence[Reflection]) -> Habit | None:
    last = {row.state for row in rows[:RUN]}
    if len(rows) < RUN or len(last) > 1:
        return None
    return {"asked": Habit.SILENT, "passed": Habit.PASSING}.get(last.pop())
