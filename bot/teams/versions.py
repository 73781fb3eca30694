"""A message of the 1:1 chat in its versions: as written, edited, deleted, brought back. Pure.

The inbox compares versions as text (scheduler/inbox.py), so that they may come in any order.
"""

from __future__ import annotations

import re
from typing import Any

from bot.conversation.events import Said, Unsaid
from bot.teams.activities import activity_id, event, is_private, reference, source

Json = dict[str, Any]

EDITED, DELETED = "messageUpdate", "messageDelete"
_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,7}))?")
_DIGITS = 21  # of a time down to 100 ns, as Teams writes it
_FIRST = "0" * _DIGITS


def version_id(activity: Json) -> str:
    """`message:ROOM|ID:VERSION` of a message in the 1:1 chat; empty for everything else.

    An edit or a deletion without its time is none: it could not be put in order.
    """
    key = activity_id(activity)
    kind = activity.get("type")
    if not key or not is_private(activity) or isinstance(activity.get("value"), dict):
        return ""
    if kind == "message":
        return f"message:{key}:{_FIRST}"
    at = _time(activity.get("timestamp")) if kind in (EDITED, DELETED) else ""
    return f"message:{key}:{at}" if at else ""


def changed(activity: Json, user: str) -> Said | Unsaid | None:
    """What an edit or a deletion says; None outside the 1:1 chat, and for an empty edit."""
    if not version_id(activity):
        return None
    if activity.get("type") == DELETED:
        return Unsaid(user, reference(activity), source(activity))
    found = event({**activity, "type": "message"})
    if isinstance(found, Said):
        return found
    emptied = not str(activity.get("text") or "").strip()
    return Unsaid(user, reference(activity), source(activity)) if emptied else None


def _time(stamp: object) -> str:
    """`2022-10-28T17:19:39.4615413Z` as digits of one length; empty for what is no time."""
    found = _TIME.match(stamp) if isinstance(stamp, str) else None
    if found is None:
        return ""
    *whole, fraction = found.groups(default="")
    return "".join(whole) + fraction.ljust(7, "0")
