"""Trials, reactions and wishes of one company."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cases.models.case import Case
from cases.models.loop import Reaction, Trial, Wish
from cases.scope import Scope
from cases.store.asking import among
from cases.vocabulary import Status, TrialState


class Loop:
    """What colleagues did with cases."""

    def __init__(self, session: AsyncSession, scope: Scope) -> None:
        self.session = session
        self.scope = scope
        self.company_id = scope.company_id

    def add(self, *rows: Trial | Reaction | Wish) -> None:
        """Keeps new rows; they are written with the transaction."""
        self.session.add_all(rows)

    async def flush(self) -> None:
        """Writes what was added."""
        await self.session.flush()

    async def trial(self, trial_id: str) -> Trial | None:
        """One trial by id."""
        return await self.session.get(Trial, (self.company_id, trial_id))

    async def trial_of(self, case_id: str, member_id: str) -> Trial | None:
        """The member's trial of a case."""
        found = select(Trial).where(
            Trial.company_id == self.company_id,
            Trial.case_id == case_id,
            Trial.member_id == member_id,
        )
        return (await self.session.scalars(found)).first()

    async def trials_of(self, case_ids: Iterable[str]) -> Sequence[Trial]:
        """All trials of some cases."""
        found = select(Trial).where(
            Trial.company_id == self.company_id, Trial.case_id.in_(list(case_ids))
        )
        return (await self.session.scalars(found.order_by(Trial.opened_at))).all()

    async def most_reproduced(self, limit: int) -> Sequence[str]:
        """Ids of the company-wide cases that worked for most others, best first."""
        found = (
            select(Trial.case_id)
            .join(Case, (Case.company_id == Trial.company_id) & (Case.id == Trial.case_id))
            .where(
                Trial.company_id == self.company_id,
                Trial.state == TrialState.WORKED,
                Trial.member_id != Case.author_id,
                Case.status == Status.COMPANY,
            )
            .group_by(Trial.case_id)
            .order_by(func.count(Trial.member_id.distinct()).desc(), Trial.case_id)
        )
        return (await self.session.scalars(found.limit(limit))).all()

    async def worked(self) -> dict[str, int]:
        """Of every case that worked for others than its author: for how many."""
        count = func.count(Trial.member_id.distinct())
        found = (
            select(Trial.case_id, count)
            .join(Case, (Case.company_id == Trial.company_id) & (Case.id == Trial.case_id))
            .where(
                Trial.company_id == self.company_id,
                Trial.state == TrialState.WORKED,
                Trial.member_id != Case.author_id,
            )
            .group_by(Trial.case_id)
        )
        return dict((await self.session.execute(found)).all())

    async def trials_by(self, member_id: str) -> Sequence[Trial]:
        """A member's trials, newest first."""
        found = select(Trial).where(
            Trial.company_id == self.company_id, Trial.member_id == member_id
        )
        return (await self.session.scalars(found.order_by(Trial.opened_at.desc()))).all()

    async def waiting_trials(self, member_ids: Collection[str]) -> dict[str, Trial]:
        """Of each member the newest trial that waits for an answer, or was put off."""
        found = select(Trial).where(
            Trial.company_id == self.company_id,
            among(self.session, Trial.member_id, member_ids),
            Trial.state.in_((TrialState.OPEN, TrialState.LATER)),
        )
        rows = await self.session.scalars(found.order_by(Trial.opened_at))
        return {row.member_id: row for row in rows}

    async def open_trials(self) -> Sequence[Trial]:
        """Trials that still wait for an answer, oldest first."""
        found = select(Trial).where(
            Trial.company_id == self.company_id,
            Trial.state.in_([TrialState.OPEN, TrialState.LATER]),
        )
        return (await self.session.scalars(found.order_by(Trial.opened_at))).all()

    async def untold(self) -> Sequence[Trial]:
        """Answered trials whose result the author has not heard of."""
        found = select(Trial).where(
            Trial.company_id == self.company_id,
            Trial.state.in_([TrialState.WORKED, TrialState.DID_NOT]),
            Trial.told_at.is_(None),
        )
        return (await self.session.scalars(found.order_by(Trial.answered_at))).all()

    async def all_trials(self) -> Sequence[Trial]:
        """Every trial of the company."""
        found = select(Trial).where(Trial.company_id == self.company_id)
        return (await self.session.scalars(found.order_by(Trial.opened_at))).all()

    async def reaction(self, case_id: str, member_id: str, kind: str) -> Reaction | None:
        """A member's reaction to a case."""
        return await self.session.get(Reaction, (self.company_id, case_id, member_id, kind))

    async def hidden(self, kind: str) -> set[str]:
        """Ids of the cases to which the acting member reacted in this way."""
        found = select(Reaction.case_id).where(
            Reaction.company_id == self.company_id,
            Reaction.member_id == self.scope.me,
            Reaction.kind == kind,
        )
        return set(await self.session.scalars(found))

    async def reactions_of(self, case_ids: Iterable[str]) -> Sequence[Reaction]:
        """All reactions to some cases."""
        found = select(Reaction).where(
            Reaction.company_id == self.company_id, Reaction.case_id.in_(list(case_ids))
        )
        return (await self.session.scalars(found)).all()

    async def wish(self, wish_id: str) -> Wish | None:
        """One wish by id."""
        return await self.session.get(Wish, (self.company_id, wish_id))

    async def wishes(self, *, only_open: bool = True) -> Sequence[Wish]:
        """求む！事例, oldest first."""
        found = select(Wish).where(Wish.company_id == self.company_id)
        if only_open:
            found = found.where(Wish.state == "open")
        return (await self.session.scalars(found.order_by(Wish.asked_at))).all()

    async def untold_wishes(self) -> Sequence[Wish]:
        """Answered wishes whose asker has not been told."""
        found = select(Wish).where(
            Wish.company_id == self.company_id, Wish.state == "answered", Wish.told_at.is_(None)
        )
        return (await self.session.scalars(found)).all()
