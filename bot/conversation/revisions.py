"""添付文書・資材が変わった: 事務局 or a reviewer names it, after a look at the cases meant."""

from __future__ import annotations

from bot.conversation.events import Fields
from bot.conversation.showing import office_word
from bot.conversation.turn import Turn
from bot.views import revisions as views
from bot.views.elements import Actions, Card, Style, Text
from bot.views.notes import note
from cases import months, revisions, rights
from cases.db import Shelf
from cases.errors import BadInput
from cases.models.case import Case
from cases.rights import Action


async def start(turn: Turn, value: str = "") -> None:
    """The form. Raises NotAllowed for all but 事務局 and reviewers."""
    async with turn.transaction() as shelf:
        rights.need(shelf, Action.REVISE)
        turn.open(views.form({}, months.day_of(shelf.now), turn.locale))


async def look(turn: Turn, value: str, filled: Fields) -> None:
    """Which cases are meant; nothing happens before the next press."""
    async with turn.library.db.reading(turn.scope) as shelf:  # long: no writer waits for it
        rights.need(shelf, Action.REVISE)
        today, wrong, found = months.day_of(shelf.now), "", list[Case]()
        try:
            change = revisions.read(filled, today)
            found = await revisions.affected(shelf, change)
        except BadInput as error:
            wrong = error.detail
    async with turn.transaction():
        if wrong:
            turn.replace(views.form(filled, today, turn.locale, wrong))
        elif not found:
            words = views.change_words(change, turn.locale)
            none = Text(turn.words("revision.none"))
            again = Actions((views.start_button(turn.locale),))
            _done(turn, Card((Text(words, Style.STRONG), none, again)))
        else:
            turn.replace(views.preview_card(change, found, turn.locale))


async def name(turn: Turn, value: str, filled: Fields) -> None:
    """「確認をお願いする」: marked from now on; each author is asked by the ledger."""
    async with turn.library.db.reading(turn.scope) as shelf:
        rights.need(shelf, Action.REVISE)
        change = revisions.read(views.unpacked(value), months.day_of(shelf.now))
        ids = {case.id for case in await revisions.affected(shelf, change)}
    ids -= set(filled.get("left_out") or ())
    async with turn.transaction() as shelf:
        cases = await revisions.name(shelf, change, ids)
        alone = {case.id for case in await revisions.unanswerable(shelf, cases)}
        authors = {case.author_id for case in cases if case.id not in alone}
        if cases:
            _done(turn, views.named_card(len(cases), len(authors), len(alone), turn.locale))
        else:
            _done(turn, note(turn.words("revision.none")))


async def yes(turn: Turn, case_id: str) -> None:
    """「今も有効」 of its author; the card goes on with what is left of theirs."""
    async with turn.transaction() as shelf:
        await revisions.stand_for(shelf, case_id)
        turn.replace(await _own(turn, shelf, "revision.thanks"))


async def mine(turn: Turn, value: str = "") -> None:
    """「確認のお願い」: one's own cases that a change put in question."""
    async with turn.transaction() as shelf:
        turn.say(await _own(turn, shelf, "revision.own"))


async def _own(turn: Turn, shelf: Shelf, words: str) -> Card:
    cases = await revisions.waiting(shelf, turn.scope.me)
    if not cases:
        thanks = words == "revision.thanks"
        said = turn.words("valid.thanks" if thanks else "revision.answered")
        return note(said, style=Style.GOOD if thanks else Style.NORMAL)
    lead = Text(turn.words(words, count=len(cases)), Style.STRONG)
    return views.own_card(cases, turn.locale, lead)


async def left(turn: Turn, value: str = "") -> None:
    """What nobody can be asked about: its author left, or has no account."""
    async with turn.transaction() as shelf:
        turn.say(await _deciding(turn, shelf))


async def stand_for(turn: Turn, case_id: str) -> None:
    """「今も有効」 of 事務局 or a reviewer, in the place of an author who cannot be asked."""
    async with turn.transaction() as shelf:
        rights.need(shelf, Action.REVISE, case_id)
        await revisions.stand_for(shelf, case_id)
        turn.replace(await _deciding(turn, shelf))


async def _deciding(turn: Turn, shelf: Shelf) -> Card:
    cases = await revisions.left_over(shelf)
    offices = {one.id: office_word(one, turn.locale) for one in await shelf.people.offices()}
    return views.deciding_card(cases, offices, turn.locale)


def _done(turn: Turn, card: Card) -> None:
    turn.replace(card)
    turn.leave(card)
