"""「あなたの事例を4人が試し、3人がうまくいきました」: what became of a case, once a day at most."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import Any

from cases.db import Shelf
from cases.models.loop import Trial
from cases.trials import reproductions
from cases.vocabulary import GONE
from scheduler import calendar as dates
from scheduler.job import Mailing, Message, Turn, daily
from scheduler.recheck import is_paused


async def messages(shelf: Shelf, turn: Turn) -> list[Message]:
    """One note per author with all their cases that have news; people are never named."""
    news: dict[str, list[Trial]] = defaultdict(list)
    authors: dict[str, dict[str, str]] = defaultdict(dict)
    for trial in await shelf.loop.untold():
        case = await shelf.cases.any(trial.case_id)
        if case is None or case.status in GONE:
            trial.told_at = shelf.now  # nobody is told of a case that is gone
            continue
        author = await shelf.people.member(case.author_id)
        if author is not None and is_paused(author, turn.today):
            continue  # the news waits for the end of the pause
        trial.told_at = shelf.now
        news[trial.case_id].append(trial)
        authors[case.author_id][case.id] = case.author_id
    return [
        Message(
            key=f"{turn.period.key}:{author}",
            member_id=author,
            content={"cases": await _news(shelf, owned, news)},
            case_ids=tuple(owned),
        )
        for author, owned in authors.items()
    ]


async def _news(
    shelf: Shelf, owned: dict[str, str], news: dict[str, list[Trial]]
) -> list[dict[str, Any]]:
    """Totals of each case, and the trials that are new since the last note."""
    totals = await reproductions(shelf, owned)
    return [
        {
            "case_id": case_id,
            "tried": totals[case_id].tried,
            "worked": totals[case_id].worked,
            "offices": totals[case_id].offices,
            "trial_ids": [trial.id for trial in news[case_id]],
        }
        for case_id in owned
    ]


JOB = Mailing(
    name="impact_note",
    rule="each business day with news, 10:30",
    **daily(dates.SUMMARY_SLOT),
    messages=messages,
    expires_after=timedelta(days=7),
)
