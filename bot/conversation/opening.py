"""How sharing begins: an empty form, a typed text, somebody's message; and a form closed unsent."""

from __future__ import annotations

from bot.conversation import drafts, filled_in, on_behalf, share
from bot.conversation.events import Fields
from bot.conversation.turn import Turn
from bot.views.elements import Style
from bot.views.notes import note
from bot.views.preview import form_card
from cases import fields, sharing
from cases.vocabulary import DraftState


async def start(turn: Turn, value: str = "") -> None:
    """The form; with a text the form filled from it, or its preview where no screen waits."""
    if value.strip():
        await _from_text(turn, await share.proposed(value))
        return
    async with turn.transaction():
        turn.open(form_card("", {}, turn.locale))


async def from_message(turn: Turn, text: str, filled: Fields) -> None:
    """「好事例として共有」: one's own becomes a draft, another's is theirs to approve.

    `poster`: the platform's user who wrote it, empty for a bot; without the field it is oneself.
    Of a message whose poster is not on the roster nothing is kept.
    """
    about = await on_behalf.about_poster(turn, filled.get("poster", turn.event.user))
    if about is None:
        card = note(turn.words("behalf.stranger"), style=Style.WARN)
        (turn.open if turn.screen else turn.say)(card)
        return
    raw = await share.proposed(text, link=str(filled.get("permalink") or ""), **about)
    earlier, raw = await _earlier(turn, raw)
    where = turn.platform.capitalize()  # Slack, Teams: only they have messages to share
    notice = turn.words("share.original_notice", where=where)
    await _from_text(turn, raw, draft_id=earlier, notice=notice)


async def _earlier(turn: Turn, raw: share.Raw) -> tuple[str, share.Raw]:
    """The open draft of the same message and what stands in it, where it was opened before.

    A message whose draft is published, held or with its poster begins a new one.
    """
    async with turn.read() as shelf:
        for draft in await shelf.cases.drafts_from(turn.source):
            if draft.state is DraftState.OPEN and not (draft.asked_at or draft.case_id):
                return draft.id, sharing.original(turn.library.ring, draft)
    return "", raw


async def _from_text(turn: Turn, raw: share.Raw, *, draft_id: str = "", notice: str = "") -> None:
    """A draft of what a text seems to say: as a form on a screen that waits, else as a preview."""
    source = await _source(turn)
    if not turn.screen:
        if notice:  # said first: what is said after the turn's one write would never be owed
            turn.say(note(notice, style=Style.QUIET))
        await share.show(turn, raw, draft_id=draft_id, source=source)
        return
    checked = await share.look(turn, raw)
    async with turn.transaction() as shelf:
        earlier = await share.find_draft(shelf, draft_id)
        draft = await share.keep(turn, shelf, raw, checked, draft=earlier, source=source)
        stop = await share.stopped(turn, shelf, draft, checked, raw)
        if stop is None:
            form = form_card(draft.id, raw, turn.locale, notice=notice)
            turn.open(form, drafts.kept(turn, draft.id))
            return
        turn.open(stop)
        if draft.state is DraftState.HELD:
            turn.leave(stop)


async def _source(turn: Turn) -> str:
    """The event's source; where a draft has it already, one that names the event as well."""
    async with turn.read() as shelf:
        taken = await shelf.cases.drafts_from(turn.source)
    return f"{turn.source}@{turn.event_id}" if taken else turn.source


async def closed(turn: Turn, draft_id: str, filled: Fields) -> None:
    """A form was closed unsent: what stands in it is a draft, unless it is empty or published."""
    raw = await share.read_draft(turn, draft_id) if draft_id else {}
    if raw is None:
        return
    heard = await on_behalf.heard(turn, filled) if "member" in filled else {}
    merged = heard or filled_in.merge(raw, filled)
    if merged != raw and turn.card:  # the message with the draft's preview follows
        await share.show(turn, merged, draft_id=draft_id)
        return
    if turn.card or not (draft_id or fields.texts(merged)):
        return
    checked = await share.look(turn, merged)
    async with turn.transaction() as shelf:
        draft = await share.find_draft(shelf, draft_id)
        if merged != raw:
            draft = await share.keep(turn, shelf, merged, checked, draft=draft, source=turn.source)
            if stop := await share.stopped(turn, shelf, draft, checked, merged):
                turn.say(stop)
                return
        if draft is not None and draft.state is DraftState.OPEN:
            turn.say(drafts.kept(turn, draft.id))
