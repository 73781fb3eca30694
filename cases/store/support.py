"""Readings for support: who looked at which case, in one company."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from cases.models.case import Case
from cases.models.support import SupportReading
from cases.store.case import PUBLISHED

if TYPE_CHECKING:
    from cases.db import Shelf


class Readings:
    """Of one company, inside a transaction."""

    def __init__(self, shelf: Shelf) -> None:
        self.session = shelf.session
        self.company_id = shelf.scope.company_id

    def add(self, row: SupportReading) -> None:
        """Keeps a new row; it is written with the transaction."""
        self.session.add(row)

    async def case(self, case_id: str) -> Case | None:
        """A published case of any office, locked: of two looks at once one is the second."""
        found = select(Case).where(
            Case.company_id == self.company_id, Case.id == case_id, Case.status.in_(PUBLISHED)
        )
        return (await self.session.scalars(found.with_for_update())).first()

    async def newest(self, member_id: str, case_id: str) -> SupportReading | None:
        """A person's last reading of a case."""
        found = select(SupportReading).where(
            SupportReading.company_id == self.company_id,
            SupportReading.member_id == member_id,
            SupportReading.case_id == case_id,
        )
        return (await self.session.scalars(found.order_by(SupportReading.read_at.desc()))).first()

    async def last(self, most: int) -> Sequence[SupportReading]:
        """The newest ones of anybody."""
        found = select(SupportReading).where(SupportReading.company_id == self.company_id)
        newest = found.order_by(SupportReading.read_at.desc(), SupportReading.id.desc())
        return (await self.session.scalars(newest.limit(most))).all()

    async def forget(self, before: datetime) -> int:
        """Deletes those of looks before `before`: how many."""
        old = delete(SupportReading).where(
            SupportReading.company_id == self.company_id, SupportReading.read_at < before
        )
        return len((await self.session.execute(old.returning(SupportReading.id))).all())
