"""Invitations: an operator's leave for one workspace to join a company, as a link good once."""

from __future__ import annotations

from datetime import timedelta

from cases import audit, tickets
from cases.columns import new_id
from cases.db import Shelf
from cases.library import Library
from cases.models.install import Invitation
from cases.scope import Scope
from cases.store.installs import Installs


async def invite(shelf: Shelf, valid: timedelta) -> str:
    """Makes an invitation and gives its code, `company.secret`, which is kept nowhere."""
    ticket = tickets.fresh(shelf.scope.company_id)
    row = Invitation(
        company_id=ticket.company_id,
        id=new_id(),
        digest=ticket.digest,
        expires_at=shelf.now + valid,
    )
    Installs(shelf).add(row)
    await audit.record(shelf, "slack.invite", row.id)
    return str(ticket)


async def found(library: Library, code: str) -> Invitation | None:
    """The invitation of a code, as long as it is neither used nor over."""
    ticket = tickets.read(code)
    if ticket is None:
        return None
    async with library.db.transaction(Scope(ticket.company_id)) as shelf:
        return await Installs(shelf).invitation(ticket.digest)
