"""A member's last search, and the one of each chat thread: what a follow-up narrows."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from cases.db import Shelf
from cases.models.talk import Asked

FOLLOWED = timedelta(days=7)  # how long a thread is listened to after the last answer in it


async def keep(shelf: Shelf, state: dict[str, Any]) -> None:
    """Keeps the acting member's search; `state["thread"]` names its thread, if it has one."""
    talk = await shelf.talks.mine(shelf.now)
    talk.search, talk.waiting_for, talk.updated_at = state, {}, shelf.now
    if not state.get("thread"):
        return
    row = await shelf.talks.asked(shelf.scope.me, state["thread"])
    if row is None:
        row = Asked(
            company_id=shelf.scope.company_id, member_id=shelf.scope.me, thread=state["thread"]
        )
        shelf.talks.add(row)
    row.search, row.updated_at = state, shelf.now


async def last(shelf: Shelf, thread: str = "") -> dict[str, Any]:
    """The acting member's search in a thread, else the last one anywhere; empty for none."""
    row = await shelf.talks.asked(shelf.scope.me, thread) if thread else None
    if row is not None:
        return dict(row.search)
    return dict((await shelf.talks.mine(shelf.now)).search)


def name(state: dict[str, Any]) -> str:
    """What a button carries of the search it belongs to: `question#thread`."""
    return f"{_short(state)}#{state.get('thread', '')}"


async def of(shelf: Shelf, value: str, thread: str) -> tuple[dict[str, Any] | None, str]:
    """The search that a button's value belongs to, and what else the value carries.

    `value` is `name(state)#rest`; a bare one means the last search in `thread`. None where the
    thread has gone on to another question; empty where there was none.
    """
    question, carried, more = value.partition("#")
    if not carried:
        return await last(shelf, thread), value
    asked_there, _, rest = more.partition("#")
    state = await last(shelf, asked_there)
    return (state if _short(state) == question else None), rest


def _short(state: dict[str, Any]) -> str:
    return hashlib.sha256(str(state.get("query", "")).encode()).hexdigest()[:8]


async def asked_in(shelf: Shelf, member_id: str, thread: str) -> bool:
    """True where the member asked in this thread, not long ago."""
    row = await shelf.talks.asked(member_id, thread)
    return row is not None and shelf.now - row.updated_at < FOLLOWED


async def forget(shelf: Shelf, spared: Collection[str] = ()) -> int:
    """Forgets searches in threads that are not listened to any more: how many.

    `spared`: members under a legal hold.
    """
    return await shelf.talks.forget_asked(shelf.now - FOLLOWED, spared)
