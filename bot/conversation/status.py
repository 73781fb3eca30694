"""「状態」: the bot's own health in chat, in words that an administrator can act on."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from bot.conversation.sending import problems
from bot.conversation.turn import Turn
from bot.views.elements import Actions, Button, Card, Divider, Facts, Part, Style, Text
from bot.views.notes import note
from bot.views.words import say
from cases import rights
from cases.db import Shelf
from cases.rights import Action
from scheduler import inbox

TOKYO = ZoneInfo("Asia/Tokyo")
COMING = ("monthly_digest", "reflection")  # what people wait for
FEW = 5  # dead events on one card


async def show(turn: Turn, value: str = "") -> None:
    """Model, index, schema, jobs, queue and failures, as the composition root reports them.

    Administrators see all of it; everybody else whether it runs and what comes next.
    """
    rows = await turn.status(turn.scope.company_id, turn.locale) if turn.status else []
    if not rights.may(turn.scope, Action.STATE):
        await _briefly(turn, dict(rows))
        return
    async with turn.transaction() as shelf:
        parts: list[Part] = [Text(turn.words("status.title"), Style.TITLE), Facts(tuple(rows))]
        parts += await problems(shelf, turn.locale)
        parts += await _dead(turn, shelf)
        if rights.may(turn.scope, Action.SUPPORT):
            ask = Button(turn.words("support.title"), "support.form")
            parts += [Divider(), Actions((ask,))]
        turn.say(Card(tuple(parts)))


async def _briefly(turn: Turn, rows: dict[str, str]) -> None:
    facts = coming(rows, turn.locale)
    async with turn.transaction():
        parts: list[Part] = [Text(turn.words("status.runs"), Style.GOOD), Facts(tuple(facts))]
        turn.say(Card((*parts, Text(turn.words("status.ask_office"), Style.QUIET))))


def coming(rows: Mapping[str, str], locale: str) -> list[tuple[str, str]]:
    """What everybody may know of it: when the next messages come."""
    label = say(locale, "status.jobs")
    names = [say(locale, f"status.job_{kind}") for kind in COMING]
    return [(name, rows[key]) for name in names if (key := f"{label}: {name}") in rows]


async def retry(turn: Turn, event_id: str) -> None:
    """［もう一度試す］: twelve new tries for an event that could not be handled."""
    async with turn.transaction() as shelf:
        await inbox.retry(shelf, event_id)
        turn.replace(note(turn.words("status.dead_retried")))


async def drop(turn: Turn, event_id: str) -> None:
    """［消す］: what came is erased for good."""
    async with turn.transaction() as shelf:
        await inbox.drop(shelf, event_id)
        turn.replace(note(turn.words("status.dead_dropped")))


async def _dead(turn: Turn, shelf: Shelf) -> list[Part]:
    """What came in and could not be handled, for administrators: when and from where, no text."""
    if not rights.may(turn.scope, Action.EVENTS):
        return []
    parts: list[Part] = []
    for one in await inbox.dead(shelf, FEW):
        when = f"{one.received_at.astimezone(TOKYO):%m/%d %H:%M}"
        text = turn.words("status.dead_one", time=when, platform=one.platform, count=one.attempts)
        again = Button(turn.words("status.dead_retry"), "inbox.retry", one.id)
        drop = Button(turn.words("status.dead_drop"), "inbox.drop", one.id)
        buttons = (again, drop) if one.has_text else (drop,)
        parts += [Divider(), Text(text), Actions(buttons)]
    return parts
