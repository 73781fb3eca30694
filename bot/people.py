"""Who is behind a platform's user: by account, else by the e-mail address on the roster."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from bot.platform import Platform
from cases import members
from cases.library import Library
from cases.models.org import Member
from cases.scope import Scope

Credentials = Callable[[str, str], Awaitable[dict[str, Any]]]
Key = tuple[str, str]  # company and workspace


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
