"""What is said in a room that the company opened: a win brings its author one private nudge.

What is no win is forgotten at once: nothing of it is stored but the sealed event, which is erased
when it is handled. Of a win only the masked beginning is kept, in the nudge itself; the text is
read again when its author wants a draft.
"""

from __future__ import annotations

import asyncio
from typing import Any

from bot.conversation import share
from bot.conversation.events import Overheard
from bot.conversation.turn import Owed, Turn
from bot.views.elements import Card, to_json
from bot.views.notes import note
from bot.views.nudge import marked_card, paste_card
from cases import capture, verdicts
from cases.db import Shelf
from cases.errors import NotFound
from cases.models.case import Draft
from cases.models.org import Member
from cases.text import shorten
from cases.vocabulary import DraftState
from scheduler import asking, nudges

EXCERPT = 60  # characters
LIMIT = 10_000  # characters; longer ones are no chat


async def heard(turn: Turn, message: Overheard) -> None:
    """Speaks to the author alone, or not at all."""
    if message.marked_by:
        await _marked(turn, message)
    else:
        await _written(turn, message)


async def _written(turn: Turn, message: Overheard) -> None:
    """A nudge for a win that the guard lets pass; cheap reasons not to come before reading it."""
    async with turn.read() as shelf:
        if await nudges.slot(shelf, await _me(turn, shelf)) is None:
            return
    reading = await asyncio.to_thread(capture.read, message.text[:LIMIT], turn.library.embedder)
    if reading.intent is not capture.Intent.WIN or not reading.is_win:
        return
    raw = {"action": message.text[:LIMIT]}
    checked = await share.look(turn, raw)
    if verdicts.decision_of(checked, raw) not in verdicts.PASSES:
        return
    async with turn.transaction() as shelf:
        slot = await nudges.slot(shelf, await _me(turn, shelf))
        if slot is None:
            return
        content = {
            "excerpt": shorten(checked.masked["action"], EXCERPT),
            "value": f"{slot.week}:{message.source}",
        }
        key, me = slot.key(turn.scope.me), turn.scope.me
        owed = Owed(key, nudges.KIND, content, member_id=me, here=True)
        turn.owe(owed.nobody_asked(slot.at, slot.at + nudges.EXPIRES))


async def draft(turn: Turn, value: str) -> None:
    """「下書きにする」: the message as it is now, like any post of its author."""
    week, _, source = value.partition(":")
    text = await _own_text(turn, source)
    async with turn.read() as shelf:
        known = await shelf.cases.drafts_from(source)
    if known:
        await _shown_before(turn, known[0])
        return
    turn.first = lambda shelf: _answered(turn, shelf, week)
    if not text:
        async with turn.transaction():
            turn.replace(paste_card("nudge.gone", turn.locale))
        return
    turn.replace(note(turn.words("nudge.drafted")))
    raw = await share.proposed(text, origin="prompted")
    await share.show(turn, raw, source=source)


async def leave(turn: Turn, value: str) -> None:
    """「今回は見送る」: twice in a row and it is quiet for 90 days."""
    week = value.partition(":")[0]
    async with turn.transaction() as shelf:
        await nudges.answered(shelf, turn.scope.me, week, nudges.PASSED)
        quiet = await nudges.is_quiet(shelf, turn.scope.me)
        turn.replace(note(turn.words("nudge.quiet" if quiet else "nudge.passed")))


async def _marked(turn: Turn, message: Overheard) -> None:
    """A colleague's emoji: a private draft with the author, once for each message."""
    by = await turn.find_person(message.marked_by) if turn.find_person else None
    key = f"{nudges.MARKED}:{message.source}"
    async with turn.read() as shelf:
        me = await _me(turn, shelf)
        told = await asking.said_before(shelf, key) or await shelf.cases.drafts_from(message.source)
    if by is None or not me.wants_nudges or told:
        return
    text = await _own_text(turn, message.source)
    if not text:
        async with turn.transaction() as shelf:
            await _owe_marked(turn, shelf, key, paste_card("nudge.marked_paste", turn.locale))
        return
    raw = await share.proposed(text[:LIMIT], origin="requested")
    checked = await share.look(turn, raw)
    async with turn.transaction() as shelf:
        talk = await shelf.talks.mine(shelf.now)
        waiting = dict(talk.waiting_for)
        row = await share.keep(turn, shelf, raw, checked, source=message.source)
        card = await share.card_of(turn, shelf, row, raw, checked)
        talk.waiting_for = waiting  # nobody asked the author anything yet
        await _owe_marked(turn, shelf, key, marked_card(card, turn.locale))


async def _owe_marked(turn: Turn, shelf: Shelf, key: str, card: Card) -> None:
    slot = await nudges.marked_slot(shelf, await _me(turn, shelf))
    content: dict[str, Any] = {"card": to_json(card)}
    me = turn.scope.me
    turn.owe(Owed(key, nudges.MARKED, content, member_id=me, here=True, not_before=slot.at))


async def _own_text(turn: Turn, source: str) -> str:
    """What the message says now; empty where it cannot be read. NotFound for somebody else's."""
    post = await turn.read_post(source) if turn.read_post else None
    if post is None:
        return ""
    writer = await turn.find_person(post.user) if turn.find_person else None
    if writer is None or writer.id != turn.scope.me:
        raise NotFound
    return post.text


async def _shown_before(turn: Turn, known: Draft) -> None:
    """A second press: the draft that is there, or that it became a case."""
    async with turn.transaction():
        words = "nudge.drafted" if known.state is DraftState.OPEN else "nudge.done"
        turn.replace(note(turn.words(words)))


async def _answered(turn: Turn, shelf: Shelf, week: str) -> None:
    await nudges.answered(shelf, turn.scope.me, week, nudges.DRAFTED)


async def _me(turn: Turn, shelf: Shelf) -> Member:
    member = await shelf.people.member(turn.scope.me)
    if member is None:
        raise NotFound
    return member
