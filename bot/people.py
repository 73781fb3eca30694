"""Who is behind a platform's user: by account, else by the e-mail address on the roster."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bot.platform import Platform
from cases import members
from cases.db import Database
from cases.library import Library
from cases.models.org import Member
from cases.scope import Scope

Credentials = Callable[[str, str], Awaitable[dict[str, Any]]]
Key = tuple[str, str]  # company and workspace


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody who speaks: where an answer reaches them, and the address that the event brought."""

    workspace: Key
    user: str
    at: dict[str, Any]
    email: str = ""


async def speaks(
    db: Database, platform: Platform, credentials: Credentials, who: Who
) -> tuple[Member | None, bool]:
    """The member who speaks, and whether for the first time; None for strangers and guests.

    The platform is asked for the address only where no account is known, outside a transaction.
    """
    company_id, workspace_id = who.workspace
    async with db.transaction(Scope(company_id)) as shelf:
        known = await shelf.people.account(workspace_id, who.user)
        first = known is None or known.seen_at is None
        if known is not None or who.email:
            member = await members.connect(shelf, workspace_id, who.user, who.at, who.email)
            return member, first
    opened = await credentials(workspace_id, company_id)
    email = await platform.email_of(opened, who.user)
    if email is None:  # a guest of the workspace
        return None, False
    async with db.transaction(Scope(company_id)) as shelf:
        return await members.connect(shelf, workspace_id, who.user, who.at, email), True


async def find(
    library: Library, platform: Platform, credentials: Credentials, workspace: Key, user: str
) -> Member | None:
    """The active member, who need never have written to the bot; None for strangers and guests.

    The platform is asked for the address only where no account is known, outside a transaction.
    """
    if not user:
        return None
    company_id, workspace_id = workspace
    scope = Scope(company_id)
    async with library.db.transaction(scope) as shelf:
        account = await shelf.people.account(workspace_id, user)
        if account is not None:
            return await members.behind(shelf, account)
    opened = await credentials(workspace_id, company_id)
    email = await platform.email_of(opened, user)
    if email is None:  # a guest of the workspace
        return None
    async with library.db.transaction(scope) as shelf:
        account = await members.link(shelf, workspace_id, user, {"user": user}, email)
        return await members.behind(shelf, account)
