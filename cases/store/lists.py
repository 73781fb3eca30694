"""What a list of cases is made of before its page is read: ids and tags, no texts."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cases.models.case import Case


class Listed(NamedTuple):
    """A case in a list: its id and its tags."""

    id: str
    channels: list[str]
    area: list[str]


class CaseLists:
    """Lists of what the acting member may find; there may be very many."""

    session: AsyncSession

    def visible(self) -> ColumnElement[bool]:
        """What the acting member may find."""
        raise NotImplementedError

    async def visible_count(self) -> int:
        """How many cases the acting member may find."""
        found = select(func.count()).select_from(Case).where(self.visible())
        return int(await self.session.scalar(found) or 0)

    async def listed(self, first: int = 0, most: int | None = None) -> list[Listed]:
        """They, newest first: `most` of them, from the one with number `first` on."""
        found = select(Case.id, Case.channels, Case.area).where(self.visible())
        found = found.order_by(Case.shared_at.desc(), Case.id.desc()).offset(first).limit(most)
        return [Listed(*row) for row in await self.session.execute(found)]
