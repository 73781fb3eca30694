"""聞き書き that waits for its person: one reminder, and after 14 days the end, told to both."""

from __future__ import annotations

from datetime import timedelta

from cases import members, on_behalf
from cases.db import Shelf
from cases.models.case import Draft
from cases.models.org import Member
from scheduler import calendar as dates
from scheduler.asking import forget, said_before
from scheduler.job import Mailing, Message, Turn, daily
from scheduler.recheck import is_paused

REMINDS = 3  # business days
NAME = "on_behalf_waiting"


async def messages(shelf: Shelf, turn: Turn) -> list[Message]:
    """Reminders, each once; and to both who hear that a request ended unanswered."""
    found: list[Message] = []
    for draft in await on_behalf.waiting(shelf):
        person = await shelf.people.member(draft.author_id)
        if person is None or draft.asked_at is None:
            continue
        asked = dates.local_date(draft.asked_at, turn.zone)
        if not person.active or shelf.now - draft.asked_at >= on_behalf.WAITS:
            found += await _end(shelf, draft, person)
        elif turn.calendar.add_business_days(asked, REMINDS) <= turn.today:
            found += await _reminder(shelf, turn, draft, person)
    return found


async def _reminder(shelf: Shelf, turn: Turn, draft: Draft, person: Member) -> list[Message]:
    """Who rests is reminded when they are back, if there is time left."""
    key = f"{draft.id}:again"
    if is_paused(person, turn.today) or await said_before(shelf, f"{NAME}:{key}"):
        return []
    asked = dates.local_date(draft.asked_at or shelf.now, turn.zone)
    until = f"{asked + on_behalf.WAITS:%-m/%-d}"
    name = await _name(shelf, draft.written_by, person)
    content = {"part": "again", "draft_id": draft.id, "name": name, "until": until}
    return [Message(key, content, person.id)]


async def _end(shelf: Shelf, draft: Draft, person: Member) -> list[Message]:
    """The text goes, also from the letter that asked."""
    writer = await shelf.people.member(draft.written_by or "")
    how = "expired" if person.active else "left"
    told = {"part": "writer", "how": how, "name": await _name(shelf, person.id, writer)}
    erased = {"part": "erased", "name": await _name(shelf, draft.written_by, person)}
    await forget(shelf, draft.source or "")
    await on_behalf.end(shelf, draft)
    found = [Message(f"{draft.id}:writer", told, writer.id)] if writer else []
    return [*found, Message(f"{draft.id}:erased", erased, person.id)] if person.active else found


async def _name(shelf: Shelf, member_id: str | None, reader: Member | None) -> str:
    """How the reader's language calls a member; one who left keeps their name here."""
    member = await shelf.people.member(member_id or "")
    locale = reader.locale if reader else "ja"
    if member is not None and not member.active:
        return member.name_en if locale == "en" and member.name_en else member.name
    return members.shown_name(member, locale)


JOB = Mailing(
    name=NAME,
    rule="a 聞き書き unanswered for three business days, once; after 14 days its end, 10:15",
    messages=messages,
    expires_after=timedelta(days=3),
    **daily(dates.REFLECTION_SLOT),
)
