"""管理者の部屋: the end of the audit trail, once a day, where the database cannot change it.

Made and sent in the same minutes, at any day: what waited in the ledger overnight could be changed
there with the trail. The log has a line of its own (audit_head.py).
"""

from __future__ import annotations

from datetime import time, timedelta

from cases import audit, rooms
from cases.db import Shelf
from scheduler.job import Mailing, Message, Turn, each_day


async def messages(shelf: Shelf, turn: Turn) -> list[Message]:
    """One for each administrators' room; nothing without one."""
    found = await rooms.for_admins(shelf)
    if not found:
        return []
    content = {"line": await audit.anchor(shelf), "day": f"{turn.today.month}/{turn.today.day}"}
    return [Message(f"{turn.period.key}:{room.id}", content, room_id=room.id) for room in found]


JOB = Mailing(
    name="audit_head_room",
    rule="each day, 08:40",
    periods=each_day(time(8, 40)),
    messages=messages,
    expires_after=timedelta(days=1),  # the next one says more
    fixed=True,
)
