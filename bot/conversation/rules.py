"""規則 in chat: 「誤検知」, the rate per rule, and the company's own words by two people."""

from __future__ import annotations

from bot.conversation.events import Fields
from bot.conversation.turn import Turn
from bot.views.elements import Button, Card, Style
from bot.views.notes import note
from bot.views.rules import rules_card, words_form
from cases import feedback, lexicon_changes, members, rights, second_look
from cases.db import Shelf
from cases.errors import BadInput
from cases.guard import RULES_VERSION
from cases.rights import Action


async def show(turn: Turn, value: str = "") -> None:
    """How often each rule was called wrong. Raises NotAllowed for all but reviewers, auditors."""
    async with turn.transaction() as shelf:
        rates = await feedback.rates(shelf)
        own = await lexicon_changes.in_force(shelf, turn.library.ring)
        reviews = rights.may(turn.scope, Action.LEXICON)
        version = f"{RULES_VERSION}+{own.version}"
        again = await second_look.results(shelf)
        turn.say(rules_card(rates, again, version, turn.locale, reviews=reviews))


async def false_alarm(turn: Turn, value: str) -> None:
    """「誤検知」: counted for the rule; the text itself stays as it is."""
    subject_id, _, rule = value.partition(":")
    async with turn.transaction() as shelf:
        draft_id = await feedback.draft_behind(shelf, subject_id)
        await feedback.false_alarm(shelf, draft_id, rule)
        turn.say(note(turn.words("rules.thanks")))


async def words(turn: Turn, value: str = "") -> None:
    """The company's words on a screen of their own: they are not sent as a message."""
    async with turn.transaction() as shelf:
        turn.open(await _form(turn, shelf), instead=_again(turn))


async def propose(turn: Turn, value: str, filled: Fields) -> None:
    """One person proposes; nothing changes yet."""
    op, _, does = str(filled.get("does") or "").partition(":")
    word = str(filled.get("word") or "")
    try:
        async with turn.transaction() as shelf:
            await lexicon_changes.propose(shelf, turn.library.ring, word, does, adds=op != "remove")
            _done(turn, note(turn.words("rules.was_proposed"), style=Style.GOOD))
    except BadInput:
        turn.replies.clear()
        async with turn.transaction() as shelf:
            form = await _form(turn, shelf, turn.words("rules.word_wrong"))
            turn.replace(form, instead=_again(turn))


async def decide(turn: Turn, change_id: str, *, confirm: bool) -> None:
    """Another person confirms, and it holds at once; or somebody refuses it."""
    async with turn.transaction() as shelf:
        row = await lexicon_changes.decide(shelf, change_id, confirm=confirm)
        said = turn.words(
            "rules.was_confirmed" if confirm else "rules.was_refused", version=row.version
        )
        _done(turn, note(said, style=Style.GOOD))


async def _form(turn: Turn, shelf: Shelf, error: str = "") -> Card:
    changes = await lexicon_changes.changes(shelf, turn.library.ring)
    names = {}
    for one in changes:
        by = one.row.proposed_by
        names[by] = members.shown_name(await shelf.people.member(by), turn.locale)
    return words_form(changes, names, turn.scope.me, turn.locale, error)


def _again(turn: Turn) -> Card:
    """In the place of the words, which are never a message."""
    again = Button(turn.words("rules.words"), "rules.words", primary=True)
    return note(turn.words("rules.words_again"), again)


def _done(turn: Turn, card: Card) -> None:
    turn.replace(card)
    turn.leave(card)
