"""What was said on the pages, per browser and member: in memory only, so that a reload shows it.

Nothing depends on it: drafts, cases and letters are in the database. The oldest are forgotten.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.conversation.events import Open, Replace, Reply, Say
from bot.views.elements import Card
from bot.views.withdrawn import without_case
from bot.web.html import is_note
from cases.scope import Scope

ENTRIES = 30  # cards of one thread
ANSWERS = 60  # presses whose answer is known, for a second try of the same form
THREADS = 200


@dataclass(slots=True)
class Entry:
    """One card on a page; `said` is what the person typed to get it.

    `origin` is the card that a form's answer takes the place of. `sheet`: it is shown over the
    page and not in the thread.
    """

    id: str
    card: Card
    said: str = ""
    origin: str = ""
    sheet: bool = False


@dataclass(frozen=True, slots=True)
class Press:
    """Which button was pressed: the card's id on the page, the row of its buttons, the value."""

    card_id: str
    row: str
    value: str


@dataclass(frozen=True, slots=True)
class Top:
    """A new card at the top of the thread."""

    entry: Entry


@dataclass(frozen=True, slots=True)
class Swap:
    """A card takes the place of the one with this id."""

    card_id: str
    card: Card


@dataclass(frozen=True, slots=True)
class Note:
    """A short answer below the pressed buttons."""

    press: Press
    card: Card


@dataclass(frozen=True, slots=True)
class Sheet:
    """A card over the page."""

    entry: Entry


@dataclass(frozen=True, slots=True)
class Close:
    """The sheet is done."""


Change = Top | Swap | Note | Sheet | Close


@dataclass(slots=True)
class Thread:
    """The cards of one browser and member, newest first, and what became of letters."""

    entries: list[Entry] = field(default_factory=list)
    swapped: dict[str, Card] = field(default_factory=dict)
    answers: OrderedDict[str, list[Change]] = field(default_factory=OrderedDict)

    def find(self, entry_id: str) -> Entry | None:
        """The entry with this id, if it is still known."""
        return next((entry for entry in self.entries if entry.id == entry_id), None)

    def add(self, card: Card, *, said: str = "", origin: str = "", sheet: bool = False) -> Entry:
        """A new entry on top; the oldest one goes when there are too many."""
        entry = Entry(secrets.token_hex(6), card, said, origin, sheet)
        self.entries.insert(0, entry)
        del self.entries[ENTRIES:]
        return entry

    def remember(self, key: str, changes: list[Change]) -> list[Change]:
        """Keeps the answer to one form, for the same form sent again."""
        self.answers[key] = changes
        while len(self.answers) > ANSWERS:
            self.answers.popitem(last=False)
        return changes


class Threads:
    """All threads; the one used longest ago is forgotten first."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, Scope], Thread] = OrderedDict()

    def of(self, session: str, scope: Scope) -> Thread:
        """The thread of a browser and a member; a new one with other roles or another office,
        so that nothing is left on the page of what was shown by a right that is gone."""
        key = (session, scope)
        thread = self._known.pop(key, None) or Thread()
        self._known[key] = thread
        while len(self._known) > THREADS:
            self._known.popitem(last=False)
        return thread


def said(thread: Thread, text: str, replies: Sequence[Reply]) -> list[Change]:
    """Answers to a typed text: all on top, the first one under the words that were typed."""
    changes: list[Change] = []
    for number, reply in enumerate(replies):
        entry = thread.add(reply.card, said="" if number else text)
        changes.append(Top(entry))
    return changes


def pressed(
    thread: Thread, press: Press, replies: Sequence[Reply], *, quick: bool, home: bool
) -> list[Change]:
    """Answers to a press. `quick`: the page can change in place; `home`: it shows the thread."""
    changes: list[Change] = []
    for reply in replies:
        match reply:
            case Say(card=card):
                changes += _say(thread, press, card, quick=quick, home=home)
            case Open(card=card):
                changes.append(_open(thread, press, card, quick=quick))
            case Replace(card=card):
                changes += _replace(thread, press, card, quick=quick)
    return changes


def withdrawn(thread: Thread, case_id: str, locale: str) -> list[Change]:
    """Every card of the thread that still shows the case, now without it."""
    changes: list[Change] = []
    for entry in thread.entries:
        rest = without_case(entry.card, case_id, locale)
        if rest is not entry.card:
            entry.card = rest
            changes.append(Swap(entry.id, rest))
    return changes


def _say(thread: Thread, press: Press, card: Card, *, quick: bool, home: bool) -> list[Change]:
    if quick and is_note(card):
        return [Note(press, card)]
    if quick and not home:
        return [Sheet(thread.add(card, sheet=True))]
    entry = thread.find(press.card_id)
    closing: list[Change] = [Close()] if entry is not None and entry.sheet else []
    return [*closing, Top(thread.add(card))]


def _open(thread: Thread, press: Press, card: Card, *, quick: bool) -> Change:
    """A form; it belongs to the pressed card if both name the same draft or question."""
    same = card.submit is not None and card.submit.value == press.value != ""
    entry = thread.add(card, origin=press.card_id if same else "", sheet=quick)
    return Sheet(entry) if quick else Top(entry)


def _replace(thread: Thread, press: Press, card: Card, *, quick: bool) -> list[Change]:
    entry = thread.find(press.card_id)
    target = thread.find(entry.origin) if entry is not None and entry.origin else entry
    if entry is not None and target is None:
        thread.swapped[entry.origin] = card  # a letter's own form
        thread.entries.remove(entry)
        return [Close(), Swap(entry.origin, card)]
    if entry is None or target is None:
        thread.swapped[press.card_id] = card
        return [Swap(press.card_id, card)] if quick else [Top(thread.add(card))]
    target.card = card
    if target is not entry:
        thread.entries.remove(entry)
        return [Close() if entry.sheet else Top(target), _shown(target)]
    return [_shown(target)]


def _shown(entry: Entry) -> Change:
    return Sheet(entry) if entry.sheet else Swap(entry.id, entry.card)
