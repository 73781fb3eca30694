"""One person's data: all of it for them, and its end; the latter takes two people of 事務局.

Their published cases stay, from 「退職者」, unless it is asked otherwise (domain.md §8).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import inspect

from cases import audit, keeping, legal_holds, rights
from cases.columns import Base
from cases.db import Shelf
from cases.errors import BadInput, NotFound, OnHold
from cases.models.org import Member
from cases.rights import Action
from cases.scope import Scope
from cases.sharing import take_out
from cases.vocabulary import GONE, Status

# What goes with the person. Trials and reactions stay as counts of nobody; held texts have periods
# of their own, because others must look at them.
DROPPED = (
    "draft", "reflection", "talk", "asked", "roster_file", "account", "sign_in_link",
    "web_session", "move",
)  # fmt: skip


async def export(shelf: Shelf, member_id: str) -> dict[str, Any]:
    """Everything that is kept about a member, by table, as JSON types. NotFound for nobody.

    Sealed texts are only counted: private answers and held texts are for their writer's eyes, and
    who makes this file is somebody else.
    """
    member = await _known(shelf, member_id)
    tables = await shelf.keeping.of_member(member_id)
    tables |= {"member": [member], "case": await shelf.keeping.cases_by(member_id)}
    return {name: [row_of(row) for row in rows] for name, rows in tables.items()}


async def note(shelf: Shelf, member_id: str, found: Mapping[str, Sequence[Any]]) -> int:
    """Who looked, into the audit trail, before the file leaves: the number of its rows."""
    count = sum(len(rows) for rows in found.values())
    await audit.record(shelf, "member.export", f"{member_id} rows={count}")
    return count


def row_of(row: Base) -> dict[str, Any]:
    """A row as JSON types; of what is sealed only that it is there."""
    names = [column.key for column in inspect(type(row)).column_attrs]
    return {name: _plain(getattr(row, name)) for name in names if name != "company_id"}


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return "(sealed)"
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return dict(value) if isinstance(value, Mapping) else value


async def delete(
    shelf: Shelf, member_id: str, second: Scope, *, with_cases: bool = False
) -> dict[str, int]:
    """Ends a member's data in the name of two people of 事務局: rows that went, by table.

    Raises NotAllowed where one of them is none, SamePerson, NotFound, OnHold, and BadInput for
    somebody who has not left.
    """
    rights.need_two(shelf, second, Action.END, member_id)
    if (await _known(shelf, member_id)).active:
        raise BadInput("on_roster")
    held = await legal_holds.held(shelf)
    if held.member(member_id):
        raise OnHold("held_member")
    theirs = await shelf.keeping.cases_by(member_id) if with_cases else []
    cases = await shelf.keeping.cases_alone([case.id for case in theirs])
    if any(held.case(case) for case in cases):
        raise OnHold("held_case")
    gone = {name: len(rows) for name, rows in (await shelf.keeping.of_member(member_id)).items()}
    await audit.record(shelf, "member.delete", f"{member_id} second={second.me}")
    for case in cases:
        if case.status not in GONE:
            await take_out(shelf, case)
            await audit.record(shelf, "case.withdraw", case.id)
        await keeping.erase(shelf, case, Status.WITHDRAWN)
    await erase(shelf, member_id)
    return {name: gone[name] for name in DROPPED} | {"case": len(cases)}


async def erase(shelf: Shelf, member_id: str) -> bool:
    """Nothing is left that says who the member was; False where it was so before.

    The row stays as 「退職者」: cases and counts refer to it. The trail has it as a tombstone.
    """
    member = await shelf.people.member(member_id)
    if member is None or not (member.active or member.name):
        return False
    member.name = member.name_en = ""
    member.email = member.chat_id = member.joined_on = None
    member.roles, member.active = [], False
    for case in await shelf.keeping.cases_by(member_id):
        case.show_author = False
    theirs = await shelf.keeping.of_member(member_id)
    for trial in theirs["trial"]:
        trial.note = ""
    for wish in theirs["wish"]:
        wish.asker_id = ""
    await shelf.keeping.drop_of(member_id, DROPPED)
    await audit.record(shelf, "member.erase", member_id)
    return True


async def _known(shelf: Shelf, member_id: str) -> Member:
    member = await shelf.people.member(member_id)
    if member is None:
        raise NotFound
    return member
