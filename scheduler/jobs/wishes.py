"""求む！事例 that was answered: asker and answerer are told, each once a day at most."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from cases.db import Shelf
from scheduler import calendar as dates
from scheduler.job import Mailing, Message, Turn, each_business_day


async def messages(shelf: Shelf, turn: Turn) -> list[Message]:
    """`part` is asker or answerer; the asker is never named to the answerer."""
    told: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for wish in await shelf.loop.untold_wishes():
        wish.told_at = shelf.now
        case = await shelf.cases.any(wish.answered_by or "")
        if case is None:
            continue
        answered = {"wish_id": wish.id, "case_id": case.id}
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


JOB = Mailing(
    name="wishes",
    rule="each business day with an answer, 10:30",
    periods=each_business_day(dates.SUMMARY_SLOT),
    messages=messages,
    expires_after=timedelta(days=7),
)
