"""Companies, offices, members and their accounts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from cases.models.keeping import EndedCompany
from cases.models.org import Account, Company, Member, Office, Promoter, Room, Workspace
from cases.scope import Scope
from cases.store.asking import among


@dataclass(frozen=True, slots=True)
class Route:
    """Where a verified envelope belongs."""

    company_id: str
    workspace_id: str
    state: str


class Directory:
    """The one store without a scope: it lists companies and routes verified envelopes to them.

    It only reads: `engine` need not let it write.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine

    async def companies(self) -> list[Company]:
        """All companies, oldest first."""
        async with AsyncSession(self.engine, expire_on_commit=False) as session:
            return list(await session.scalars(select(Company).order_by(Company.id)))

    async def ended(self) -> Sequence[str]:
        """Ids of the companies that were deleted as a whole."""
        async with AsyncSession(self.engine) as session:
            return (await session.scalars(select(EndedCompany.id).order_by(EndedCompany.at))).all()

    async def company_ids(self) -> list[str]:
        """Their ids alone: a database of an older version has them, too."""
        async with AsyncSession(self.engine) as session:
            return list(await session.scalars(select(Company.id).order_by(Company.id)))

    async def schema_version(self) -> str:
        """The migration that the database is at; empty before the first."""
        async with AsyncSession(self.engine) as session:
            try:
                found = await session.execute(text("select version_num from alembic_version"))
            except DBAPIError:
                return ""
            return str(found.scalar() or "")

    async def route(self, platform: str, external_id: str) -> Route | None:
        """Where a Slack team, Teams tenant or local page belongs; None if unknown."""
        async with AsyncSession(self.engine) as session:
            row = await session.scalar(
                select(Workspace).where(
                    Workspace.platform == platform, Workspace.external_id == external_id
                )
            )
            return Route(row.company_id, row.id, row.state) if row else None

    async def workspaces(self, platform: str) -> list[Workspace]:
        """All workspaces of a platform, over all companies; their credentials stay sealed."""
        async with AsyncSession(self.engine, expire_on_commit=False) as session:
            found = select(Workspace).where(Workspace.platform == platform)
            return list(await session.scalars(found))


class People:
    """The roster of one company."""

    def __init__(self, session: AsyncSession, scope: Scope) -> None:
        self.session = session
        self.scope = scope

    def add(self, *rows: Company | Office | Member | Promoter | Account | Room | Workspace) -> None:
        """Keeps new rows; they are written with the transaction."""
        self.session.add_all(rows)

    async def flush(self) -> None:
        """Writes what was added, so that later rows may refer to it."""
        await self.session.flush()

    async def company(self) -> Company:
        """The company of the scope."""
        return await self.session.get_one(Company, self.scope.company_id)

    async def company_alone(self) -> Company:
        """The same, read anew: nobody else has it alone before this transaction ends. Rows that
        refer to it are written meanwhile."""
        key, lock = self.scope.company_id, {"key_share": True}
        now = {"populate_existing": True}
        return await self.session.get_one(Company, key, with_for_update=lock, execution_options=now)

    async def offices(self) -> list[Office]:
        """All offices by name."""
        found = select(Office).where(Office.company_id == self.scope.company_id)
        return list(await self.session.scalars(found.order_by(Office.region, Office.name)))

    async def office(self, office_id: str | None) -> Office | None:
        """One office by id; None for an unknown id or none."""
        if office_id is None:
            return None
        return await self.session.get(Office, (self.scope.company_id, office_id))

    async def member(self, member_id: str) -> Member | None:
        """One member by id."""
        return await self.session.get(Member, (self.scope.company_id, member_id))

    async def members(
        self, office_id: str | None = None, *, active: bool = True
    ) -> Sequence[Member]:
        """Members of an office, or of the company; only active ones unless told otherwise."""
        found = select(Member).where(Member.company_id == self.scope.company_id)
        if office_id is not None:
            found = found.where(Member.office_id == office_id)
        if active:
            found = found.where(Member.active)
        return (await self.session.scalars(found.order_by(Member.id))).all()

    async def known(self, member_ids: Collection[str]) -> Sequence[Member]:
        """Members by id, active or not. While the list is kept, `member` asks nothing for them."""
        found = select(Member).where(
            Member.company_id == self.scope.company_id, among(self.session, Member.id, member_ids)
        )
        return (await self.session.scalars(found)).all()

    async def by_email(self, email: str) -> Member | None:
        """One member by e-mail address, whatever its case; who is there before who has left."""
        found = select(Member).where(
            Member.company_id == self.scope.company_id, func.lower(Member.email) == email.lower()
        )
        return (await self.session.scalars(found.order_by(Member.active.desc(), Member.id))).first()

    async def by_chat_id(self, user: str) -> Member | None:
        """One member by the id that the roster gives of the chat platform."""
        found = select(Member).where(
            Member.company_id == self.scope.company_id, Member.chat_id == user
        )
        return (await self.session.scalars(found.order_by(Member.active.desc(), Member.id))).first()

    async def promoter(self, office_id: str) -> Promoter | None:
        """The 推進メンバー of an office."""
        return await self.session.get(Promoter, (self.scope.company_id, office_id))

    async def promoters(self) -> list[Promoter]:
        """All 推進メンバー."""
        found = select(Promoter).where(Promoter.company_id == self.scope.company_id)
        return list(await self.session.scalars(found.order_by(Promoter.office_id)))

    async def promotes(self, member_id: str) -> bool:
        """Whether a member is 推進メンバー or deputy of an office."""
        found = select(Promoter.office_id).where(
            Promoter.company_id == self.scope.company_id,
            or_(Promoter.member_id == member_id, Promoter.deputy_id == member_id),
        )
        return (await self.session.scalars(found.limit(1))).first() is not None

    async def account(self, workspace_id: str, user: str) -> Account | None:
        """The account of a platform's user."""
        return await self.session.get(Account, (self.scope.company_id, workspace_id, user))

    async def accounts(self, member_id: str) -> list[Account]:
        """All accounts of a member, the one seen last first."""
        return (await self.accounts_by_member([member_id]))[member_id]

    async def accounts_by_member(self, member_ids: Collection[str]) -> dict[str, list[Account]]:
        """All accounts of some members, of each the one seen last first."""
        found = select(Account).where(
            Account.company_id == self.scope.company_id,
            among(self.session, Account.member_id, member_ids),
        )
        rows = list(await self.session.scalars(found))
        rows.sort(key=lambda row: (row.seen_at is None, -_seconds(row)))
        of: dict[str, list[Account]] = {member_id: [] for member_id in member_ids}
        for row in rows:
            of[row.member_id].append(row)
        return of

    async def accounts_of(self, workspace_id: str) -> list[Account]:
        """All accounts on one workspace."""
        found = select(Account).where(
            Account.company_id == self.scope.company_id, Account.workspace_id == workspace_id
        )
        return list(await self.session.scalars(found.order_by(Account.user)))

    async def listening_rooms(self, workspace_id: str) -> list[Room]:
        """The chats of a workspace in which the company lets the bot listen."""
        found = select(Room).where(
            Room.company_id == self.scope.company_id,
            Room.workspace_id == workspace_id,
            Room.listens,
            Room.state == "active",
        )
        return list(await self.session.scalars(found.order_by(Room.id)))

    async def workspace(self, workspace_id: str) -> Workspace | None:
        """One workspace of this company."""
        return await self.session.get(Workspace, (self.scope.company_id, workspace_id))

    async def workspaces(self) -> list[Workspace]:
        """All workspaces of this company."""
        found = select(Workspace).where(Workspace.company_id == self.scope.company_id)
        return list(await self.session.scalars(found.order_by(Workspace.id)))

    async def room(self, room_id: str) -> Room | None:
        """One room by id."""
        return await self.session.get(Room, (self.scope.company_id, room_id))

    async def office_room(self, office_id: str) -> Room | None:
        """The chat of an office that the bot may post to."""
        found = select(Room).where(
            Room.company_id == self.scope.company_id,
            Room.office_id == office_id,
            Room.posts,
            Room.state == "active",
        )
        return (await self.session.scalars(found.order_by(Room.id))).first()


def _seconds(account: Account) -> float:
    return account.seen_at.timestamp() if account.seen_at else 0.0
