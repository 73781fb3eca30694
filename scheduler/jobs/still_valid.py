"""「今も有効?」 of a case that nobody confirmed for six months, to its author."""

from __future__ import annotations

from datetime import timedelta

from cases import keeping
from cases.db import Shelf
from cases.models.case import Case
from scheduler import calendar as dates
from scheduler.job import Mailing, Message, Turn, daily
from scheduler.recheck import has_room


async def messages(shelf: Shelf, turn: Turn) -> list[Message]:
    """The oldest such case of each author who has room this week; each once in six months.

    Of an author who left nobody is asked: the case sinks with the time (cases/keeping.py).
    """
    found: dict[str, Message] = {}
    for case in await shelf.keeping.unconfirmed(shelf.now - keeping.ASKED_AGAIN):
        if case.doubted_at is not None or case.author_id in found:
            continue
        if not await has_room(shelf, JOB, turn, case.author_id):
            continue
        case.doubted_at = shelf.now
        found[case.author_id] = _message(case)
    return list(found.values())


def _message(case: Case) -> Message:
    since = keeping.confirmed(case)
    content = {"case_id": case.id, "days": keeping.ANSWERED_IN.days}
    return Message(f"{case.id}:{since:%Y%m%d}", content, case.author_id, case_ids=(case.id,))


JOB = Mailing(
    name="still_valid",
    rule="a case unconfirmed for six months, to its author, one a week, 10:15",
    messages=messages,
    unsolicited=True,
    expires_after=timedelta(days=7),
    **daily(dates.REFLECTION_SLOT),
)
