"""The cards of what the jobs and other people owe to a member or a room, by kind."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

from bot.conversation import approval
from bot.conversation.review import reviewed
from bot.conversation.showing import shown
from bot.views import holds, notes, on_behalf, reminders, review_forms, revisions
from bot.views.case import anew_card
from bot.views.digest import digest_card
from bot.views.elements import Card, from_json
from bot.views.nudge import nudge_card
from bot.views.reflection import question_card, quiet_card
from bot.views.review import waiting_parts
from bot.views.rooms import room_form
from bot.views.support import told_card
from bot.views.withdrawn import withdrawn_card
from cases import digests, members, review, rights
from cases.db import Shelf
from cases.errors import NotFound
from cases.review import Waiting
from cases.rights import Action
from cases.scope import Scope

Content = Mapping[str, Any]


async def _digest(shelf: Shelf, content: Content, locale: str) -> Card:
    digest = await digests.current(shelf, content["office_id"], content["month"])
    return digest_card({**digest.content, "late": content.get("late", False)}, locale)


async def _trial(shelf: Shelf, content: Content, locale: str) -> Card:
    trial = await shelf.loop.trial(content["trial_id"])
    if trial is None:
        raise NotFound("trial")
    reader = await members.reader(shelf, trial.member_id)
    case = await shelf.cases.seen_by(reader).get(content["case_id"])
    if case is None:
        raise NotFound("case")
    return notes.trial_question({**content, "title": case.title}, locale)


async def _reflection(shelf: Shelf, content: Content, locale: str) -> Card:
    if content.get("habit") == "silent":
        return quiet_card(locale)
    return question_card(content, locale)


async def _impact(shelf: Shelf, content: Content, locale: str) -> Card:
    rows = []
    for news in content["cases"]:
        trials = [await shelf.loop.trial(trial_id) for trial_id in news["trial_ids"]]
        conditions = [t.note for t in trials if t and t.state == "did_not" and t.note]
        title = await _title(shelf, news)
        rows.append({**news, "title": title, "conditions": conditions})
    return notes.impact_note({"cases": rows}, locale)


async def _wishes(shelf: Shelf, content: Content, locale: str) -> Card:
    cards = []
    for answered in content["wishes"]:
        wish = await shelf.loop.wish(answered["wish_id"])
        if wish is not None:
            told = {"to": content["part"], "theme": wish.theme, "case_id": answered["case_id"]}
            cards.append(notes.wish_note(told, locale))
    return Card(tuple(part for card in cards for part in card.parts))


async def _release(shelf: Shelf, content: Content, locale: str) -> Card:
    return notes.release_note(content, locale)


async def _review_told(shelf: Shelf, content: Content, locale: str) -> Card:
    return review_forms.told_card(content, locale)


async def _ask_author(shelf: Shelf, content: Content, locale: str) -> Card:
    return notes.ask_author_note(content, locale)


async def _made(shelf: Shelf, content: Content, locale: str) -> Card:
    return from_json(content["card"])


async def _withdrawn(shelf: Shelf, content: Content, locale: str) -> Card:
    return withdrawn_card(locale, others=content.get("cases", 1) > 1)


async def _anew(shelf: Shelf, content: Content, locale: str) -> Card:
    """Cases as they are shown now, in the place of how they were shown when this was sent.

    An edited text is its office's until it is approved anew: nobody else's message brings it.
    """
    reader = await members.reader(shelf, content.get("member_id", ""), content.get("office_id", ""))
    if reader.member_id and not rights.may(reader, Action.SEARCH):
        return withdrawn_card(locale)  # what was read for support is not brought anew
    rows = await shelf.cases.seen_by(reader).many(content["case_ids"])
    waiting = await _waiting(shelf, reader, content["case_ids"])
    rows |= {one.id: one.case for one in waiting}
    cases = [rows[case_id] for case_id in content["case_ids"] if case_id in rows]
    own = {
        row.id: waiting_parts(
            replace(row, own=row.shown.case.author_id == reader.member_id), locale
        )
        for row in await reviewed(shelf, waiting, locale)
    }
    return anew_card(await shown(shelf, cases, locale), locale, own)


async def _waiting(shelf: Shelf, reader: Scope, ids: Collection[str]) -> list[Waiting]:
    """Those that a reviewer reads because they wait for the whole company; they keep buttons."""
    if not rights.may(reader, Action.REVIEW):
        return []
    found = await shelf.cases.waiting_for_release()
    return await review.of_cases(shelf, [case for case in found if case.id in ids])


async def _skipped(shelf: Shelf, content: Content, locale: str) -> Card:
    return reminders.skipped_card(content["turns"], locale)


async def _draft_waiting(shelf: Shelf, content: Content, locale: str) -> Card:
    return reminders.draft_card(locale)


async def _review_waiting(shelf: Shelf, content: Content, locale: str) -> Card:
    again = content.get("again", ())
    return reminders.review_card(content.get("count", 0), content.get("since", ""), again, locale)


async def _audit_head(shelf: Shelf, content: Content, locale: str) -> Card:
    return reminders.head_card(content["line"], content["day"], locale)


async def _vacant(shelf: Shelf, content: Content, locale: str) -> Card:
    return reminders.vacant_card(content["offices"], content["alone"], locale)


async def _nudge(shelf: Shelf, content: Content, locale: str) -> Card:
    return nudge_card(content, locale)


async def _on_behalf(shelf: Shelf, content: Content, locale: str) -> Card:
    draft = await shelf.cases.proposal(content["draft_id"])
    if draft is None:
        raise NotFound("draft")
    return await approval.subjects_card(shelf, draft, locale)


async def _on_behalf_told(shelf: Shelf, content: Content, locale: str) -> Card:
    return on_behalf.outcome_card(content, locale)


async def _on_behalf_waiting(shelf: Shelf, content: Content, locale: str) -> Card:
    if content["part"] == "writer":
        return on_behalf.outcome_card(content, locale)
    return on_behalf.waiting_card(content, locale)


async def _hold_waiting(shelf: Shelf, content: Content, locale: str) -> Card:
    return holds.waiting_card(content, locale)


async def _hold_decided(shelf: Shelf, content: Content, locale: str) -> Card:
    return holds.decided_card(content, locale)


async def _draft_checked(shelf: Shelf, content: Content, locale: str) -> Card:
    return holds.checked_card(content, locale)


async def _room_ask(shelf: Shelf, content: Content, locale: str) -> Card:
    room = await shelf.people.room(content["room_id"])
    office = [one for one in await shelf.people.offices() if one.id == content["office_id"]]
    if room is None or not office:
        raise NotFound("room")
    return room_form(room, office, locale)


async def _still_valid(shelf: Shelf, content: Content, locale: str) -> Card:
    title = await _title(shelf, content)
    return reminders.valid_card(content["case_id"], title, content["days"], locale)


async def _revision(shelf: Shelf, content: Content, locale: str) -> Card:
    rows = {case.id: case for case in await shelf.cases.whatever(content.get("case_ids", ()))}
    cases = [rows[one] for one in content.get("case_ids", ()) if one in rows]
    return revisions.question_card(content, cases, locale)


async def _title(shelf: Shelf, content: Content) -> str:
    case = await shelf.cases.any(content["case_id"])
    if case is None:
        raise NotFound("case")
    return case.title


async def _support_read(shelf: Shelf, content: Content, locale: str) -> Card:
    """Who it is told to may open the case where they read cases; `about` is its id."""
    told = await members.reader(shelf, content["to"])
    reads = rights.may(told, Action.SEARCH) and await shelf.cases.seen_by(told).get(
        content["about"]
    )
    name = members.shown_name(await shelf.people.member(content["by"]), locale)
    return told_card({**content, "name": name}, locale, reads=bool(reads))


async def _alarm(shelf: Shelf, content: Content, locale: str) -> Card:
    return notes.alarm_note(content, locale)


CARDS: dict[str, Callable[[Shelf, Content, str], Awaitable[Card]]] = {
    "monthly_digest": _digest,
    "trial_follow_up": _trial,
    "reflection": _reflection,
    "reflection_again": _reflection,
    "impact_note": _impact,
    "wishes": _wishes,
    "release_note": _release,
    "review_told": _review_told,
    "ask_author": _ask_author,
    "on_behalf": _on_behalf,
    "on_behalf_told": _on_behalf_told,
    "on_behalf_waiting": _on_behalf_waiting,
    "nudge": _nudge,
    "marked": _made,
    "office_share": _made,
    "alarm": _alarm,
    "case_withdrawn": _withdrawn,
    "case_anew": _anew,
    "skipped_turns": _skipped,
    "audit_head_room": _audit_head,
    "vacant_seats": _vacant,
    "still_valid": _still_valid,
    "revision": _revision,
    "draft_waiting": _draft_waiting,
    "review_waiting": _review_waiting,
    "room_ask": _room_ask,
    "support_read": _support_read,
    "hold_waiting": _hold_waiting,
    "hold_decided": _hold_decided,
    "draft_checked": _draft_checked,
}
