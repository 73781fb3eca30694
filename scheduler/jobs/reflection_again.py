"""振り返り put off with 「あとで」: the same question, early next week."""

from __future__ import annotations

from datetime import date

from cases import reflections
from cases.db import Shelf
from scheduler import calendar as dates
from scheduler.job import Mailing, Message, Turn, daily
from scheduler.jobs import reflection
from scheduler.store.plans import Plans


async def messages(shelf: Shelf, turn: Turn) -> list[Message]:
    """What was put off in an earlier week. It was asked for, so it costs no budget."""
    week = dates.week_key(turn.today)
    found: list[Message] = []
    for row in await Plans(shelf).put_off_reflections():
        if dates.week_key(date.fromisoformat(row.asked_on)) >= week:
            continue
        row.state = "asked"
        content = await reflections.content_of(shelf, row)
        key = f"{row.id}:{turn.period.key}"  # 「あとで」 may be said again
        found.append(Message(key=key, member_id=row.member_id, content=content))
    return found


JOB = Mailing(
    name="reflection_again",
    rule="first business day of the week after 「あとで」, 10:15",
    **daily(dates.REFLECTION_SLOT),
    messages=messages,
    expires_after=reflection.EXPIRES,
    refuses=reflection.refuses,
)
