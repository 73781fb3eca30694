"""What is past its time, by table: rows that retention looks for; and legal holds."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cases.models.case import Case, Draft, Hold
from cases.models.keeping import EndedCompany, LegalHold, Revision
from cases.models.loop import Reaction, Trial, Wish
from cases.models.org import Account
from cases.models.roster import Move, RosterFile
from cases.models.sign_in import SignInLink, WebSession
from cases.models.support import SupportReading
from cases.models.talk import Asked, Reflection, Talk
from cases.scope import Scope
from cases.store.asking import among
from cases.store.case import PUBLISHED
from cases.vocabulary import DraftState, Status

# Everything that belongs to one person beside their cases, by the column that says so.
PERSONAL: tuple[tuple[Any, str], ...] = (
    (Draft, "author_id"),
    (Reflection, "member_id"),
    (Talk, "member_id"),
    (Asked, "member_id"),
    (RosterFile, "member_id"),
    (Account, "member_id"),
    (SignInLink, "member_id"),
    (WebSession, "member_id"),
    (Trial, "member_id"),
    (Reaction, "member_id"),
    (Wish, "asker_id"),
    (Move, "member_id"),
    (Hold, "author_id"),
    (SupportReading, "member_id"),
)


class Keeping:
    """One company's rows by age."""

    def __init__(self, session: AsyncSession, scope: Scope) -> None:
        self.session = session
        self.company_id = scope.company_id

    def add(self, row: LegalHold | Revision) -> None:
        """Keeps a new row; it is written with the transaction."""
        self.session.add(row)

    async def ends(self) -> bool:
        """Whether the company was, or is being, deleted as a whole."""
        return await self.session.get(EndedCompany, self.company_id) is not None

    async def legal_hold(self, hold_id: str) -> LegalHold | None:
        """One legal hold, lifted or not."""
        return await self.session.get(LegalHold, (self.company_id, hold_id))

    async def legal_holds(self) -> Sequence[LegalHold]:
        """Those in force, oldest first."""
        found = select(LegalHold).where(
            LegalHold.company_id == self.company_id, LegalHold.lifted_at.is_(None)
        )
        return (await self.session.scalars(found.order_by(LegalHold.placed_at))).all()

    async def unconfirmed(self, before: datetime) -> Sequence[Case]:
        """Published cases of which nobody said since `before` that they hold, oldest first."""
        since = func.coalesce(Case.confirmed_at, Case.changed_at)
        found = select(Case).where(
            Case.company_id == self.company_id, Case.status.in_(PUBLISHED), since <= before
        )
        return (await self.session.scalars(found.order_by(since, Case.id))).all()

    async def revision(self, revision_id: str) -> Revision | None:
        """One change that somebody named."""
        return await self.session.get(Revision, (self.company_id, revision_id))

    async def revisions(self) -> Sequence[Revision]:
        """All changes that somebody named."""
        return await self._rows(Revision)

    async def in_question(
        self, author_id: str | None = None, before: datetime | None = None
    ) -> Sequence[Case]:
        """Published cases that a named change put in doubt, the longest ones first.

        `author_id`: only this author's; `before`: only since that moment or longer.
        """
        found = select(Case).where(
            Case.company_id == self.company_id,
            Case.status.in_(PUBLISHED),
            Case.revision_id.is_not(None),
            Case.doubted_at.is_not(None),
        )
        if author_id is not None:
            found = found.where(Case.author_id == author_id)
        if before is not None:
            found = found.where(Case.doubted_at <= before)
        return (await self.session.scalars(found.order_by(Case.doubted_at, Case.id))).all()

    async def withdrawn(self, before: datetime) -> Sequence[Case]:
        """Withdrawn cases whose text is still there though they were taken back by `before`."""
        found = select(Case).where(
            Case.company_id == self.company_id,
            Case.status == Status.WITHDRAWN,
            Case.changed_at <= before,
            (Case.action != "") | (Case.title != ""),
        )
        return (await self.session.scalars(found)).all()

    async def drafts(self, before: datetime) -> Sequence[Draft]:
        """Drafts that were never submitted and not touched since `before`."""
        return await self._rows(
            Draft,
            Draft.updated_at < before,
            Draft.state == DraftState.OPEN,
            Draft.asked_at.is_(None),
            Draft.submitted_at.is_(None),
            alone=True,
        )

    async def originals(self, before: datetime) -> Sequence[Draft]:
        """Drafts whose wording as typed is still sealed in them, not touched since `before`."""
        old = Draft.updated_at < before
        return await self._rows(Draft, old, Draft.original.is_not(None), alone=True)

    async def answers(self, before: date) -> Sequence[Reflection]:
        """Private answers to questions that were asked before a JST day."""
        asked = Reflection.asked_on < before.isoformat()
        return await self._rows(Reflection, asked, Reflection.answer.is_not(None), alone=True)

    async def asked(self, before: datetime) -> Sequence[Wish]:
        """Wishes with their asker's id that were told, or not asked or answered since `before`."""
        rests = func.coalesce(Wish.answered_at, Wish.asked_at) < before
        known = Wish.asker_id != ""
        return await self._rows(Wish, known, rests | Wish.told_at.is_not(None), alone=True)

    async def searches(self, before: datetime) -> Sequence[Talk]:
        """Conversations that rest since `before` and still hold a search."""
        rows = await self._rows(Talk, Talk.updated_at < before, alone=True)
        return [row for row in rows if row.search or row.waiting_for]

    async def edits_of(self, case_id: str) -> Sequence[Draft]:
        """Unpublished drafts that change a case."""
        return await self._rows(
            Draft, Draft.case_id == case_id, Draft.state != DraftState.PUBLISHED
        )

    async def drafts_of(self, case_id: str) -> Sequence[Draft]:
        """Every draft that became a case or changes it."""
        return await self._rows(Draft, Draft.case_id == case_id)

    async def holds_of(self, draft_ids: Collection[str]) -> Sequence[Hold]:
        """Held texts of some drafts that are still there, decided or not."""
        return await self._rows(Hold, Hold.draft_id.in_(draft_ids), Hold.text.is_not(None))

    async def reflections_on(self, trial_ids: Collection[str]) -> Sequence[Reflection]:
        """Answers about some trials, private or shared."""
        said = Reflection.answer.is_not(None) | Reflection.shared.is_not(None)
        return await self._rows(Reflection, Reflection.trial_id.in_(trial_ids), said)

    async def talks_about(self, case_id: str) -> Sequence[Talk | Asked]:
        """Conversations and searches whose state names a case."""
        names = f'"{case_id}"'
        waits = cast(Talk.waiting_for, Text).contains(names)
        talks = await self._rows(Talk, cast(Talk.search, Text).contains(names) | waits)
        asked = await self._rows(Asked, cast(Asked.search, Text).contains(names))
        return [*talks, *asked]

    async def cases_alone(self, ids: Collection[str]) -> Sequence[Case]:
        """Cases by id in whatever status, read anew and locked, for whoever changes them."""
        found = select(Case).where(
            Case.company_id == self.company_id, among(self.session, Case.id, ids)
        )
        found = found.order_by(Case.id).with_for_update()  # in one order: two never wait in a ring
        return (await self.session.scalars(found.execution_options(populate_existing=True))).all()

    async def readings_of(self, case_id: str) -> Sequence[SupportReading]:
        """Who read a case for support."""
        return await self._rows(SupportReading, SupportReading.case_id == case_id)

    async def cases_by(self, member_id: str) -> Sequence[Case]:
        """All cases of a member, whatever became of them."""
        return await self._rows(Case, Case.author_id == member_id)

    async def of_member(self, member_id: str) -> dict[str, Sequence[Any]]:
        """Rows of one person by table; their cases are apart (`cases_by`)."""
        return {
            kind.__tablename__: await self._rows(kind, getattr(kind, column) == member_id)
            for kind, column in PERSONAL
        }

    async def drop_of(self, member_id: str, kinds: Collection[str]) -> None:
        """Deletes a person's rows of some tables for good."""
        for kind, column in PERSONAL:
            if kind.__tablename__ in kinds:
                mine = kind.company_id == self.company_id
                await self.session.execute(
                    delete(kind).where(mine, getattr(kind, column) == member_id)
                )

    async def _rows(
        self, kind: Any, *where: ColumnElement[bool], alone: bool = False
    ) -> Sequence[Any]:
        """`alone`: locked, so that nothing goes that is touched in this moment."""
        found = select(kind).where(kind.company_id == self.company_id, *where)
        if alone:
            found = found.with_for_update().execution_options(populate_existing=True)
        return (await self.session.scalars(found)).all()
