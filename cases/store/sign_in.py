"""Links and sessions of the pages, and the company's own place as a workspace of the web."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from cases.columns import new_id
from cases.models.org import Company, Workspace
from cases.models.sign_in import SignInLink, WebSession

if TYPE_CHECKING:
    from cases.db import Shelf

WEB = "web"  # the platform


class SignIns:
    """Of one company, inside a transaction."""

    def __init__(self, shelf: Shelf) -> None:
        self.session = shelf.session
        self.company_id = shelf.scope.company_id

    def add(self, row: SignInLink | WebSession) -> None:
        """Keeps a new row; it is written with the transaction."""
        self.session.add(row)

    async def is_there(self) -> bool:
        """Whether the company exists: a link may name any."""
        return await self.session.get(Company, self.company_id) is not None

    async def link(self, digest: str) -> SignInLink | None:
        """The link with that hash, used and over ones too as long as they are known."""
        found = select(SignInLink).where(
            SignInLink.company_id == self.company_id, SignInLink.digest == digest
        )
        return (await self.session.scalars(found)).first()

    async def use(self, link_id: str, now: datetime) -> bool:
        """Uses a link up; False when it was used. Of two at once one wins."""
        change = update(SignInLink).where(
            SignInLink.company_id == self.company_id,
            SignInLink.id == link_id,
            SignInLink.used_at.is_(None),
        )
        change = change.values(used_at=now).returning(SignInLink.id)
        return (await self.session.execute(change)).scalar_one_or_none() is not None

    async def browser(self, digest: str) -> WebSession | None:
        """The session with that hash."""
        found = select(WebSession).where(
            WebSession.company_id == self.company_id, WebSession.digest == digest
        )
        return (await self.session.scalars(found)).first()

    async def seen(self, session_id: str, now: datetime) -> None:
        """Notes that the browser was there; a session that was ended meanwhile stays so."""
        change = update(WebSession).where(
            WebSession.company_id == self.company_id, WebSession.id == session_id
        )
        await self.session.execute(change.values(seen_at=now))

    async def end(self, digest: str) -> bool:
        """Ends one session; False where there was none."""
        ended = delete(WebSession).where(
            WebSession.company_id == self.company_id, WebSession.digest == digest
        )
        gone = await self.session.scalars(ended.returning(WebSession.id))
        return gone.first() is not None

    async def end_all(self, member_id: str) -> int:
        """Ends a member's sessions and links that are not used: how many sessions there were."""
        await self.void_links(member_id)
        ended = delete(WebSession).where(
            WebSession.company_id == self.company_id, WebSession.member_id == member_id
        )
        return len((await self.session.scalars(ended.returning(WebSession.id))).all())

    async def end_everybody(self) -> None:
        """Ends every session of the company, and takes back every link."""
        for table in (SignInLink, WebSession):
            await self.session.execute(delete(table).where(table.company_id == self.company_id))

    async def void_links(self, member_id: str) -> None:
        """Takes back a member's links that are not used."""
        await self.session.execute(
            delete(SignInLink).where(
                SignInLink.company_id == self.company_id,
                SignInLink.member_id == member_id,
                SignInLink.used_at.is_(None),
            )
        )

    async def forget(
        self, links: datetime, begun: datetime, seen: datetime, spared: Collection[str] = ()
    ) -> int:
        """Deletes links that ended, sessions that began, or were last seen, before a moment.

        Those of `spared` members stay.
        """
        ended = delete(SignInLink).where(
            SignInLink.company_id == self.company_id,
            SignInLink.expires_at < links,
            SignInLink.member_id.not_in(spared),
        )
        old = (WebSession.begun_at < begun) | (WebSession.seen_at < seen)
        mine = WebSession.company_id == self.company_id
        over = delete(WebSession).where(mine, old, WebSession.member_id.not_in(spared))
        gone = [*await self.session.scalars(ended.returning(SignInLink.id))]
        return len(gone) + len([*await self.session.scalars(over.returning(WebSession.id))])

    async def workspace(self) -> Workspace | None:
        """The company's workspace of the web; None before anybody asked for the pages."""
        found = select(Workspace).where(
            Workspace.company_id == self.company_id, Workspace.platform == WEB
        )
        return (await self.session.scalars(found.order_by(Workspace.id))).first()

    async def open_workspace(self) -> Workspace:
        """The same, made where there is none yet. Of two at once one makes it."""
        known = await self.workspace()
        if known is not None:
            return known
        row = Workspace(company_id=self.company_id, id=new_id(), platform=WEB)
        row.external_id = self.company_id
        try:
            async with self.session.begin_nested():
                self.session.add(row)
        except IntegrityError:
            found = await self.workspace()
            if found is None:
                raise
            return found
        return row
