"""試してみる: a colleague tries a case, says how it went, and the case earns its 再現."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cases import audit
from cases.db import Shelf
from cases.errors import NotAllowed, NotFound
from cases.models.case import Case
from cases.models.loop import Trial
from cases.vocabulary import TrialState

SHOWN_FROM = 2  # 再現 appears from the second other member's success (decision 13)
ASKS = 2  # how often a trial is asked about: a second 「まだ試していない」 closes it
ANSWERS = (TrialState.WORKED, TrialState.DID_NOT, TrialState.LATER, TrialState.CLOSED)


@dataclass(frozen=True, slots=True)
class Reproduction:
    """再現 of one case: other members whose trial worked, their offices, and how many tried."""

    worked: int = 0
    offices: int = 0
    tried: int = 0

    @property
    def shown(self) -> bool:
        """True from two successes on."""
        return self.worked >= SHOWN_FROM


def reproduction(trials: Iterable[Trial], author_id: str) -> Reproduction:
    """再現 computed from a case's trials; the author's own do not count."""
    others = [trial for trial in trials if trial.member_id != author_id]
    worked = [trial for trial in others if trial.state is TrialState.WORKED]
    return Reproduction(
        worked=len({trial.member_id for trial in worked}),
        offices=len({trial.office_id for trial in worked}),
        tried=len({trial.member_id for trial in others}),
    )


async def reproductions(shelf: Shelf, authors: dict[str, str]) -> dict[str, Reproduction]:
    """再現 by case id, for cases given as id → author id."""
    trials = await shelf.loop.trials_of(authors)
    return {
        case_id: reproduction((t for t in trials if t.case_id == case_id), author)
        for case_id, author in authors.items()
    }


async def first_to_read(shelf: Shelf, limit: int) -> list[Case]:
    """Company-wide cases that worked for most others; in a young company the newest as well."""
    ids = await shelf.loop.most_reproduced(limit)
    found = await shelf.cases.many(ids)
    best = [found[case_id] for case_id in ids if case_id in found]
    newest = await shelf.cases.company_wide(limit=limit)
    return [*best, *(case for case in newest if case.id not in ids)][:limit]


async def start(shelf: Shelf, case_id: str) -> Trial:
    """Opens the acting member's trial; a second call gives the first one.

    Raises NotFound for a case out of reach, NotAllowed for the member's own case.
    """
    case = await shelf.cases.get(case_id)
    if case is None:
        raise NotFound
    if case.author_id == shelf.scope.me:
        raise NotAllowed("own case", case_id)
    found = await shelf.loop.trial_of(case_id, shelf.scope.me)
    if found is not None:
        return found
    member = await shelf.people.member(shelf.scope.me)
    trial = Trial(
        company_id=shelf.scope.company_id,
        case_id=case_id,
        member_id=shelf.scope.me,
        office_id=member.office_id if member else None,
        state=TrialState.OPEN,
        opened_at=shelf.now,
    )
    shelf.loop.add(trial)
    await shelf.loop.flush()
    await audit.record(shelf, "trial.start", trial.id)
    return trial


async def answer(shelf: Shelf, trial_id: str, state: TrialState, note: str = "") -> Trial:
    """Records how it went. 「まだ試していない」 closes a trial that will not be asked about again.

    An answer may be changed until the author has been told of it; after that it stays.
    """
    trial = await shelf.loop.trial(trial_id)
    if trial is None or trial.member_id != shelf.scope.me or state not in ANSWERS:
        raise NotFound
    if state is TrialState.LATER and trial.asked >= ASKS:
        state = TrialState.CLOSED
    if trial.told_at is not None:
        state = trial.state
    if note or state is not trial.state:
        trial.state = state
        trial.note = note or trial.note
        trial.answered_at = shelf.now
        await audit.record(shelf, f"trial.{state}", trial.id)
    return trial
