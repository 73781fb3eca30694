"""Sharing in chat: from what was typed to a preview with its ticks, and to a published case."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from bot.conversation import approval, filled_in, remarks
from bot.conversation.events import Fields, Pressed
from bot.conversation.showing import office_word
from bot.conversation.turn import Turn
from bot.views.elements import Card
from bot.views.guard import ask_card, stop_card
from bot.views.places import author_parts
from bot.views.preview import preview_card
from cases import capture, clearing, feedback, fields, sharing, verdicts
from cases.db import Shelf
from cases.errors import GuardDown, NotFound
from cases.guard import Checked
from cases.models.case import Draft
from cases.vocabulary import Decision, DraftState

Raw = dict[str, Any]


async def propose(turn: Turn, text: str, **more: Any) -> None:
    """From prose to a preview: title, fields and tags are proposed, names are masked."""
    await show(turn, await proposed(text, **more), source=turn.source)


async def proposed(text: str, **more: Any) -> Raw:
    """The fields that a prose text seems to hold, and the text itself."""
    proposal = await asyncio.to_thread(capture.propose, text)
    return {
        **proposal.values,
        "typed": text,
        "kind": str(proposal.kind),
        "steps": [{"text": step} for step in proposal.steps],
        "channels": proposal.channels,
        "area": proposal.area,
        "customer": proposal.customer,
        "facility": proposal.facility,
        "access": proposal.access,
        "outcome": proposal.outcome,
        "ask": capture.questions(proposal),
        **more,
    }


async def show(
    turn: Turn, raw: Raw, *, draft_id: str = "", source: str | None = None, notice: str = ""
) -> None:
    """Checks, saves and shows a draft: its preview, or what stopped it."""
    checked = await look(turn, raw)
    async with turn.transaction() as shelf:
        draft = await find_draft(shelf, draft_id)
        draft = await keep(turn, shelf, raw, checked, draft=draft, source=source)
        card = await card_of(turn, shelf, draft, raw, checked, notice=notice)
        pressed = isinstance(turn.event, Pressed) and (draft_id or raw.get("about"))
        if turn.screen or pressed:
            turn.replace(card)
        else:
            turn.say(card)
        if draft.state is DraftState.HELD:
            turn.leave(card)


async def keep(
    turn: Turn,
    shelf: Shelf,
    raw: Mapping[str, Any],
    checked: Checked,
    *,
    draft: Draft | None = None,
    source: str | None = None,
) -> Draft:
    """Saves the draft, and which rules fired on it."""
    ring = turn.library.ring
    draft = await sharing.keep_draft(shelf, ring, raw, checked, draft=draft, source=source)
    if not verdicts.is_down(checked):
        await feedback.fired(shelf, draft.id, verdicts.rules_of(checked), turn.lexicon)
    await feedback.overruled(shelf, draft.id, verdicts.refuted(raw))
    return draft


async def look(turn: Turn, raw: Raw) -> Checked:
    """The guard's word; when it cannot run the draft is held back and kept (fail closed)."""
    try:
        return await turn.check(raw)
    except GuardDown:
        return verdicts.down()


async def card_of(
    turn: Turn, shelf: Shelf, draft: Draft, raw: Raw, checked: Checked, *, notice: str = ""
) -> Card:
    """The preview of a draft that was kept, or what stopped it; a remark that passes lands."""
    if raw.get("about"):
        (await shelf.talks.mine(shelf.now)).waiting_for = {}
    stop = await stopped(turn, shelf, draft, checked, raw)
    if stop is not None:
        return stop
    if raw.get("about"):
        return await remarks.land(turn, shelf, draft, raw, checked)
    _wait_for_missing(await shelf.talks.mine(shelf.now), shelf, draft)
    offers = author_parts(draft.id, verdicts.places_of(raw, checked), turn.locale)
    special = await approval.card(turn, shelf, draft, raw, notice, offers)
    if special is not None:
        return special
    member = await shelf.people.member(turn.scope.me)
    office = await shelf.people.office(member.office_id if member else None)
    return preview_card(
        draft.id,
        draft.values,
        draft.findings,
        [key for key in raw.get("ask") or () if not raw.get(key)],
        office_word(office, turn.locale),
        turn.locale,
        ask_name=member is not None and member.show_name is None,
        declared=raw.get("declared") or (),
        notice=notice,
        offers=offers,
    )


def _wait_for_missing(talk: Any, shelf: Shelf, draft: Draft) -> None:
    """A required field that is empty becomes the question that a typed line answers."""
    missing = next((key for key in fields.REQUIRED if not draft.values.get(key)), "")
    waiting = {"kind": "share", "draft": draft.id, "field": missing} if missing else {}
    talk.waiting_for = waiting
    talk.updated_at = shelf.now


async def stopped(
    turn: Turn, shelf: Shelf, draft: Draft, checked: Checked, raw: Raw
) -> Card | None:
    """What stopped the draft, routed where it belongs; None for a text that passes."""
    rule = await clearing.route(shelf, turn.library.ring, draft, checked, raw)
    if rule is None:
        return None
    if verdicts.decision_of(checked, raw) is Decision.ASK:
        return ask_card(rule, draft.id, turn.locale)
    sees = bool(await clearing.for_compliance(shelf, checked, raw))
    return stop_card(rule, draft.id, turn.form_url(rule), turn.locale, compliance_sees=sees)


def open_points(turn: Turn, raw: Mapping[str, Any], *, ticks: bool = True) -> str:
    """The first thing that keeps the draft from being published, in words; empty when none."""
    texts = fields.texts(raw)
    for key in fields.REQUIRED:
        if not texts.get(key):
            return turn.words("share.missing", field=turn.words(f"case.{key}"))
    for key, limit in fields.too_long(raw):
        word = turn.words(f"case.{key.split(':')[0]}")  # `step:0` is a step
        return turn.words("share.too_long", field=word, limit=limit)
    left = len(set(sharing.DECLARATIONS) - set(raw.get("declared") or ())) if ticks else 0
    return turn.words("share.undeclared", count=left) if left else ""


async def check(turn: Turn, draft_id: str, filled: Fields) -> None:
    """The form came back: its values become the draft."""
    raw = await read_draft(turn, draft_id) if draft_id else {}
    await show(
        turn, filled_in.merge(raw or {}, filled), draft_id=draft_id, source=f"form:{turn.event_id}"
    )


async def fill_in(turn: Turn, draft_id: str, key: str, text: str) -> None:
    """A typed line that answers the question about a missing field."""
    raw = await read_draft(turn, draft_id)
    if raw is None:
        await propose(turn, text)
        return
    await show(turn, {**raw, key: text}, draft_id=draft_id)


async def read_draft(turn: Turn, draft_id: str) -> Raw | None:
    """What the author typed; None once the draft is published. Raises NotFound for no draft."""
    async with turn.read() as shelf:
        draft = await find_draft(shelf, draft_id)
        if draft is None:
            raise NotFound
        if draft.state is DraftState.PUBLISHED:
            return None
        return sharing.original(turn.library.ring, draft)


async def find_draft(shelf: Shelf, draft_id: str) -> Draft | None:
    return await shelf.cases.draft(draft_id) if draft_id else None
