"""Review in chat: the queue of 事務局, one tap to release, one to leave a case in its office."""

from __future__ import annotations

from datetime import datetime

from bot.conversation.showing import shown
from bot.conversation.turn import Owed, Turn
from bot.views.case import Shown, case_card
from bot.views.elements import Actions, Button, Card, Divider, Part, Style, Text
from bot.views.notes import note
from cases import review
from cases.models.case import Case


async def queue(turn: Turn, value: str = "") -> None:
    """What waits, oldest first, each as colleagues would see it."""
    async with turn.transaction() as shelf:
        rows = await review.queue(shelf)
        if not rows:
            turn.say(note(turn.words("review.empty")))
            return
        parts: list[Part] = [Text(turn.words("review.title"), Style.TITLE)]
        parts.append(Text(turn.words("review.count", count=len(rows)), Style.QUIET))
        for view in await shown(shelf, rows[:10], turn.locale):
            parts += _waiting(turn, view, shelf.now)
        turn.say(Card(tuple(parts)))


def _waiting(turn: Turn, view: Shown, now: datetime) -> list[Part]:
    """One case with how long it has waited, and its two buttons."""
    card = case_card(view, turn.locale)
    parts: list[Part] = [Divider(), *(one for one in card.parts if not isinstance(one, Actions))]
    if days := review.days_waiting(view.case, now):
        parts.append(Text(turn.words("review.waiting", days=days), Style.QUIET))
    value = f"{view.case.id}:{review.mark(view.case)}"
    release = Button(turn.words("review.release"), "review.release", value, primary=True)
    back = Button(turn.words("review.give_back"), "review.give_back", view.case.id)
    return [*parts, Actions((release, back))]


async def release(turn: Turn, value: str) -> None:
    """One tap: company-wide, if the text is still the one that was read."""
    case_id, _, seen = value.partition(":")
    async with turn.transaction() as shelf:
        case = await review.release(shelf, case_id, seen)
        _tell(turn, case, released=True)
        turn.replace(note(turn.words("review.released"), style=Style.GOOD))


async def give_back(turn: Turn, case_id: str) -> None:
    """The case stays in its office."""
    async with turn.transaction() as shelf:
        case = await review.give_back(shelf, case_id)
        _tell(turn, case, released=False)
        turn.replace(note(turn.words("review.given_back")))


def _tell(turn: Turn, case: Case, *, released: bool) -> None:
    content = {"title": case.title, "case_id": case.id, "released": released}
    key = f"review:{case.id}:{released}:{case.changed_at:%Y%m%d%H%M%S}"
    turn.owe(Owed(key, "release_note", content, member_id=case.author_id))
