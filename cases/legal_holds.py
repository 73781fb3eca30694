"""訴訟・調査のための保全: what is under a legal hold is not purged before it is lifted.

Placing and lifting are in the audit trail. A hold is on the whole company, a member (what they
wrote) or a case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cases import audit, rights
from cases.columns import new_id
from cases.db import Shelf
from cases.errors import BadInput, NotFound
from cases.models.case import Case
from cases.models.keeping import LegalHold
from cases.rights import Action
from cases.safety import receipt_of

COMPANY, MEMBER, CASE = "company", "member", "case"


@dataclass(frozen=True, slots=True)
class Held:
    """What may not be purged now."""

    company: bool = False
    members: frozenset[str] = frozenset()
    cases: frozenset[str] = frozenset()

    @property
    def trail(self) -> bool:
        """True while anything is held: the trail is one chain, and goes from its oldest end on."""
        return bool(self.company or self.members or self.cases)

    def member(self, member_id: str) -> bool:
        """True where nothing of this person may go."""
        return self.company or member_id in self.members

    def case(self, case: Case) -> bool:
        """True where this case may not go."""
        return self.member(case.author_id) or case.id in self.cases


async def held(shelf: Shelf) -> Held:
    """All holds in force, for whoever is about to purge: no new one is placed meanwhile."""
    await shelf.people.company_alone()
    rows = await shelf.keeping.legal_holds()
    of = {what: frozenset(r.subject for r in rows if r.what == what) for what in (MEMBER, CASE)}
    return Held(any(row.what == COMPANY for row in rows), of[MEMBER], of[CASE])


async def place(shelf: Shelf, what: str, subject: str, reference: str) -> LegalHold:
    """Nothing of the subject is purged from now on.

    `reference`: the number of a file outside (no words: it lies in clear). Raises NotAllowed for
    all but 事務局, BadInput for a reference that is none, NotFound for an unknown subject.
    """
    rights.need(shelf, Action.LEGAL_HOLD, subject)
    number = receipt_of(reference)
    if not number:
        raise BadInput("reference")
    await _known(shelf, what, subject)
    row = LegalHold(company_id=shelf.scope.company_id, id=new_id(), what=what, subject=subject)
    row.reference, row.placed_by, row.placed_at = number, shelf.scope.me, shelf.now
    await keep(shelf, row)
    return row


async def keep(shelf: Shelf, row: LegalHold) -> None:
    """Puts a hold into force, for callers who may: a new one, or one that a restore forgot.

    A purge that is under way ends first. Raises NotFound for a company that is being deleted:
    nobody shall rely on a hold that keeps nothing.
    """
    await shelf.people.company_alone()
    if await shelf.keeping.ends():
        raise NotFound
    shelf.keeping.add(row)
    await audit.record(shelf, f"legal_hold.{row.what}", f"{row.id}:{row.subject}")


async def lift(shelf: Shelf, hold_id: str) -> LegalHold:
    """The periods run on as if it had never been. Raises NotAllowed, NotFound."""
    rights.need(shelf, Action.LEGAL_HOLD, hold_id)
    row = await shelf.keeping.legal_hold(hold_id)
    if row is None or row.lifted_at is not None:
        raise NotFound
    row.lifted_by, row.lifted_at = shelf.scope.me, shelf.now
    await audit.record(shelf, "legal_hold.lift", row.id)
    return row


async def listing(shelf: Shelf) -> Sequence[LegalHold]:
    """The holds in force, oldest first."""
    return await shelf.keeping.legal_holds()


async def _known(shelf: Shelf, what: str, subject: str) -> None:
    if what == COMPANY and subject == shelf.scope.company_id:
        return
    member = await shelf.people.member(subject) if what == MEMBER else None
    case = await shelf.cases.any(subject) if what == CASE else None
    if member is None and case is None:
        raise NotFound
