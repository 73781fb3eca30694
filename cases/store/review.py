"""What reviewers leave behind, of one company: samples, the company's words, firings of rules."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from cases.models.case import Case, Draft
from cases.models.review import CHECKED, Firing, LexiconChange, Sampling
from cases.scope import Scope
from cases.store.asking import among
from cases.vocabulary import GONE, DraftState, Status

Row = TypeVar("Row")
WHO = ("author", "reviewer")


class Reviews:
    """Everything beside the cases themselves that a review needs."""

    def __init__(self, session: AsyncSession, scope: Scope) -> None:
        self.session = session
        self.scope = scope
        self.company_id = scope.company_id

    def add(self, *rows: Firing | LexiconChange | Sampling) -> None:
        """Keeps new rows; they are written with the transaction."""
        self.session.add_all(rows)

    async def submitted(self) -> Sequence[Draft]:
        """Drafts of anybody that wait for a reviewer, oldest first."""
        found = select(Draft).where(
            Draft.company_id == self.company_id, Draft.state == DraftState.WAITING
        )
        return (await self.session.scalars(found.order_by(Draft.submitted_at))).all()

    async def draft(self, draft_id: str) -> Draft | None:
        """A draft that waits for a reviewer, alone in this transaction; None for any other."""
        found = select(Draft).where(
            Draft.company_id == self.company_id,
            Draft.id == draft_id,
            Draft.state == DraftState.WAITING,
        )
        return (await self.session.scalars(_alone(found))).first()

    async def draft_of(self, draft_id: str) -> Draft | None:
        """A draft of anybody, whatever its state: for callers who check rights first."""
        return await self.session.get(Draft, (self.company_id, draft_id))

    async def withdrawn_since(self, moment: datetime) -> list[str]:
        """Ids of cases that were taken back at or after `moment`."""
        found = select(Case.id).where(
            Case.company_id == self.company_id,
            Case.changed_at >= moment,
            Case.status == Status.WITHDRAWN,
        )
        return list(await self.session.scalars(found))

    async def recast_since(self, moment: datetime) -> dict[str, datetime]:
        """Cases that are shown in another way since then: a name or a span left. By id."""
        found = select(Case.id, Case.recast_at).where(
            Case.company_id == self.company_id, Case.recast_at >= moment
        )
        return {case_id: at for case_id, at in await self.session.execute(found) if at}

    async def drafts_of(self, case_ids: Collection[str]) -> Sequence[Draft]:
        """The published drafts that cases came from, oldest first: what the guard found there."""
        found = select(Draft).where(
            Draft.company_id == self.company_id,
            among(self.session, Draft.case_id, case_ids),
            Draft.state == DraftState.PUBLISHED,
            Draft.declared_hash.is_not(None),  # none where an edit was shut
        )
        return (await self.session.scalars(found.order_by(Draft.updated_at))).all()

    async def edits_of(self, case_id: str) -> Sequence[Draft]:
        """The drafts in which a case is being edited, or its edit was stopped."""
        found = select(Draft).where(
            Draft.company_id == self.company_id,
            Draft.case_id == case_id,
            Draft.state != DraftState.PUBLISHED,
        )
        return (await self.session.scalars(_alone(found))).all()

    async def waiting_imports(self) -> Sequence[Case]:
        """Imported cases that wait for company-wide approval, oldest first."""
        found = select(Case).where(
            Case.company_id == self.company_id,
            Case.status == Status.OFFICE,
            Case.release_asked_at.is_not(None),
            Case.origin == "import",
        )
        return (await self.session.scalars(found.order_by(Case.release_asked_at, Case.id))).all()

    async def released_in(self, first: datetime, end: datetime) -> Sequence[Case]:
        """Cases that became company-wide in [first, end) and are still to be seen."""
        found = select(Case).where(*self._released(first, end))
        return (await self.session.scalars(found.order_by(Case.id))).all()

    async def count_released_in(self, first: datetime, end: datetime) -> int:
        """How many they are."""
        found = select(func.count()).select_from(Case).where(*self._released(first, end))
        return int(await self.session.scalar(found) or 0)

    def _released(self, first: datetime, end: datetime) -> tuple[ColumnElement[bool], ...]:
        return (
            Case.company_id == self.company_id,
            Case.released_at >= first,
            Case.released_at < end,
            Case.status.not_in(GONE),
            Case.sample.is_(False),
        )

    async def once(self, row: Sampling) -> Sampling:
        """Keeps the sample, or gives the one of that id that somebody else has just drawn."""
        try:
            async with self.session.begin_nested():
                self.session.add(row)
        except IntegrityError:
            found = await self.sampling(row.id)
            if found is None:
                raise
            return found
        return row

    async def sampling(self, sampling_id: str) -> Sampling | None:
        """One sample, alone in this transaction."""
        found = select(Sampling).where(
            Sampling.company_id == self.company_id, Sampling.id == sampling_id
        )
        return (await self.session.scalars(_alone(found))).first()

    async def changes(self) -> Sequence[LexiconChange]:
        """All changes of the company's words in the order in which they were proposed."""
        found = select(LexiconChange).where(LexiconChange.company_id == self.company_id)
        order = (LexiconChange.proposed_at, LexiconChange.id)
        return (await self.session.scalars(found.order_by(*order))).all()

    async def change(self, change_id: str) -> LexiconChange | None:
        """One change of the company's words, alone in this transaction."""
        found = select(LexiconChange).where(
            LexiconChange.company_id == self.company_id, LexiconChange.id == change_id
        )
        return (await self.session.scalars(_alone(found))).first()

    async def fired(self, subject: str) -> dict[str, Firing]:
        """What fired on a draft, by rule."""
        found = select(Firing).where(
            Firing.company_id == self.company_id, Firing.subject == subject
        )
        return {row.rule: row for row in await self.session.scalars(found)}

    async def checked_between(self, start: datetime, end: datetime) -> int:
        """How many drafts were checked for the first time within [start, end)."""
        found = select(func.count()).where(
            Firing.company_id == self.company_id,
            Firing.rule == CHECKED,
            Firing.at >= start,
            Firing.at < end,
        )
        return int(await self.session.scalar(found) or 0)

    async def rates(self) -> list[tuple[str, int, int, int]]:
        """Rule, on how many drafts it fired, 「誤検知」 of authors, 「誤検知」 of reviewers."""
        of = {who: func.sum(case((Firing.false_by == who, 1), else_=0)) for who in WHO}
        found = (
            select(Firing.rule, func.count(), *of.values())
            .where(Firing.company_id == self.company_id, Firing.rule != CHECKED)
            .group_by(Firing.rule)
            .order_by(Firing.rule)
        )
        rows = await self.session.execute(found)
        return [(rule, int(all_), int(own), int(read)) for rule, all_, own, read in rows]


def _alone(found: Select[Row]) -> Select[Row]:
    """Locked until the transaction ends, and read as it is now."""
    return found.with_for_update().execution_options(populate_existing=True)
