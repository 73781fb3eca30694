"""Where a person is written to: one rule for what a job owes and for what a conversation owes."""

from __future__ import annotations

from collections.abc import Collection

from cases.db import Shelf
from cases.models.org import Account, Room
from cases.store.sign_in import WEB

NO_ACCOUNT = "no_account"  # the outcome of a message that is only recorded: nobody can be reached


async def place_for(
    shelf: Shelf, *, member_id: str | None = None, room_id: str | None = None
) -> Account | Room | None:
    """The room, or the member's account seen last in an active workspace, else the one seen last.

    A message for a paused workspace waits there until it is active again. None: no account.
    """
    if room_id is not None:
        return await shelf.people.room(room_id)
    return (await places_of(shelf, [member_id or ""])).get(member_id or "")


async def places_of(shelf: Shelf, member_ids: Collection[str]) -> dict[str, Account]:
    """The accounts that members are written to, by the same rule; nobody without an account.

    Who is in a chat is written to there: pages are looked at, and nobody is called to them.
    """
    rows = await shelf.people.workspaces()
    active = {row.id for row in rows if row.state == "active"}
    pages = {row.id for row in rows if row.platform == WEB}
    found: dict[str, Account] = {}
    for member_id, accounts in (await shelf.people.accounts_by_member(member_ids)).items():
        chats = [one for one in accounts if one.workspace_id not in pages] or accounts
        for account in chats[:1] + [one for one in chats if one.workspace_id in active][:1]:
            found[member_id] = account  # the second one, if there is one, is the better place
    return found
