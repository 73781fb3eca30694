"""Office figures: posted, tried and reproduced by month, without names or cells under five."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from cases import members, months
from cases.db import Shelf
from cases.models.case import Case
from cases.models.loop import Trial
from cases.models.org import Member
from cases.vocabulary import TrialState

FEW = 5  # cells of fewer people are hidden: 「少数」 (domain.md §12)


@dataclass(frozen=True, slots=True)
class Figures:
    """One office in one month (YYYY-MM), or in all of them (""). None: fewer than five people."""

    month: str
    posted: int | None
    tried: int | None
    reproduced: int | None  # others' successes with this office's cases


def shown(count: int, people: Iterable[str]) -> int | None:
    """A figure, where five people or more stand behind it; else nobody is told it."""
    return count if len(set(people)) >= FEW else None


def shown_sum(parts: Mapping[str | None, Sequence[str]]) -> int | None:
    """The sum of what offices did, by who did it: told where neither the sum nor what is left of
    it beside the offices that are told theirs is about fewer than five people."""
    everybody = [person for people in parts.values() for person in people]
    hidden = {
        person
        for people in parts.values()
        if shown(len(people), people) is None
        for person in people
    }
    return None if 0 < len(hidden) < FEW else shown(len(everybody), everybody)


async def active_mrs(shelf: Shelf, office_id: str) -> list[Member]:
    """Active MRs of an office, promoters included, managers not."""
    return [member for member in await shelf.people.members(office_id) if members.is_mr(member)]


async def office_figures(
    shelf: Shelf, office_id: str, last_month: str, number: int = 6
) -> Sequence[Figures] | None:
    """`number` months that end with `last_month`, then all of them together.

    None for an office of fewer than five MRs. A column has the figure for all months together only
    where it has none for a single one: what is hidden cannot be reckoned from the rest. The caller
    asks for the right (`Action.FIGURES`).
    """
    if len(await active_mrs(shelf, office_id)) < FEW:
        return None
    cases = await shelf.cases.of_office(office_id)
    names = months.last(last_month, number)
    return figures_of(office_id, names, cases, await shelf.loop.all_trials())


def figures_of(
    office_id: str, names: Sequence[str], cases: Sequence[Case], trials: Sequence[Trial]
) -> Sequence[Figures]:
    """The same of what was read: the office's cases, and all trials."""
    found = [_of(name, months.limits(name), office_id, cases, trials) for name in names]
    whole = (months.limits(names[0])[0], months.limits(names[-1])[1])
    return [*found, _apart(_of("", whole, office_id, cases, trials), found)]


def _of(
    name: str,
    limits: tuple[datetime, datetime],
    office_id: str,
    cases: Sequence[Case],
    trials: Sequence[Trial],
) -> Figures:
    since, until = limits
    posted = [case.author_id for case in cases if since <= case.shared_at < until]
    tried = [
        trial.member_id
        for trial in trials
        if trial.office_id == office_id and since <= trial.opened_at < until
    ]
    authors = {case.id: case.author_id for case in cases}
    worked = {
        (trial.case_id, trial.member_id)
        for trial in trials
        if trial.case_id in authors
        and trial.member_id != authors[trial.case_id]
        and trial.state is TrialState.WORKED
        and trial.answered_at is not None
        and since <= trial.answered_at < until
    }
    return Figures(
        month=name,
        posted=shown(len(posted), posted),
        tried=shown(len(tried), tried),
        reproduced=shown(len(worked), (member_id for _, member_id in worked)),
    )


def _apart(whole: Figures, parts: Sequence[Figures]) -> Figures:
    """Of the figures for all months those that no single month gives a part of."""
    return replace(
        whole,
        posted=whole.posted if all(one.posted is None for one in parts) else None,
        tried=whole.tried if all(one.tried is None for one in parts) else None,
        reproduced=whole.reproduced if all(one.reproduced is None for one in parts) else None,
    )
