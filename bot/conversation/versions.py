"""A message that its writer changed or deleted: its draft follows, a published case asks first."""

from __future__ import annotations

from bot.conversation import box, drafts, share
from bot.conversation.events import Said, Unsaid
from bot.conversation.turn import Turn
from bot.views.notes import note
from cases import sharing
from cases.db import Shelf
from cases.models.case import Case, Draft
from cases.vocabulary import GONE, DraftState

UNSEEN = (DraftState.OPEN, DraftState.WAITING)  # the author may take it back


async def said(turn: Turn, message: Said) -> None:
    """Answers a message, or its new text in place of the old one: the guard runs again.

    Reception has made sure that nothing newer is known of the message (scheduler/inbox.py).
    """
    if message.overheard:
        await box.overheard(turn, message.text)
        return
    known = await _known(turn, message.source)
    case = await _case(turn, known)
    if not known:
        await box.said(turn, message.text)
    elif known.state is not DraftState.PUBLISHED:
        turn.first = lambda shelf: _forget(shelf, known.id)
        await box.said(turn, message.text, anew=True)
    elif case is not None:
        await _ask(turn, message, case)


async def unsaid(turn: Turn, message: Unsaid) -> None:
    """Drops the draft of a deleted message; a published case is offered for 取り下げ."""
    known = await _known(turn, message.source)
    case = await _case(turn, known)
    if case is not None:
        turn.say(note(turn.words("share.message_deleted")))
        await drafts.withdraw(turn, case.id)
    elif known is not None and known.state in UNSEEN:
        turn.first = lambda shelf: _forget(shelf, known.id)
        async with turn.transaction():
            turn.say(note(turn.words("share.dropped")))
    elif known is not None and known.state is DraftState.HELD:
        async with turn.transaction():
            turn.say(note(turn.words("share.dropped_held")))


async def _known(turn: Turn, source: str) -> Draft | None:
    """The draft that came from this message; None for a message that made none."""
    if not source:
        return None
    async with turn.read() as shelf:
        found = await shelf.cases.drafts_from(source)
    return next((draft for draft in found if draft.source == source), None)


async def _case(turn: Turn, draft: Draft | None) -> Case | None:
    """The case that the draft became, unless it was taken back."""
    if draft is None or draft.state is not DraftState.PUBLISHED or not draft.case_id:
        return None
    async with turn.read() as shelf:
        case = await shelf.cases.any(draft.case_id)
    return case if case is not None and case.status not in GONE else None


async def _forget(shelf: Shelf, draft_id: str) -> None:
    """Makes room for the new text: an open draft goes; one that others look at stays, unnamed."""
    draft = await shelf.cases.draft(draft_id)
    if draft is None:
        return
    talk = await shelf.talks.mine(shelf.now)
    if talk.waiting_for.get("draft") == draft_id:
        talk.waiting_for = {}
    if draft.state in UNSEEN:
        await shelf.cases.drop(draft)
    elif draft.state is DraftState.HELD:
        draft.source = None
    await shelf.cases.flush()


async def _ask(turn: Turn, message: Said, case: Case) -> None:
    """The new text as an edit of the published case, which only its author's press publishes."""
    async with turn.library.db.transaction(turn.scope) as shelf:
        for earlier in await shelf.cases.drafts_from(message.source):
            if earlier.source != message.source and earlier.state is DraftState.OPEN:
                await shelf.cases.drop(earlier)
        await shelf.cases.flush()
        draft = await sharing.edit(shelf, turn.library.ring, case.id)
        draft.source = f"{message.source}@{turn.event_id}"
    raw = await share.proposed(message.text)
    await share.show(turn, raw, draft_id=draft.id, notice=turn.words("share.message_changed"))
