"""What an author answers when the guard masked, asked or stopped; and the safety record."""

from __future__ import annotations

from datetime import date

from bot.conversation import filled_in, share
from bot.conversation.events import Fields
from bot.conversation.turn import Turn
from bot.views.elements import Style
from bot.views.guard import safety_form
from bot.views.notes import note
from cases import holds, months, places, safety, sharing, verdicts
from cases.errors import BadInput, NotFound
from cases.vocabulary import DraftState


async def not_a_name(turn: Turn, draft_id: str, filled: Fields) -> None:
    """「人名ではない」: what the guard masked as a name or facility is shown as typed."""
    raw = await share.read_draft(turn, draft_id)
    if raw is None:
        raise NotFound
    raw = filled_in.merge(raw, filled)
    kept = [*(raw.get("not_names") or []), *verdicts.masked_words(raw, await share.look(turn, raw))]
    await share.show(turn, {**raw, "not_names": kept}, draft_id=draft_id)


async def place(turn: Turn, value: str, filled: Fields) -> None:
    """One tap says type and size of a masked facility, for its mask and the case's tag; an empty
    key takes all of them back. `value`: draft, number of the facility, key."""
    draft_id, number, key = (*value.split(":"), "", "")[:3]
    raw = await share.read_draft(turn, draft_id)
    if raw is None:
        raise NotFound
    raw = filled_in.merge(raw, filled)
    if not key:
        await share.show(turn, {**raw, "places": {}, "facility": ""}, draft_id=draft_id)
        return
    found = verdicts.places_of(raw, await share.look(turn, raw))
    if not number.isdecimal() or int(number) >= len(found):
        raise NotFound
    if key not in places.OPTIONS.get(found[int(number)].mask, ()):
        raise NotFound  # an old card: the text has changed since
    said = {**(raw.get("places") or {}), found[int(number)].name: key}
    await share.show(turn, {**raw, "places": said, "facility": key}, draft_id=draft_id)


async def ask_no(turn: Turn, value: str) -> None:
    """「含まれない」: the author says that nothing of the kind is in the text."""
    draft_id, _, rule = value.partition(":")
    raw = await share.read_draft(turn, draft_id)
    if raw is None:
        raise NotFound
    await share.show(turn, verdicts.answered(raw, rule, contains=False), draft_id=draft_id)


async def ask_yes(turn: Turn, value: str) -> None:
    """「含まれる」: an event routes to safety; anything else is held or goes back to its author."""
    draft_id, _, rule = value.partition(":")
    raw = await share.read_draft(turn, draft_id)
    if raw is None:
        raise NotFound
    await share.show(turn, verdicts.answered(raw, rule, contains=True), draft_id=draft_id)


async def hold(turn: Turn, draft_id: str) -> None:
    """「監督部門に確認を依頼」."""
    async with turn.transaction() as shelf:
        draft = await share.find_draft(shelf, draft_id)
        if draft is None or draft.state is DraftState.PUBLISHED:
            raise NotFound  # an old card: the author has rewritten and published it since
        rules = [finding["rule"] for finding in draft.findings]
        await sharing.hold(shelf, turn.library.ring, draft, rules, holds.COMPLIANCE)
        draft.state = DraftState.HELD
        turn.replace(note(turn.words("guard.asked_compliance"), style=Style.WARN))


async def open_safety_form(turn: Turn, item: str, action: str) -> None:
    """「報告済み」 or 「該当しない」: a short form, with the latest day that day 0 can be."""
    async with turn.transaction() as shelf:
        day = safety.day_0(await safety.own(shelf, item)).isoformat()
        turn.open(safety_form(item, action, turn.locale, day))


async def save_safety(turn: Turn, item: str, filled: Fields, state: str) -> None:
    """Keeps the author's word with the held item; it never says that a report was received."""
    key = "receipt" if state == holds.REPORTED else "reason"
    word = str(filled.get(key) or "").strip()
    heard = _day(turn, str(filled.get("heard_on") or ""))
    if not word:
        left = turn.words("error.E-03", code="E-03", detail=turn.words(f"guard.{key}"))
        turn.say(note(left, style=Style.WARN))
        return
    if key == "receipt" and not (word := safety.receipt_of(word)):
        turn.say(note(turn.words("holds.no_receipt"), style=Style.WARN))
        return
    async with turn.transaction() as shelf:
        if heard is not None and heard > months.day_of(shelf.now):
            raise BadInput(turn.words("guard.heard_on"))
        told = {key: word}
        ring = turn.library.ring
        await safety.answer(shelf, ring, item, state, heard_on=heard, **told)
        turn.replace(note(turn.words("guard.recorded"), style=Style.WARN))


def _day(turn: Turn, typed: str) -> date | None:
    """The day as ISO, from a date field; a door without one may bring anything."""
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError as error:
        raise BadInput(turn.words("guard.heard_on")) from error
