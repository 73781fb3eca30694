"""「共有する」: three ticks and one tap bring a draft to its office, or to a reviewer first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.conversation import approval, filled_in, share
from bot.conversation.events import Fields
from bot.conversation.showing import shown
from bot.conversation.turn import Turn
from bot.views.case import case_card
from bot.views.elements import Card, Divider, Style, Text
from bot.views.review_forms import waiting_card
from cases import review_rules, sharing, verdicts, wishes
from cases.db import Shelf
from cases.errors import NotFound
from cases.models.case import Case, Draft
from cases.vocabulary import Decision, DraftState, Kind

Raw = dict[str, Any]


async def publish(turn: Turn, draft_id: str, filled: Fields) -> None:
    """One tap after three ticks: the case is in the office, and waits for company-wide approval.

    Where the company wants a person to read it first, the draft waits and nobody sees it.
    """
    if await _waits(turn, draft_id):
        return
    raw = await share.read_draft(turn, draft_id)
    if raw is None:
        await _already(turn, draft_id)
        return
    raw = filled_in.merge(raw, filled)
    notice = share.open_points(turn, raw)
    if notice:
        await share.show(turn, raw, draft_id=draft_id, notice=notice)
        return
    checked = await share.look(turn, raw)
    decision = verdicts.decision_of(checked, raw)
    if decision not in verdicts.PASSES:
        await share.show(turn, raw, draft_id=draft_id)
        return
    async with turn.transaction() as shelf:
        draft = await shelf.cases.draft_alone(draft_id)
        if draft is None:
            raise NotFound
        if (done := await _done_meanwhile(turn, shelf, draft)) is not None:
            turn.replace(done)
            return
        await share.keep(turn, shelf, raw, checked, draft=draft)
        card = await _put_out(turn, shelf, draft, raw, decision)
        (await shelf.talks.mine(shelf.now)).waiting_for = {}
        turn.replace(card)
        turn.leave(card)


async def _put_out(turn: Turn, shelf: Shelf, draft: Draft, raw: Raw, decision: Decision) -> Card:
    """The case in its office, or the word that somebody reads it first."""
    name, declared = await _show_name(shelf, raw), raw["declared"]
    if await review_rules.waits(shelf, draft):
        await review_rules.submit(shelf, draft, decision, declared, show_author=name)
        await approval.tell_writer(turn, shelf, draft, "approved")
        return waiting_card(draft.id, turn.locale)
    edits = draft.case_id is not None
    case = await sharing.publish(shelf, draft, decision, declared, show_author=name)
    await _answer_wish(shelf, raw, case)
    await approval.tell_writer(turn, shelf, draft, "approved", case)
    return await _published(turn, shelf, case, edits=edits)


async def _waits(turn: Turn, draft_id: str) -> bool:
    """A second press on what a reviewer has to read: it keeps its place in the queue."""
    async with turn.read() as shelf:
        draft = await share.find_draft(shelf, draft_id)
    if draft is None or draft.state is not DraftState.WAITING:
        return False
    async with turn.transaction():
        turn.replace(waiting_card(draft_id, turn.locale))
    return True


async def _show_name(shelf: Shelf, raw: Mapping[str, Any]) -> bool:
    """The author's choice, remembered the first time it is made."""
    member = await shelf.people.member(shelf.scope.me)
    chosen = raw.get("show_author")
    if member is None:
        return False
    if chosen in ("yes", "no"):
        member.show_name = chosen == "yes"
    return bool(member.show_name)


async def _answer_wish(shelf: Shelf, raw: Mapping[str, Any], case: Case) -> None:
    if raw.get("wish"):
        await wishes.answer(shelf, raw["wish"], case.id)


async def _published(turn: Turn, shelf: Shelf, case: Case, *, edits: bool) -> Card:
    view = (await shown(shelf, [case], turn.locale))[0]
    waits = "share.edited" if case.release_asked_at is None else "share.edited_again"
    words = waits if edits else "share.published"
    thanks = "thanks_lesson" if case.kind is Kind.LESSON else "published_thanks"
    return Card(
        (
            Text(turn.words(words), Style.GOOD),
            Text(turn.words(f"share.{thanks}")),
            Divider(),
            *case_card(view, turn.locale).parts,
        )
    )


async def _done_meanwhile(turn: Turn, shelf: Shelf, draft: Draft) -> Card | None:
    """The answer to a second press that came while the first one was being checked."""
    if draft.state is DraftState.PUBLISHED:
        return await _case_again(turn, shelf, draft)
    return waiting_card(draft.id, turn.locale) if draft.state is DraftState.WAITING else None


async def _already(turn: Turn, draft_id: str) -> None:
    """A second press of 共有する: the case is shown again, and nothing happens twice."""
    async with turn.transaction() as shelf:
        draft = await share.find_draft(shelf, draft_id)
        turn.replace(await _case_again(turn, shelf, draft))


async def _case_again(turn: Turn, shelf: Shelf, draft: Draft | None) -> Card:
    case = await shelf.cases.any(draft.case_id) if draft and draft.case_id else None
    if case is None:
        raise NotFound
    return await _published(turn, shelf, case, edits=False)
