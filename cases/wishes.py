"""求む！事例: what a search did not find, asked of everyone without the asker's name."""

from __future__ import annotations

from typing import Any

from cases import audit, sudachi
from cases.db import Shelf
from cases.errors import NotFound
from cases.models.loop import Wish
from cases.text import clean, fold, shorten

THEME_LIMIT = 60  # characters
SAYS = ("名詞", "動詞", "形容詞", "形状詞")  # parts of speech that can name what is looked for


def says_something(theme: str) -> bool:
    """True where a word of the theme names a thing or a deed: 「あああ」 does not."""
    found = sudachi.tokenize(fold(shorten(clean(theme), THEME_LIMIT)), "C")
    return any(
        word.part_of_speech()[0] in SAYS
        and word.part_of_speech()[1] not in ("数詞", "非自立可能")
        and not word.is_oov()
        for word in found
    )


async def wish(shelf: Shelf, theme: str, filters: dict[str, Any]) -> Wish:
    """Records a theme; the acting member's same open wish is given again instead of a copy."""
    theme = shorten(clean(theme).replace("\n", " "), THEME_LIMIT)
    for row in await shelf.loop.wishes():
        if row.asker_id == shelf.scope.me and fold(row.theme) == fold(theme):
            return row
    member = await shelf.people.member(shelf.scope.me)
    row = Wish(
        company_id=shelf.scope.company_id,
        theme=theme,
        filters=filters,
        asker_id=shelf.scope.me,
        office_id=member.office_id if member else None,
        asked_at=shelf.now,
    )
    shelf.loop.add(row)
    await shelf.loop.flush()
    await audit.record(shelf, "wish.ask", row.id)
    return row


async def answer(shelf: Shelf, wish_id: str, case_id: str) -> Wish:
    """Closes a wish with a case that answers it; the asker is told by the planner.

    A wish that another case has answered already stays as it is: the new case is published all the
    same. Raises NotFound for an unknown wish, or a case that is not published.
    """
    row = await shelf.loop.wish(wish_id)
    case = await shelf.cases.get(case_id)
    if row is None or case is None:
        raise NotFound
    if row.state != "open":
        return row
    row.state = "answered"
    row.answered_by = case.id
    row.answered_at = shelf.now
    await audit.record(shelf, "wish.answer", row.id)
    return row
