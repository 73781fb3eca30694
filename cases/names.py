"""「お名前を出しますか?」: the author's name on a case, changed at any time (decisions 23 and 37).

Where it is hidden nobody but the author sees who wrote it; the audit trail can resolve it.
"""

from __future__ import annotations

from cases import audit
from cases.db import Shelf
from cases.errors import NotFound
from cases.models.case import Case
from cases.sharing import NAMED
from cases.vocabulary import GONE


async def choose(shelf: Shelf, case_id: str, *, show: bool) -> Case:
    """Shows or hides the author on one case; cards that were sent follow. NotFound for others'."""
    case = await shelf.cases.alone(case_id)
    if case is None or case.author_id != shelf.scope.me or case.status in GONE:
        raise NotFound
    if case.show_author != show:
        case.show_author, case.recast_at = show, shelf.now
        await audit.record(shelf, NAMED[show], case.id)
    return case


async def choose_for_all(shelf: Shelf, *, show: bool) -> int:
    """The same for all of one's published cases: how many changed."""
    cases = await shelf.cases.by_author(shelf.scope.me)
    changed = [case for case in cases if case.show_author != show]
    for case in changed:
        await choose(shelf, case.id, show=show)
    return len(changed)


async def author_of(shelf: Shelf, case_id: str) -> str:
    """Whom a case is by, whatever is shown: for an audit, and itself in the audit trail."""
    case = await shelf.cases.any(case_id)
    if case is None:
        raise NotFound
    await audit.record(shelf, "author.resolve", case.id)
    return case.author_id
