"""参考になった and この方に聞く: light reactions that stay apart from trials."""

from __future__ import annotations

from cases import rights
from cases.db import Shelf
from cases.errors import NotFound
from cases.models.case import Case
from cases.models.loop import Reaction
from cases.rights import Action

HELPFUL = "helpful"
ASK_AUTHOR = "ask_author"
NOT_A_MATCH = "not_a_match"  # 探していたものと違う: hidden from this member's searches


async def react(shelf: Shelf, case_id: str, kind: str) -> Case:
    """Keeps the acting member's reaction; a second call changes nothing.

    Raises NotFound out of reach, NotAllowed for who reads no cases.
    """
    rights.need(shelf, Action.SEARCH, case_id)
    case = await shelf.cases.get(case_id)
    if case is None:
        raise NotFound
    if await shelf.loop.reaction(case_id, shelf.scope.me, kind) is None:
        shelf.loop.add(
            Reaction(
                company_id=shelf.scope.company_id,
                case_id=case_id,
                member_id=shelf.scope.me,
                kind=kind,
                at=shelf.now,
            )
        )
    return case
