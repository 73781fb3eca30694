"""聞き書き: a promoter or manager writes, the MR decides; so does a message's poster."""

from __future__ import annotations

from typing import Any

from bot.conversation import approval, filled_in, share
from bot.conversation.events import Fields
from bot.conversation.turn import Owed, Turn
from bot.views.elements import Card, Style
from bot.views.notes import note
from bot.views.on_behalf import form
from cases import members, on_behalf, verdicts
from cases.db import Shelf
from cases.errors import NotFound
from cases.models.case import Draft
from cases.models.org import Member
from cases.text import clean, fold
from cases.vocabulary import DraftState
from scheduler import asking

_TITLES = ("さん", "くん", "氏", "様")


async def start(turn: Turn, name: str = "") -> None:
    """The form; a name that was typed along is chosen where one MR alone has it."""
    async with turn.transaction() as shelf:
        turn.open(await _form(turn, shelf, name=name))


async def write(turn: Turn, filled: Fields) -> None:
    """What was heard becomes a proposal like any post, for the writer to look at first."""
    member_id, text = str(filled.get("member") or ""), clean(str(filled.get("text") or ""))
    async with turn.read() as shelf:
        known = {one.id for one in await on_behalf.mrs(shelf)}
    if member_id not in known or not text:
        async with turn.transaction() as shelf:
            left = "behalf.nobody" if member_id not in known else "behalf.no_text"
            turn.replace(await _form(turn, shelf, text=text, error=turn.words(left)))
        return
    raw = await share.proposed(text, **{on_behalf.FOR: member_id})
    await share.show(turn, raw, source=turn.source)


async def heard(turn: Turn, filled: Fields) -> dict[str, Any]:
    """What the form held when it was closed unsent; empty without a text."""
    member_id, text = str(filled.get("member") or ""), clean(str(filled.get("text") or ""))
    if not text:
        return {}
    async with turn.read() as shelf:
        known = {one.id for one in await on_behalf.mrs(shelf)}
    return await share.proposed(text, **({on_behalf.FOR: member_id} if member_id in known else {}))


async def about_poster(turn: Turn, poster: object) -> dict[str, Any] | None:
    """What a draft of somebody's message carries: nothing for one's own, else whom to ask.

    None for a user who is not on the roster: a guest, a bot.
    """
    if poster == turn.event.user:
        return {}
    person = await turn.find_person(str(poster)) if turn.find_person else None
    if person is None or person.id == turn.scope.me:  # the same person, by another account
        return {} if person else None
    return {on_behalf.FOR: person.id, on_behalf.POSTED: True}


async def ask(turn: Turn, draft_id: str, member_id: str = "", filled: Fields | None = None) -> None:
    """Hands the writer's draft to the person it is about, who hears of it by direct message.

    `member_id` may be left out where the draft says it. What is missing, stopped by the guard, or
    cannot reach the person is said at once, and the draft stays with the writer.
    """
    raw = await share.read_draft(turn, draft_id)
    if raw is None:
        raise NotFound
    raw = filled_in.merge(raw, filled or {})
    raw[on_behalf.FOR] = member_id or raw.get(on_behalf.FOR) or ""
    checked = await share.look(turn, raw)
    open_point = share.open_points(turn, raw, ticks=False)
    if open_point or verdicts.decision_of(checked, raw) not in verdicts.PASSES:
        await share.show(turn, raw, draft_id=draft_id, notice=open_point)
        return
    async with turn.transaction() as shelf:
        draft = await share.find_draft(shelf, draft_id)
        if draft is None or draft.state is not DraftState.OPEN or draft.case_id:
            raise NotFound
        await share.keep(turn, shelf, raw, checked, draft=draft)
        turn.replace(await _hand_over(turn, shelf, draft, raw))


async def show(turn: Turn, draft_id: str) -> None:
    """What waits for one's word, again."""
    async with turn.transaction() as shelf:
        draft = await share.find_draft(shelf, draft_id)
        if draft is None or draft.asked_at is None or draft.state is not DraftState.OPEN:
            turn.say(note(turn.words("behalf.gone")))
            return
        turn.say(await approval.subjects_card(shelf, draft, turn.locale))


async def decline(turn: Turn, draft_id: str) -> None:
    """「共有しない」: no reason is asked, the text is erased, the writer hears of it."""
    async with turn.transaction() as shelf:
        draft = await share.find_draft(shelf, draft_id)
        if draft is None:
            turn.replace(note(turn.words("behalf.gone")))
            return
        await approval.tell_writer(turn, shelf, draft, "declined")
        held = draft.state is DraftState.HELD
        await on_behalf.decline(shelf, draft_id)
        await asking.forget(shelf, draft.source or "")
        (await shelf.talks.mine(shelf.now)).waiting_for = {}
        turn.replace(note(turn.words("share.dropped_held" if held else "behalf.declined")))


async def _hand_over(turn: Turn, shelf: Shelf, draft: Draft, raw: dict[str, Any]) -> Card:
    """Owes the request; or says why the person cannot be asked, and the draft stays."""
    person = await shelf.people.member(raw[on_behalf.FOR])
    if person is None:
        raise NotFound
    await on_behalf.may_write_for(shelf, person, raw)
    name = members.shown_name(person, turn.locale)
    if not person.active or not await asking.reachable(shelf, person.id):
        words = "behalf.no_account" if person.active else "behalf.left"
        return note(turn.words(words, name=name), style=Style.WARN)
    key = on_behalf.key_of(draft, raw)
    if await asking.said_before(shelf, key):
        await shelf.cases.drop(draft)
        return note(turn.words("behalf.asked_before", name=name))
    await on_behalf.hand_over(shelf, turn.library.ring, draft, raw, person)
    (await shelf.talks.mine(shelf.now)).waiting_for = {}
    turn.owe(Owed(key, "on_behalf", {"draft_id": draft.id}, member_id=person.id))
    return note(turn.words("behalf.asked_them", name=name), style=Style.GOOD)


async def _form(
    turn: Turn, shelf: Shelf, *, name: str = "", text: str = "", error: str = ""
) -> Card:
    people = await on_behalf.mrs(shelf)
    if not people:
        return note(turn.words("behalf.no_mrs"))
    meant = [one.id for one in people if name and _is_called(one, name)]
    if name and len(meant) != 1:
        error = error or turn.words("behalf.which", name=name)
    listed = [(one.id, members.shown_name(one, turn.locale)) for one in people]
    return form(listed, meant[0] if len(meant) == 1 else "", text, turn.locale, error)


def _is_called(member: Member, typed: str) -> bool:
    """True for a full name, a family name or a given name, with or without さん."""
    wanted = fold(typed)
    for title in _TITLES:
        wanted = wanted.removesuffix(title)
    names = (member.name, member.name_en)
    parts = [part for name in names for part in [fold(name), *fold(name).split()] if part]
    return wanted.strip() in parts or wanted.replace(" ", "") in [p.replace(" ", "") for p in parts]
