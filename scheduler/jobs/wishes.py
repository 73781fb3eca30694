"""求む！事例 that was answered: asker and answerer are told, each once a day at most."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from cases.db import Shelf
from cases.models.case import Case
from cases.models.loop import Wish
from cases.vocabulary import Status
from scheduler import calendar as dates
from scheduler.job import Mailing, Message, Turn, daily
from scheduler.recheck import is_paused


async def messages(shelf: Shelf, turn: Turn) -> list[Message]:
    """`part` is asker or answerer; the asker is never named to the answerer.

    Who asked in another office is told once the case is seen company-wide, not before.
    """
    told: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for wish in await shelf.loop.untold_wishes():
        case = await shelf.cases.any(wish.answered_by or "")
        if case is None or not _seen(case, wish):
            continue
        asker = await shelf.people.member(wish.asker_id)
        if asker is not None and is_paused(asker, turn.today):
            continue  # the answer waits for the end of the pause
        wish.told_at = shelf.now
        answered = {"wish_id": wish.id, "case_id": case.id}
        if wish.asker_id:  # else too long ago to be known
            told[wish.asker_id, "asker"].append(answered)
        if case.author_id != wish.asker_id:
            told[case.author_id, "answerer"].append(answered)
    return [
        Message(
            key=f"{turn.period.key}:{member_id}:{part}",
            member_id=member_id,
            content={"part": part, "wishes": answers},
            case_ids=tuple(answer["case_id"] for answer in answers),
        )
        for (member_id, part), answers in told.items()
    ]


def _seen(case: Case, wish: Wish) -> bool:
    """True when the asker may find the case (the office is the one of the time of asking)."""
    if case.status in (Status.COMPANY, Status.STALE):
        return True
    return case.status is Status.OFFICE and case.office_id == wish.office_id


JOB = Mailing(
    name="wishes",
    rule="each business day with an answer, 10:30",
    **daily(dates.SUMMARY_SLOT),
    messages=messages,
    expires_after=timedelta(days=7),
)
