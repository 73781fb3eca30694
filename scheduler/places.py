"""Where a person is written to: one rule for what a job owes and for what a conversation owes."""

from __future__ import annotations

from cases.db import Shelf
from cases.models.org import Account, Room

NO_ACCOUNT = "no_account"  # the outcome of a message that is only recorded: nobody can be reached


async def place_for(
    shelf: Shelf, *, member_id: str | None = None, room_id: str | None = None
) -> Account | Room | None:
    """The room, or the member's account seen last in an active workspace, else the one seen last.

    A message for a paused workspace waits there until it is active again. None: no account.
    """
    if room_id is not None:
        return await shelf.people.room(room_id)
    accounts = await shelf.people.accounts(member_id or "")
    for account in accounts:
        workspace = await shelf.people.workspace(account.workspace_id)
        if workspace is not None and workspace.state == "active":
            return account
    return accounts[0] if accounts else None
