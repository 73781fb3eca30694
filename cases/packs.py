"""定例の資料: one page for the promoter meeting: 事例3・課題3・求む事例3・前回の宿題."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cases import counts, digests, months
from cases.db import Shelf
from cases.models.loop import Trial, Wish


@dataclass(frozen=True, slots=True)
class Pack:
    """What the page shows. `barriers` are keys with the number of cases that name them."""

    office: str
    office_en: str
    month: str
    items: list[dict[str, Any]]
    barriers: list[tuple[str, int]]
    wishes: list[Wish]
    homework: list[dict[str, Any]]  # last month's items: were they tried in this office since?
    question: dict[str, str]


async def make(shelf: Shelf, office_id: str, month: str) -> Pack:
    """The page for one office and month. Raises NotFound for an unknown office."""
    read = await digests.read_month(shelf, month)
    content = (await digests.current(shelf, office_id, month, read)).content
    named: dict[str, int] = {}
    for case in read.library[:60]:
        for key in case.barrier:
            named[key] = named.get(key, 0) + 1
    return Pack(
        office=content["office"],
        office_en=content["office_en"],
        month=month,
        items=content["items"],
        barriers=sorted(named.items(), key=lambda row: (-row[1], row[0]))[:3],
        wishes=list(read.wishes)[:3],
        homework=await _homework(shelf, office_id, month),
        question=content["question"],
    )


async def _homework(shelf: Shelf, office_id: str, month: str) -> list[dict[str, Any]]:
    """Last month's cases, and how many of this office have tried each since (None: too few)."""
    last = await shelf.talks.digest(office_id, months.before(month))
    if last is None:
        return []
    ids = [item["case_id"] for item in last.items]
    shown = await shelf.cases.many(ids)  # without those that were taken back since
    trials = await shelf.loop.trials_of(shown)
    return [
        {
            "case_id": case_id,
            "title": shown[case_id].title,
            "tried": _tried(t for t in trials if (t.case_id, t.office_id) == (case_id, office_id)),
        }
        for case_id in ids
        if case_id in shown
    ]


def _tried(trials: Iterable[Trial]) -> int | None:
    people = [trial.member_id for trial in trials]
    return counts.shown(len(people), people)
