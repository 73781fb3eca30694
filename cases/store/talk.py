"""Digests, reflections and where each conversation stands."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from cases.models.talk import Asked, Digest, Reflection, Talk
from cases.scope import Scope
from cases.store.asking import among


@dataclass(frozen=True, slots=True)
class Question:
    """One question that a member was asked; `asked_on` is YYYY-MM-DD."""

    prompt: str
    asked_on: str
    trial_id: str | None


class Talks:
    """What the bot and people say over time."""

    def __init__(self, session: AsyncSession, scope: Scope) -> None:
        self.session = session
        self.scope = scope
        self.company_id = scope.company_id

    def add(self, *rows: Digest | Reflection | Asked) -> None:
        """Keeps new rows; they are written with the transaction."""
        self.session.add_all(rows)

    async def digest(self, office_id: str, month: str) -> Digest | None:
        """The digest of an office about a month (YYYY-MM)."""
        return await self.session.get(Digest, (self.company_id, office_id, month))

    async def digests(self, office_id: str) -> Sequence[Digest]:
        """All digests of an office, newest month first."""
        found = select(Digest).where(
            Digest.company_id == self.company_id, Digest.office_id == office_id
        )
        return (await self.session.scalars(found.order_by(Digest.month.desc()))).all()

    async def forget_digests(self, case_id: str) -> None:
        """Erases what digests quote of a case whose text changed; which cases they show stays.

        They are put together again from the cases when they are shown.
        """
        found = select(Digest.office_id, Digest.month, Digest.items).where(
            Digest.company_id == self.company_id
        )
        for office_id, month, items in (await self.session.execute(found)).all():
            if all(item["case_id"] != case_id for item in items):
                continue
            row = await self.session.get_one(Digest, (self.company_id, office_id, month))
            row.content = {"missed": row.content.get("missed", [])}

    async def reflection(self, reflection_id: str) -> Reflection | None:
        """A reflection of the acting member; None for anybody else's (a trust promise)."""
        row = await self.session.get(Reflection, (self.company_id, reflection_id))
        return row if row and row.member_id == self.scope.member_id else None

    async def any_reflection(self, reflection_id: str) -> Reflection | None:
        """Whoever's: for a restored backup, never to show."""
        return await self.session.get(Reflection, (self.company_id, reflection_id))

    async def asked_on(self, on_day: str, member_ids: Collection[str]) -> Sequence[Reflection]:
        """The questions of one day (YYYY-MM-DD) to some members."""
        found = select(Reflection).where(
            Reflection.company_id == self.company_id,
            among(self.session, Reflection.member_id, member_ids),
            Reflection.asked_on == on_day,
        )
        return (await self.session.scalars(found)).all()

    async def questions_of(
        self, member_ids: Collection[str], first_day: str
    ) -> dict[str, list[Question]]:
        """What members were asked from a day (YYYY-MM-DD) on, and of which trials at any time."""
        found = select(
            Reflection.member_id, Reflection.prompt, Reflection.asked_on, Reflection.trial_id
        ).where(
            Reflection.company_id == self.company_id,
            among(self.session, Reflection.member_id, member_ids),
            or_(Reflection.asked_on >= first_day, Reflection.trial_id.is_not(None)),
        )
        of: dict[str, list[Question]] = {}
        for member_id, prompt, asked_on, trial_id in await self.session.execute(found):
            of.setdefault(member_id, []).append(Question(prompt, asked_on, trial_id))
        return of

    async def reflections_of(self, member_id: str) -> Sequence[Reflection]:
        """A member's reflections, newest first: to choose the next question, never to show."""
        found = select(Reflection).where(
            Reflection.company_id == self.company_id, Reflection.member_id == member_id
        )
        return (await self.session.scalars(found.order_by(Reflection.asked_on.desc()))).all()

    async def shared_answers(self, prompt: str) -> Sequence[Reflection]:
        """Answers to a prompt that their writers shared, newest first."""
        found = select(Reflection).where(
            Reflection.company_id == self.company_id,
            Reflection.prompt == prompt,
            Reflection.shared.is_not(None),
        )
        return (await self.session.scalars(found.order_by(Reflection.asked_on.desc()))).all()

    async def my_shared(self) -> Sequence[Reflection]:
        """What the acting member shared, newest first."""
        return [row for row in await self.all_shared() if row.member_id == self.scope.member_id]

    async def all_shared(self) -> Sequence[Reflection]:
        """All shared answers, newest first."""
        found = select(Reflection).where(
            Reflection.company_id == self.company_id, Reflection.shared.is_not(None)
        )
        return (await self.session.scalars(found.order_by(Reflection.asked_on.desc()))).all()

    async def asked(self, member_id: str, thread: str) -> Asked | None:
        """A member's last search in a thread."""
        return await self.session.get(Asked, (self.company_id, member_id, thread))

    async def forget_asked(self, before: datetime, spared: Collection[str] = ()) -> int:
        """Forgets the searches in threads that rest since then, but for some members': how many."""
        old = delete(Asked).where(Asked.company_id == self.company_id, Asked.updated_at < before)
        old = old.where(Asked.member_id.not_in(spared))
        gone = await self.session.scalars(old.returning(Asked.thread))
        return len(gone.all())

    async def mine(self, now: datetime) -> Talk:
        """Where the acting member's conversation stands; a fresh one on first use."""
        key = (self.company_id, self.scope.me)
        row = await self.session.get(Talk, key)
        if row is None:
            row = Talk(
                company_id=self.company_id,
                member_id=self.scope.me,
                waiting_for={},
                search={},
                updated_at=now,
            )
            self.session.add(row)
        return row
