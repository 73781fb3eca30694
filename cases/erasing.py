"""One case ends at once: somebody whom it is about asks for it, and two people of 事務局 say yes.

A text goes by itself after its period (keeping.py); here everything that shows it goes now. What
only others may end stays and is counted: an item that safety has not received yet, and why somebody
read the case for support, which is the auditors'.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cases import audit, holds, keeping, legal_holds, revisions, rights
from cases.db import Shelf
from cases.errors import BadInput, NotFound, OnHold
from cases.models.case import Case, Draft, Hold
from cases.models.loop import Trial
from cases.models.support import SupportReading
from cases.models.talk import Asked, Reflection, Talk
from cases.rights import Action
from cases.scope import Scope
from cases.vocabulary import Status

# Why, for the trail: who asks (a medical professional, a patient, an employee), or what else.
REASONS = ("hcp", "patient", "employee", "court", "leak")


@dataclass(frozen=True, slots=True)
class Around:
    """What tells something of a case beside its own row."""

    drafts: Sequence[Draft]
    held: Sequence[Hold]
    trials: Sequence[Trial]
    answers: Sequence[Reflection]
    talks: Sequence[Talk | Asked]
    readings: Sequence[SupportReading]

    @property
    def people(self) -> set[str]:
        """Whose texts these are."""
        wrote = {row.author_id for row in self.drafts} | {row.author_id for row in self.held}
        said = {row.member_id for row in self.trials} | {row.member_id for row in self.answers}
        return wrote | said | {row.member_id for row in self.talks}


@dataclass(frozen=True, slots=True)
class Erased:
    """How many texts went, and how many have to stay, by table."""

    gone: dict[str, int]
    stays: dict[str, int]


async def delete(shelf: Shelf, case_id: str, second: Scope, reason: str) -> Erased:
    """Ends a case in the name of two people of 事務局; a restore does so again.

    Raises NotAllowed where one of them is none, SamePerson, NotFound, OnHold where the case or a
    person whose text would go is under a legal hold, and BadInput for no reason of REASONS.
    """
    rights.need_two(shelf, second, Action.ERASE, case_id)
    if reason not in REASONS:
        raise BadInput("erase_reason", names=", ".join(REASONS))
    held = await legal_holds.held(shelf)  # before the case: the nightly purge waits in this order
    case = await shelf.cases.alone(case_id)
    if case is None:
        raise NotFound
    if held.case(case):
        raise OnHold("held_case")
    if (await _around(shelf, case)).people & held.members:
        raise OnHold("held_member")
    await audit.record(shelf, "case.delete", f"{case.id} reason={reason} second={second.me}")
    return await erase(shelf, case)


async def erase(shelf: Shelf, case: Case) -> Erased:
    """Nothing that the case said is left, wherever it was said; for callers who may.

    Its row stays, empty and withdrawn, so that cards that were sent are replaced and an import
    does not bring it back. The trail has it as a tombstone.
    """
    around = await _around(shelf, case)
    gone = {
        "case": int(bool(case.action or case.title)),
        "embedding": await shelf.cases.vector_count(case.id),
        "draft": len([row for row in around.drafts if row.values or row.original]),
        "trial": len([row for row in around.trials if row.note]),
        "reflection": len(around.answers),
        "talk": len(around.talks),
    }
    case.changed_at = shelf.now
    await revisions.forget_words(shelf, case)
    await keeping.erase(shelf, case, Status.WITHDRAWN)
    for draft in around.drafts:
        draft.values, draft.original, draft.findings, draft.review_note = {}, None, [], ""
    for answer in around.answers:
        answer.answer = answer.shared = None
    for talk in around.talks:
        talk.search = {}
        if isinstance(talk, Talk):
            talk.waiting_for = {}
    kept = [row for row in around.held if _waits_for_safety(row)]
    for row in around.held:
        if row not in kept:
            await _empty(shelf, row)
    await audit.record(shelf, "case.erase", case.id)
    stays = {"hold": len(kept), "support_reading": len(around.readings)}
    return Erased(gone | {"hold": len(around.held) - len(kept)}, stays)


async def told_under(shelf: Shelf, case_id: str) -> list[str]:
    """Ids under which letters told of a case beside its own; to be asked before it ends."""
    case = await shelf.cases.any(case_id)
    if case is None:
        return []
    around = await _around(shelf, case)
    held = [row for row in around.held if not _waits_for_safety(row)]  # who is reminded stays so
    rows: list[Draft | Hold | SupportReading] = [*around.drafts, *held, *around.readings]
    return [row.id for row in rows]


async def _around(shelf: Shelf, case: Case) -> Around:
    drafts = await shelf.keeping.drafts_of(case.id)
    trials = await shelf.loop.trials_of([case.id])
    return Around(
        drafts,
        await shelf.keeping.holds_of([row.id for row in drafts]),
        trials,
        await shelf.keeping.reflections_on([row.id for row in trials]),
        await shelf.keeping.talks_about(case.id),
        await shelf.keeping.readings_of(case.id),
    )


def _waits_for_safety(hold: Hold) -> bool:
    """Nobody may end what safety has not received: it is a report that the law asks for."""
    return hold.queue == holds.SAFETY and hold.decided_at is None


async def _empty(shelf: Shelf, hold: Hold) -> None:
    """As after its period; what compliance had not decided is closed."""
    hold.text = hold.answer = None
    hold.reason = ""
    if hold.decided_at is None:
        hold.state = holds.CLOSED
        hold.decided_at, hold.decided_by = shelf.now, shelf.scope.member_id
    told = f"{hold.id} sha256={hold.text_hash} receipt={hold.receipt}"
    await audit.record(shelf, "hold.purge", told)
