"""Dated moves, files that wait for a word, and all rooms of one company."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cases.models.org import Account, Room
from cases.models.roster import Move, RosterFile
from cases.scope import Scope


class Roster:
    """What only the roster's own use cases ask for; people themselves are in `People`."""

    def __init__(self, session: AsyncSession, scope: Scope) -> None:
        self.session = session
        self.scope = scope

    def add(self, *rows: Move | RosterFile) -> None:
        """Keeps new rows; they are written with the transaction."""
        self.session.add_all(rows)

    async def drop(self, row: Move | RosterFile) -> None:
        """Deletes one row."""
        await self.session.delete(row)

    async def moves(self) -> list[Move]:
        """What is to come, the next first."""
        found = select(Move).where(Move.company_id == self.scope.company_id, Move.done_at.is_(None))
        return list(await self.session.scalars(found.order_by(Move.day, Move.id)))

    async def moves_due(self, day: date) -> list[Move]:
        """What holds from that day on or earlier and is not done yet, oldest first."""
        return [row for row in await self.moves() if row.day <= day]

    async def history(self, member_id: str) -> list[Move]:
        """All moves of one member, done and to come, oldest first."""
        found = select(Move).where(
            Move.company_id == self.scope.company_id, Move.member_id == member_id
        )
        return list(await self.session.scalars(found.order_by(Move.day, Move.id)))

    async def move(self, move_id: str) -> Move | None:
        """One move by id."""
        return await self.session.get(Move, (self.scope.company_id, move_id))

    async def file(self, file_id: str) -> RosterFile | None:
        """One file by id."""
        return await self.session.get(RosterFile, (self.scope.company_id, file_id))

    async def files_before(self, moment: datetime) -> list[RosterFile]:
        """Files that nobody gave a word on since."""
        found = select(RosterFile).where(
            RosterFile.company_id == self.scope.company_id, RosterFile.made_at < moment
        )
        return list(await self.session.scalars(found))

    async def accounts_all(self) -> list[Account]:
        """All accounts of the company."""
        found = select(Account).where(Account.company_id == self.scope.company_id)
        return list(await self.session.scalars(found.order_by(Account.workspace_id, Account.user)))

    async def rooms(self) -> list[Room]:
        """All rooms of the company that were ever registered."""
        found = select(Room).where(Room.company_id == self.scope.company_id)
        return list(await self.session.scalars(found.order_by(Room.office_id, Room.id)))
