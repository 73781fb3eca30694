"""Review in chat: what waits, one text in full, and one tap to let it out or leave it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.conversation.showing import shown
from bot.conversation.turn import Owed, Turn
from bot.views.elements import Actions, Card, Divider, Style
from bot.views.notes import note
from bot.views.review import Reviewed, Span, queue_card, review_card
from bot.views.revisions import start_button
from bot.views.second_look import offer_parts
from cases import duplicates, fields, review, second_look, verdicts
from cases.db import Shelf
from cases.duplicates import Near
from cases.library import Library
from cases.models.case import Case
from cases.review import Waiting
from cases.scope import Scope
from cases.vocabulary import Decision, Status

FIRST = 3  # texts of the queue on one card: as many long ones as a card of Teams holds whole


async def queue(turn: Turn, value: str = "") -> None:
    """What waits, oldest first, each as colleagues would see it; `value`: the one shown last.

    From the start if that one waits no more: what stood behind it has moved up.
    """
    async with turn.transaction() as shelf:
        found = await review.queue(shelf)
        start = 1 + next((at for at, row in enumerate(found) if row.id == value), -1)
        start = start if start < len(found) else 0  # what stood behind it is decided
        rows = await reviewed(shelf, found[start : start + FIRST], turn.locale)
        later = len(found) - start - len(rows)
        card = queue_card(rows, len(found), await sampled(shelf), turn.locale, later=later)
        again = await second_look.due(shelf)
        more = (Divider(), *offer_parts(again, turn.locale)) if again else ()
        named = (Divider(), Actions((start_button(turn.locale),)))
        turn.say(replace(card, parts=(*card.parts, *more, *named)))


async def sampled(shelf: Shelf) -> int:
    """How many imports wait, where they are too many to be listed; else 0."""
    count = len(await shelf.reviews.waiting_imports())
    return count if count > review.FEW_IMPORTS else 0


async def reviewed(shelf: Shelf, rows: Sequence[Waiting], locale: str) -> list[Reviewed]:
    """The texts as the acting reviewer meets them."""
    views = await shown(shelf, [row.case for row in rows], locale)
    return [
        Reviewed(
            id=row.id,
            shown=replace(view, mine=False),
            mark=review.mark(row.case),
            reach=_reach(row),
            days=review.days_waiting(row, shelf.now) if row.since else 0,
            rules=tuple(dict.fromkeys(str(one["rule"]) for one in row.rules)),
            own=row.case.author_id == shelf.scope.member_id,
        )
        for row, view in zip(rows, views, strict=True)
    ]


def _reach(row: Waiting) -> str:
    if row.draft is not None:
        return "draft"
    waits = row.case.status is Status.OFFICE and row.case.release_asked_at is not None
    return "waiting" if waits else "out"


async def open_one(turn: Turn, subject_id: str) -> None:
    """One text in full: found places marked, and what is like it beside."""
    card = await card_of(turn, subject_id)
    async with turn.transaction():
        turn.say(card)


async def card_of(turn: Turn, subject_id: str, notice: str = "") -> Card:
    """The review card of a text as it is now. Raises NotFound, Reviewed."""
    async with turn.read() as shelf:
        one = await review.look(shelf, subject_id)
        row = (await reviewed(shelf, [one], turn.locale))[0]
    spans, near = await thought(turn, one)
    return review_card(replace(row, spans=spans, near=near), turn.locale, notice)


async def thought(
    turn: Turn, one: Waiting
) -> tuple[tuple[Span, ...], tuple[tuple[str, str, bool], ...]]:
    """The places that are marked in a text, and what stands beside it; outside any transaction."""
    spans = await found_spans(turn, one.case)
    (near,) = await beside(turn.library, turn.scope, [one])
    return spans, near


async def found_spans(turn: Turn, case: Case) -> tuple[Span, ...]:
    """What the guard finds in the text as it stands, names that a person let stand included."""
    values = fields.values_of(case)
    texts, checked = fields.texts(values), await turn.check(values)
    return tuple(
        Span(key, found.start, found.end, found.rule, texts[key][found.start : found.end])
        for key, verdict in checked.verdicts.items()
        for found in verdict.findings
        if found.action is not Decision.PUBLISH
    )


async def beside(
    library: Library, scope: Scope, rows: Sequence[Waiting]
) -> list[tuple[tuple[str, str, bool], ...]]:
    """For each text the published or waiting cases that say nearly the same: id, title, waits."""
    async with library.db.reading(scope) as shelf:
        offices = frozenset(office.id for office in await shelf.people.offices())
    everywhere = replace(scope, offices=offices)  # a reviewer may read what waits in any office
    found = [await duplicates.near(library, everywhere, row.case) for row in rows]
    return [
        tuple(_neighbour(one, scope) for one in near if _readable(one, scope)) for near in found
    ]


def _neighbour(near: Near, scope: Scope) -> tuple[str, str, bool]:
    return near.case.id, near.case.title, not _visible(near.case, scope)


def _readable(near: Near, scope: Scope) -> bool:
    return _visible(near.case, scope) or near.case.release_asked_at is not None


def _visible(case: Case, scope: Scope) -> bool:
    wide = case.status in (Status.COMPANY, Status.STALE)
    return wide or case.author_id == scope.member_id or case.office_id in scope.offices


async def release(turn: Turn, value: str) -> None:
    """One tap: company-wide, if the text is still the one that was read."""
    await _let_out(turn, value, review.COMPANY, "review.released")


async def to_office(turn: Turn, value: str) -> None:
    """One tap: a post that its office could not see yet is there, and goes no further."""
    await _let_out(turn, value, review.OFFICE, "reviewing.let_in")


async def _let_out(turn: Turn, value: str, reach: str, words: str) -> None:
    subject_id, _, seen = value.partition(":")
    async with turn.transaction() as shelf:
        before = await shelf.cases.any(subject_id)
        again = before is not None and before.status is Status.COMPANY
        case = await review.release(shelf, subject_id, seen, reach)
        if reach == review.OFFICE:
            tell(turn, case.author_id, "let_in", case.title, case_id=case.id)
        elif not again:
            _tell(turn, case, released=True)
        turn.replace(note(turn.words(words), style=Style.GOOD))


async def give_back(turn: Turn, case_id: str) -> None:
    """The case stays in its office."""
    async with turn.transaction() as shelf:
        case = await review.give_back(shelf, case_id)
        _tell(turn, case, released=False)
        turn.replace(note(turn.words("review.given_back")))


def tell(turn: Turn, author_id: str, how: str, title: str, **more: str) -> None:
    """To the author, once for each act of a review."""
    about = more.get("case_id") or more.get("draft_id") or more.pop("about", "")
    content = {"how": how, "title": title, **more}
    key = f"review_told:{about}:{how}:{turn.event_id}"
    turn.owe(Owed(key, "review_told", content, member_id=author_id))


def _tell(turn: Turn, case: Case, *, released: bool) -> None:
    content = {"title": case.title, "case_id": case.id, "released": released}
    key = f"review:{case.id}:{released}:{case.changed_at:%Y%m%d%H%M%S}"
    turn.owe(Owed(key, "release_note", content, member_id=case.author_id))


def passes(checked_decision: Decision) -> bool:
    """True for a reviewer's comment that may be stored: what is only asked is theirs to judge."""
    return checked_decision in (*verdicts.PASSES, Decision.ASK)
