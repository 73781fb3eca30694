"""A draft that one person wrote for another: its card for each of the two, and the news of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.conversation.showing import office_word
from bot.conversation.turn import Owed, Turn
from bot.views import on_behalf as views
from bot.views.elements import Card, Part
from cases import members, on_behalf
from cases.db import Shelf
from cases.models.case import Case, Draft


async def card(
    turn: Turn,
    shelf: Shelf,
    draft: Draft,
    raw: Mapping[str, Any],
    notice: str,
    offers: Sequence[Part],
) -> Card | None:
    """The preview where somebody else has a say in the draft; None for everybody's own."""
    if draft.asked_at is not None:
        declared = raw.get("declared") or ()
        return await subjects_card(shelf, draft, turn.locale, declared, notice)
    if not raw.get(on_behalf.FOR):
        return None
    person = await shelf.people.member(raw[on_behalf.FOR])
    office = await shelf.people.office(person.office_id if person else None)
    return views.writers_card(
        draft,
        members.shown_name(person, turn.locale),
        office_word(office, turn.locale),
        turn.locale,
        posted=bool(raw.get(on_behalf.POSTED)),
        notice=notice,
        offers=offers,
    )


async def subjects_card(
    shelf: Shelf, draft: Draft, locale: str, declared: Any = (), notice: str = ""
) -> Card:
    """What the person it is about decides on; for the letter too, whoever acts."""
    person = await shelf.people.member(draft.author_id)
    office = await shelf.people.office(person.office_id if person else None)
    writer = await shelf.people.member(draft.written_by or "")
    return views.approval_card(
        draft,
        members.shown_name(writer, locale),
        office_word(office, locale),
        locale,
        ask_name=person is not None and person.show_name is None,
        declared=declared,
        notice=notice,
    )


async def tell_writer(
    turn: Turn, shelf: Shelf, draft: Draft, how: str, case: Case | None = None
) -> None:
    """The writer hears once what became of it: `approved` or `declined`."""
    if draft.written_by is None or draft.asked_at is None:
        return
    writer = await shelf.people.member(draft.written_by)
    person = await shelf.people.member(turn.scope.me)
    content = {"how": how, "name": members.shown_name(person, writer.locale if writer else "ja")}
    if case is not None:
        near = writer is not None and writer.office_id == case.office_id
        content |= {"case_id": case.id, "show": "yes" if near else ""}
    key = f"on_behalf_told:{draft.id}"
    turn.owe(Owed(key, "on_behalf_told", content, member_id=draft.written_by))
