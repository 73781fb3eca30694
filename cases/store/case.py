"""Drafts, cases, holds and vectors of one company."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from cases.models.case import Case, Draft, Embedding, Hold
from cases.scope import Scope
from cases.store.asking import among
from cases.store.lists import CaseLists
from cases.store.vectors import VectorRows
from cases.vocabulary import DraftState, Status

PUBLISHED = (Status.OFFICE, Status.COMPANY, Status.STALE)


class Cases(CaseLists, VectorRows):
    """Everything that a post can be, from first words to published case."""

    def __init__(self, session: AsyncSession, scope: Scope) -> None:
        self.session = session
        self.scope = scope
        self.company_id = scope.company_id

    def add(self, *rows: Draft | Case | Hold | Embedding) -> None:
        """Keeps new rows; they are written with the transaction."""
        self.session.add_all(rows)

    async def flush(self) -> None:
        """Writes what was added, so that a broken rule shows here and not at commit."""
        await self.session.flush()

    async def draft(self, draft_id: str) -> Draft | None:
        """A draft of the acting member; None for anybody else's, as if it were not there."""
        row = await self.session.get(Draft, (self.company_id, draft_id))
        return row if row and row.author_id == self.scope.member_id else None

    async def draft_alone(self, draft_id: str) -> Draft | None:
        """As `draft`, read anew and locked: of two at once the second sees what the first did."""
        key, now = (self.company_id, draft_id), {"populate_existing": True}
        row = await self.session.get(Draft, key, with_for_update=True, execution_options=now)
        return row if row and row.author_id == self.scope.member_id else None

    async def drafts_from(self, source: str) -> Sequence[Draft]:
        """The acting member's drafts of one message: its own first, then edits of its case."""
        same = (Draft.source == source) | Draft.source.startswith(f"{source}@", autoescape=True)
        found = select(Draft).where(
            Draft.company_id == self.company_id, Draft.author_id == self.scope.me, same
        )
        return (await self.session.scalars(found.order_by(Draft.source))).all()

    async def drafts(self) -> Sequence[Draft]:
        """The acting member's unpublished drafts, newest first."""
        found = select(Draft).where(
            Draft.company_id == self.company_id,
            Draft.author_id == self.scope.me,
            Draft.state != DraftState.PUBLISHED,
        )
        return (await self.session.scalars(found.order_by(Draft.updated_at.desc()))).all()

    async def proposal(self, draft_id: str) -> Draft | None:
        """A draft that was written for somebody, for the letter to them: whoever acts."""
        row = await self.session.get(Draft, (self.company_id, draft_id))
        return row if row and row.asked_at else None

    async def asked(self) -> Sequence[Draft]:
        """Drafts of anybody that wait for the word of whom they are about, oldest first."""
        found = select(Draft).where(
            Draft.company_id == self.company_id,
            Draft.asked_at.is_not(None),
            Draft.state.in_([DraftState.OPEN, DraftState.HELD]),
        )
        return (await self.session.scalars(found.order_by(Draft.asked_at))).all()

    async def drafts_before(self, moment: datetime) -> Sequence[Draft]:
        """Drafts of anybody that were last touched before `moment` (retention)."""
        found = select(Draft).where(Draft.company_id == self.company_id, Draft.updated_at < moment)
        return (await self.session.scalars(found)).all()

    async def drop(self, row: Draft) -> None:
        """Deletes a draft for good."""
        await self.session.delete(row)

    def visible(self) -> ColumnElement[bool]:
        """What the acting member may find: company-wide, own office's, own (in the query)."""
        mine = [Case.status == Status.COMPANY, Case.status == Status.STALE]
        if self.scope.member_id is not None:
            offices = sorted(self.scope.offices)
            mine.append(Case.author_id == self.scope.member_id)
            mine.append(Case.office_id.in_(offices))
        return (Case.company_id == self.company_id) & Case.status.in_(PUBLISHED) & or_(*mine)

    async def get(self, case_id: str) -> Case | None:
        """One case, if the acting member may find it."""
        found = select(Case).where(self.visible(), Case.id == case_id)
        return (await self.session.scalars(found)).first()

    async def many(self, ids: Iterable[str]) -> dict[str, Case]:
        """Cases by id; those that the acting member may not find are left out."""
        found = select(Case).where(self.visible(), Case.id.in_(list(ids)))
        return {row.id: row for row in await self.session.scalars(found)}

    def seen_by(self, scope: Scope) -> Cases:
        """The same rows for another reader: what the system writes to somebody is theirs to see."""
        return Cases(self.session, replace(scope, company_id=self.company_id))

    async def any(self, case_id: str) -> Case | None:
        """One case whatever its status: for callers who check rights first."""
        return await self.session.get(Case, (self.company_id, case_id))

    async def alone(self, case_id: str) -> Case | None:
        """As `any`, read anew and locked, for whoever changes it: of two at once the second sees
        what the first did."""
        key, now = (self.company_id, case_id), {"populate_existing": True}
        return await self.session.get(Case, key, with_for_update=True, execution_options=now)

    async def sources(self) -> set[str]:
        """The events and import rows that cases came from, whatever became of the cases."""
        found = select(Case.source).where(
            Case.company_id == self.company_id, Case.source.is_not(None)
        )
        return {source for source in await self.session.scalars(found) if source}

    async def by_author(self, member_id: str) -> Sequence[Case]:
        """A member's published cases, newest first."""
        found = select(Case).where(
            Case.company_id == self.company_id,
            Case.author_id == member_id,
            Case.status.in_(PUBLISHED),
        )
        return (await self.session.scalars(found.order_by(Case.shared_at.desc()))).all()

    async def barriers_of(self, member_ids: Collection[str]) -> dict[str, str]:
        """Of each member the barrier of the newest published case that names one."""
        found = select(Case.author_id, Case.barrier).where(
            Case.company_id == self.company_id,
            among(self.session, Case.author_id, member_ids),
            Case.status.in_(PUBLISHED),
        )
        rows = await self.session.execute(found.order_by(Case.shared_at))
        return {author_id: barrier[0] for author_id, barrier in rows if barrier}

    async def all_published(self) -> Sequence[Case]:
        """All that an office or the company reads, also what nobody confirms, newest first."""
        mine = Case.company_id == self.company_id
        found = select(Case).where(mine, Case.status.in_(PUBLISHED))
        return (await self.session.scalars(found.order_by(Case.shared_at.desc()))).all()

    async def company_wide(
        self,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> Sequence[Case]:
        """Company-wide cases shared in [since, until), newest first; `limit` of them at most."""
        found = select(Case).where(
            Case.company_id == self.company_id, Case.status == Status.COMPANY
        )
        if since is not None:
            found = found.where(Case.shared_at >= since)
        if until is not None:
            found = found.where(Case.shared_at < until)
        found = found.order_by(Case.shared_at.desc()).limit(limit)
        return (await self.session.scalars(found)).all()

    async def of_office(self, office_id: str) -> Sequence[Case]:
        """An office's published cases, newest first."""
        found = select(Case).where(
            Case.company_id == self.company_id,
            Case.office_id == office_id,
            Case.status.in_(PUBLISHED),
        )
        return (await self.session.scalars(found.order_by(Case.shared_at.desc()))).all()

    async def waiting_for_release(self) -> Sequence[Case]:
        """Cases that wait for company-wide approval, oldest first."""
        found = select(Case).where(
            Case.company_id == self.company_id,
            Case.status == Status.OFFICE,
            Case.release_asked_at.is_not(None),
        )
        return (await self.session.scalars(found.order_by(Case.release_asked_at))).all()

    async def changed_since(self, moment: datetime | None) -> Sequence[Case]:
        """Cases whose text or status changed at or after `moment`; all when it is None."""
        found = select(Case).where(Case.company_id == self.company_id)
        if moment is not None:
            found = found.where(Case.changed_at >= moment)
        return (await self.session.scalars(found.order_by(Case.changed_at))).all()

    async def changes_since(self, moment: datetime) -> dict[str, datetime]:
        """Id → time of each change of text or status at or after `moment`, without the texts."""
        found = select(Case.id, Case.changed_at).where(
            Case.company_id == self.company_id, Case.changed_at >= moment
        )
        return dict((await self.session.execute(found)).all())

    async def newest_change(self) -> datetime | None:
        """When the text or status of any case changed last; None without cases."""
        found = select(func.max(Case.changed_at)).where(Case.company_id == self.company_id)
        return (await self.session.scalars(found)).one()

    async def whatever(self, ids: Collection[str]) -> Sequence[Case]:
        """Cases by id in whatever status: for what shows them to nobody."""
        found = select(Case).where(
            Case.company_id == self.company_id, among(self.session, Case.id, ids)
        )
        return (await self.session.scalars(found.order_by(Case.changed_at))).all()

    async def published(
        self, *, after: str = "", most: int = 500, since: datetime | None = None
    ) -> Sequence[Case]:
        """One page of what is published, by id; with `since` only what changed from then on."""
        found = select(Case).where(
            Case.company_id == self.company_id, Case.status.in_(PUBLISHED), Case.id > after
        )
        if since is not None:
            found = found.where(Case.changed_at >= since)
        return (await self.session.scalars(found.order_by(Case.id).limit(most))).all()

    async def published_now(self, ids: Collection[str]) -> Sequence[Case]:
        """Those of some cases that are published; nobody changes them in this transaction."""
        found = select(Case).where(
            Case.company_id == self.company_id, Case.status.in_(PUBLISHED), Case.id.in_(ids)
        )
        now = {"populate_existing": True}
        found = found.with_for_update(read=True).execution_options(**now)
        return (await self.session.scalars(found)).all()

    async def counts(self) -> dict[str, int]:
        """How many cases there are by status."""
        found = (
            select(Case.status, func.count())
            .where(Case.company_id == self.company_id)
            .group_by(Case.status)
        )
        return {str(status): number for status, number in (await self.session.execute(found)).all()}
