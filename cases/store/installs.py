"""Invitations of a company, installations under way, and whose turn it is to renew a token."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cases.models.install import InstallState, Invitation
from cases.models.org import Workspace

if TYPE_CHECKING:
    from cases.db import Database, Shelf


class Installs:
    """Of one company, inside a transaction."""

    def __init__(self, shelf: Shelf) -> None:
        self.session = shelf.session
        self.company_id = shelf.scope.company_id
        self.now = shelf.now

    def add(self, invitation: Invitation) -> None:
        """Keeps a new invitation; it is written with the transaction."""
        self.session.add(invitation)

    async def invitation(self, digest: str) -> Invitation | None:
        """The invitation with that hash, as long as it is neither used nor over."""
        found = select(Invitation).where(
            Invitation.company_id == self.company_id,
            Invitation.digest == digest,
            Invitation.used_at.is_(None),
            Invitation.expires_at > self.now,
        )
        return (await self.session.scalars(found)).first()

    async def use(self, invitation_id: str) -> bool:
        """Uses the invitation up; False when it was used or is over. Of two at once one wins."""
        change = update(Invitation).where(
            Invitation.company_id == self.company_id,
            Invitation.id == invitation_id,
            Invitation.used_at.is_(None),
            Invitation.expires_at > self.now,
        )
        change = change.values(used_at=self.now).returning(Invitation.id)
        return (await self.session.execute(change)).scalar_one_or_none() is not None

    async def claim(self, workspace_id: str, until: datetime) -> bool:
        """Takes the turn to renew a workspace's token; False while another process has it."""
        turn = Workspace.renewing_until
        change = update(Workspace).where(
            Workspace.company_id == self.company_id,
            Workspace.id == workspace_id,
            or_(turn.is_(None), turn <= self.now),
        )
        change = change.values(renewing_until=until).returning(Workspace.id)
        return (await self.session.execute(change)).scalar_one_or_none() is not None

    async def give_back(self, workspace_id: str) -> None:
        """Ends a turn in which there was nothing to do."""
        change = update(Workspace).where(
            Workspace.company_id == self.company_id, Workspace.id == workspace_id
        )
        await self.session.execute(change.values(renewing_until=None))


class InstallStates:
    """Of no company yet: each call is a transaction of its own, on the database's time."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def now(self) -> datetime:
        """The database's time."""
        async with AsyncSession(self.database.engine) as session:
            return await self.database.now(session, "")

    async def put(self, state: InstallState, most: int) -> bool:
        """Keeps a state and forgets those that are over; False when `most` are under way."""
        async with AsyncSession(self.database.engine) as session, session.begin():
            now = await self.database.now(session, "")
            await session.execute(delete(InstallState).where(InstallState.expires_at <= now))
            count = await session.scalar(select(func.count()).select_from(InstallState))
            if (count or 0) >= most:
                return False
            session.add(state)
            return True

    async def take(self, digest: str) -> InstallState | None:
        """The state with that hash, gone with this call; None when it is unknown or over."""
        async with (
            AsyncSession(self.database.engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            now = await self.database.now(session, "")
            taken = delete(InstallState).where(InstallState.digest == digest)
            row = (await session.scalars(taken.returning(InstallState))).one_or_none()
            return row if row is not None and row.expires_at > now else None
