"""聞き書き, and a colleague's own message: one person writes, the person it is about decides.

Until the writer asks, the draft is the writer's. Asking hands it over: from then on it is a draft
of the person it is about (`author_id`), whom alone it can be seen, changed and published by.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from cases import audit, members, rights
from cases.db import Shelf
from cases.errors import NotAllowed, NotFound
from cases.models.case import Draft
from cases.models.org import Member
from cases.rights import Action
from cases.seal import KeyRing
from cases.vocabulary import DraftState

WAITS = timedelta(days=14)  # then the text is erased: as long as any wording as typed is kept
# What the writer's draft carries: for whom it is, and, if it is their own message, where that is.
FOR, POSTED, LINK = "on_behalf_of", "posted", "link"
_WRITERS_OWN = (FOR, POSTED, "typed", "ask", "answers", "declared", "show_author", "wish")


async def mrs(shelf: Shelf) -> list[Member]:
    """The MRs of the acting promoter's or manager's offices. Raises NotAllowed for others."""
    if not rights.has(shelf.scope.roles, Action.ON_BEHALF):
        raise NotAllowed(Action.ON_BEHALF)
    found: list[Member] = []
    for office_id in sorted(shelf.scope.offices):
        found += await shelf.people.members(office_id)
    return [one for one in found if one.id != shelf.scope.me and members.is_mr(one)]


async def may_write_for(shelf: Shelf, member: Member, raw: Mapping[str, Any]) -> None:
    """Raises NotAllowed unless it is their own message, or they are an MR of the writer's office.

    Nobody writes for themselves: that is an ordinary draft.
    """
    if member.id == shelf.scope.me:
        raise NotAllowed(Action.ON_BEHALF, member.id)
    if raw.get(POSTED):
        return
    rights.need(shelf, Action.ON_BEHALF, member.id, office=member.office_id)
    if not members.is_mr(member):
        raise NotAllowed(Action.ON_BEHALF, member.id)


def key_of(draft: Draft, raw: Mapping[str, Any]) -> str:
    """What makes the request unique: a message is asked about once, whoever comes across it."""
    return f"on_behalf:{raw.get(LINK) or draft.id}"


async def hand_over(
    shelf: Shelf, ring: KeyRing, draft: Draft, raw: Mapping[str, Any], member: Member
) -> None:
    """Gives a checked draft to the person it is about; what the writer typed is erased.

    Only the masked text goes over: a name that the writer typed is not shown to anybody.
    """
    values = {key: value for key, value in draft.values.items() if key not in _WRITERS_OWN}
    kept = {**values, "not_names": list(raw.get("not_names") or ())}
    draft.source = key_of(draft, raw)
    draft.origin = "quoted" if raw.get(POSTED) else "requested"
    draft.values, draft.original = values, ring.seal_json(kept, shelf.scope.company_id)
    draft.written_by, draft.author_id = shelf.scope.me, member.id
    draft.asked_at = draft.updated_at = shelf.now
    await shelf.cases.flush()
    await audit.record(shelf, "on_behalf.ask", draft.id)


async def decline(shelf: Shelf, draft_id: str) -> Draft:
    """「共有しない」: the text goes. NotFound for a draft that nobody wrote for the member."""
    draft = await shelf.cases.draft_alone(draft_id)
    if draft is None or draft.written_by is None or draft.state is DraftState.PUBLISHED:
        raise NotFound
    await audit.record(shelf, "on_behalf.decline", draft.id)
    await end(shelf, draft)
    return draft


async def end(shelf: Shelf, draft: Draft) -> None:
    """The request is over unpublished: its text is erased, unless safety or compliance holds it."""
    if draft.state is DraftState.HELD:
        draft.asked_at = None
        return
    await shelf.cases.drop(draft)


async def waiting(shelf: Shelf) -> Sequence[Draft]:
    """Requests of the company that are not decided, oldest first: for the planner."""
    return await shelf.cases.asked()
