"""Drafts and published cases in their author's hands: go on, edit, drop, withdraw."""

from __future__ import annotations

import asyncio
from typing import Any

from bot.conversation import filled_in, find, on_behalf, remarks, share
from bot.conversation.events import Fields
from bot.conversation.turn import Turn
from bot.views.elements import Button, Card, Style, Text
from bot.views.holds import rule_words
from bot.views.home import Begun, begun_parts
from bot.views.notes import note
from bot.views.preview import form_card
from bot.views.words import say
from cases import capture, fields, sharing
from cases.errors import NotFound
from cases.models.case import Draft
from cases.months import JST
from cases.verdicts import PASSES
from cases.vocabulary import DraftState


async def edit(turn: Turn, draft_id: str, filled: Fields | None = None) -> None:
    """The form with what the author typed, for the author alone."""
    raw = await share.read_draft(turn, draft_id)
    if raw is None:
        raise NotFound
    async with turn.read() as shelf:
        draft = await share.find_draft(shelf, draft_id)
        said = commented(turn, draft.review_note if draft else "")
    raw = filled_in.merge(raw, filled or {})
    if raw.get("about"):
        async with turn.transaction():
            turn.open(remarks.form(turn, draft_id, raw), kept(turn, draft_id))
        return
    if raw.get("typed") and not fields.texts(raw):
        raw = {**raw, "action": raw["typed"]}
    async with turn.transaction():
        turn.open(form_card(draft_id, raw, turn.locale, said), kept(turn, draft_id))


async def edit_case(turn: Turn, case_id: str) -> None:
    """A published case back in the form; the edit is checked again."""
    async with turn.transaction() as shelf:
        draft = await sharing.edit(shelf, turn.library.ring, case_id)
        case = await shelf.cases.any(case_id)
        said = commented(turn, case.review_note if case else "")
        turn.open(form_card(draft.id, draft.values, turn.locale, said), kept(turn, draft.id))


def commented(turn: Turn, comment: str) -> str:
    """What a reviewer said when they gave it back; empty where nobody did."""
    return turn.words("reviewing.commented", comment=comment) if comment else ""


def kept(turn: Turn, draft_id: str) -> Card:
    """「下書きに保存しました」, and the way back to it."""
    resume = Button(turn.words("share.resume"), "share.edit", draft_id)
    return note(turn.words("share.kept_draft"), resume)


async def later(turn: Turn, draft_id: str) -> None:
    """「下書きに戻す」: it is saved already; this says so."""
    async with turn.transaction() as shelf:
        if await share.find_draft(shelf, draft_id) is None:
            raise NotFound
        (await shelf.talks.mine(shelf.now)).waiting_for = {}
        turn.replace(note(turn.words("share.kept_draft")))


async def drop(turn: Turn, draft_id: str) -> None:
    """「取りやめる」: nothing typed is left, unless safety or compliance holds it."""
    async with turn.read() as shelf:
        draft = await share.find_draft(shelf, draft_id)
        asked = draft is not None and draft.asked_at is not None
    if asked:  # somebody wrote it for the member, and hears of it
        await on_behalf.decline(turn, draft_id)
        return
    async with turn.transaction() as shelf:
        await sharing.drop(shelf, draft_id)
        (await shelf.talks.mine(shelf.now)).waiting_for = {}
        held = await shelf.holds.latest(draft_id, "compliance")
        turn.replace(note(turn.words("share.dropped_held" if held else "share.dropped")))


def words_of(draft: Draft, locale: str) -> str:
    """What a draft is called in a list: its title or deed; of a stopped one nothing is kept in
    clear, so that it is the day (JST) and what stopped it; of words not looked at yet, the day."""
    words = draft.values.get("title") or draft.values.get("action")
    if words:
        return str(words)
    day = draft.updated_at.astimezone(JST)
    stopped = [one["rule"] for one in draft.findings if one["action"] not in PASSES]
    date = f"{day.month}/{day.day}"
    if not stopped:
        return say(locale, "share.drafted_on", day=date)
    return f"{date} {rule_words(stopped[0], locale)}"


def begun(draft: Draft, locale: str) -> Begun:
    """A draft as it stands in a list."""
    return Begun(
        draft.id,
        words_of(draft, locale),
        asked=draft.asked_at is not None,
        waits=draft.state is DraftState.WAITING,
        held=draft.state is DraftState.HELD,
    )


async def drafts(turn: Turn, value: str = "") -> None:
    """All unpublished drafts of the member."""
    async with turn.transaction() as shelf:
        rows = await shelf.cases.drafts()
        if not rows:
            turn.say(note(turn.words("share.no_drafts")))
            return
        parts: list[Any] = [Text(turn.words("share.drafts"), Style.TITLE)]
        for row in rows:
            parts += begun_parts(begun(row, turn.locale), turn.locale)
        turn.say(Card(tuple(parts)))


async def as_win(turn: Turn, draft_id: str) -> None:
    """「共有する」 after 「共有しますか、探しますか」."""
    raw = await share.read_draft(turn, draft_id)
    if raw is None:
        raise NotFound
    if not raw.get("typed"):
        raise NotFound  # the words were erased after 14 days
    proposal = await asyncio.to_thread(capture.propose, raw["typed"])
    raw = {**raw, **proposal.values, "channels": proposal.channels, "area": proposal.area}
    await share.show(turn, raw, draft_id=draft_id)


async def find_instead(turn: Turn, draft_id: str) -> None:
    """What was typed is a search after all: the draft goes, the words are searched."""
    raw = await share.read_draft(turn, draft_id)
    if raw is None:
        raise NotFound
    typed = str(raw.get("typed") or "")
    only_typed = bool(typed) and not raw.get("wish")
    words = typed or str(raw.get("action") or "")
    await find.search(turn, words, drop=draft_id if only_typed else "")


async def withdraw(turn: Turn, case_id: str) -> None:
    """Asks once before taking a case back."""
    async with turn.transaction():
        yes = Button(turn.words("share.withdraw_yes"), "share.withdraw_yes", case_id)
        no = Button(turn.words("share.withdraw_no"), "case.show", case_id, primary=True)
        turn.say(note(turn.words("share.withdraw_ask"), no, yes))


async def withdraw_yes(turn: Turn, case_id: str) -> None:
    """Takes the case out of search, digests and pages."""
    async with turn.transaction() as shelf:
        await sharing.withdraw(shelf, case_id)
        turn.replace(note(turn.words("share.withdrew")))
