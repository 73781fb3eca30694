"""添付文書・資材・ツールが変わった: each author is asked once about their cases, and reminded once.

It does not count for the weekly budget, and goes out during a pause, too: a deadline of the company
runs on one's own text. In the budget an author of several cases would be asked after they had sunk.
One message lists all cases of an author that one change put in question (decision 15).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from cases import revisions, rights
from cases.db import Shelf
from cases.models.case import Case
from cases.models.org import Member
from cases.rights import Action
from scheduler import calendar as dates
from scheduler.job import Mailing, Message, Turn, daily
from scheduler.store.ledger import Ledger

NAME = "revision"
REMINDED = timedelta(days=14)
AGAIN = ":again"


async def messages(shelf: Shelf, turn: Turn) -> list[Message]:
    """To authors once, once more after 14 days, and never after the days to answer are over.

    What nobody can be asked about is said weekly to those who name changes.
    """
    fresh = [one for one in await revisions.waiting(shelf) if revisions.is_fresh(shelf, one)]
    alone = await revisions.unanswerable(shelf, fresh)
    left = {case.id for case in alone}
    mine: dict[tuple[str, str], list[Case]] = defaultdict(list)
    for case in fresh:
        if case.id not in left:
            days = turn.today - dates.local_date(_asked(case), turn.zone)
            again = AGAIN if days >= REMINDED else ""
            mine[case.author_id, f"{_stamp(case)}{again}"].append(case)
    said = await Ledger(shelf).owed([f"{NAME}:{stamp}:{author}" for author, stamp in mine])
    found = [
        await _question(shelf, f"{stamp}:{author}", author, cases)
        for (author, stamp), cases in mine.items()
        if f"{NAME}:{stamp}:{author}" not in said
    ]
    return [*found, *await _to_deciders(shelf, turn, len(alone))]


async def _question(shelf: Shelf, key: str, author: str, cases: Sequence[Case]) -> Message:
    named = await shelf.keeping.revision(str(cases[0].revision_id))
    ids = [case.id for case in cases]
    content = {
        "part": "again" if AGAIN in key else "asked",
        "case_ids": ids,
        "what": revisions.what_of(cases[0]),
        "word": named.word if named else "",
        "since": named.since.isoformat() if named else "",
        "until": revisions.last_day(_asked(cases[0])).isoformat(),
    }
    return Message(key, content, author, case_ids=tuple(ids))


async def _to_deciders(shelf: Shelf, turn: Turn, count: int) -> list[Message]:
    """A number alone: the cases are on the card that it leads to."""
    if not count:
        return []
    people = [one for one in await shelf.people.members() if _decides(one)]
    week, content = dates.week_key(turn.today), {"part": "left", "count": count}
    return [Message(f"{week}:left:{one.id}", content, one.id) for one in people]


async def renew(shelf: Shelf, key: str) -> Message:
    """The same question without what was taken back or answered since."""
    stamp, _, author = key.rpartition(":")
    cases = [
        case
        for case in await revisions.waiting(shelf, author)
        if _stamp(case) == stamp.removesuffix(AGAIN)
    ]
    if not cases:
        return Message(key, {"part": "done"}, author)
    return await _question(shelf, key, author, cases)


def _decides(member: Member) -> bool:
    return rights.has(member.roles, Action.REVISE)


def _asked(case: Case) -> datetime:
    return case.doubted_at or case.changed_at


def _stamp(case: Case) -> str:
    """When the change was named: all cases of one naming have the same."""
    return f"{_asked(case).astimezone(UTC):%Y%m%dT%H%M%S.%f}"


JOB = Mailing(
    name=NAME,
    rule="cases that a named change put in question, to their authors, again after 14 days, 10:15",
    messages=messages,
    renew=renew,
    duty=True,
    expires_after=timedelta(days=7),
    **daily(dates.REFLECTION_SLOT),
)
