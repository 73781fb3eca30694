"""Office figures: posted, tried and reproduced by month, without names or cells under five."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cases import members, months
from cases.db import Shelf
from cases.models.org import Member
from cases.trials import reproduction

FEW = 5  # cells of fewer people are hidden: 「少数」 (domain.md §12)


@dataclass(frozen=True, slots=True)
class Figures:
    """One office in one month (YYYY-MM)."""

    month: str
    posted: int
    tried: int
    reproduced: int  # others' successes with this office's cases


async def active_mrs(shelf: Shelf, office_id: str) -> list[Member]:
    """Active MRs of an office, promoters included, managers not."""
    return [member for member in await shelf.people.members(office_id) if members.is_mr(member)]


async def office_figures(
    shelf: Shelf, office_id: str, last_month: str, number: int = 6
) -> Sequence[Figures] | None:
    """`number` months that end with `last_month`; None for an office of fewer than five MRs."""
    if len(await active_mrs(shelf, office_id)) < FEW:
        return None
    cases = await shelf.cases.of_office(office_id)
    trials = await shelf.loop.all_trials()
    authors = {case.id: case.author_id for case in cases}
    found = []
    for month in months.last(last_month, number):
        since, until = months.limits(month)
        answered = [
            trial
            for trial in trials
            if trial.answered_at is not None and since <= trial.answered_at < until
        ]
        found.append(
            Figures(
                month=month,
                posted=sum(since <= case.shared_at < until for case in cases),
                tried=sum(
                    trial.office_id == office_id and since <= trial.opened_at < until
                    for trial in trials
                ),
                reproduced=sum(
                    reproduction((t for t in answered if t.case_id == case_id), author).worked
                    for case_id, author in authors.items()
                ),
            )
        )
    return found
