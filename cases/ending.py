"""The end of a whole company, in the name of two people of 事務局, and what proves it.

Everything goes, the audit trail too: it is the company's, and is taken away before
(`audit export`). What stays is its last hash, in the certificate, and the company's id, so that
a restored backup does not bring it back.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cases import audit, rights
from cases.db import Database, Shelf
from cases.errors import BadInput, OnHold
from cases.models.keeping import EndedCompany
from cases.models.org import Company
from cases.rights import Action
from cases.scope import Scope
from cases.store.ending import Ending

SWEEPS = 3  # a process that runs may write for a moment more


async def allow(shelf: Shelf, second: Scope) -> None:
    """Raises NotAllowed, SamePerson, and OnHold while any legal hold is in force."""
    rights.need_two(shelf, second, Action.CLOSE)
    await shelf.people.company_alone()  # a hold that is being placed counts
    if holds := await shelf.keeping.legal_holds():
        raise OnHold("held_company", count=len(holds))


async def begin(shelf: Shelf, second: Scope) -> str:
    """From now on a restore deletes the company again. Gives the end of its audit trail.

    The sample company may be made anew and is not remembered. Raises as `allow` does.
    """
    await allow(shelf, second)
    company = await shelf.people.company()
    await audit.record(shelf, "company.delete", f"{company.id} second={second.me}")
    if not company.sample:
        await remember(shelf, company.id)
    return await audit.anchor(shelf)


async def remember(shelf: Shelf, company_id: str) -> None:
    """Keeps the id of a company that ended, once."""
    if await shelf.session.get(EndedCompany, company_id) is None:
        shelf.session.add(EndedCompany(id=company_id, at=shelf.now))


async def wipe(owner: Database, company_id: str) -> tuple[dict[str, int], dict[str, int]]:
    """Deletes every row of a company: (what went, what is left) by table.

    Raises BadInput where the role of the database is not the owner of the tables.
    """
    ending = Ending(owner.engine, company_id)
    await may_end(owner, company_id)
    gone: dict[str, int] = {}
    for _ in range(SWEEPS):
        for name, count in (await ending.wipe()).items():
            gone[name] = gone.get(name, 0) + count
        if not (left := await ending.counts()):
            break
    return gone, left


async def may_end(owner: Database, company_id: str) -> None:
    """Raises BadInput as `wipe` does, before anything is begun."""
    if not await Ending(owner.engine, company_id).may():
        raise BadInput("not_the_owner")


async def counts(owner: Database, company_id: str) -> dict[str, int]:
    """Rows by table that `wipe` would delete."""
    return await Ending(owner.engine, company_id).counts()


def certificate(
    company: Company, head: str, gone: dict[str, int], ended_at: datetime
) -> dict[str, Any]:
    """What was deleted when, without the words and the people."""
    return {
        "v": 1,
        "company": company.id,
        "name": company.name,
        "ended_at": ended_at.isoformat(timespec="seconds"),
        "rows": sum(gone.values()),
        "deleted": gone,
        "audit_head": head,
    }
