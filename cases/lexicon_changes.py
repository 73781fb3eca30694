"""The company's own words for the guard: one person proposes, another confirms, effective at once.

A word may be a name, so it is stored sealed. `applied` puts the words in force over what the guard
said: `mask` hides a word, `stop` holds a text, `allow` keeps a word from being masked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cases import audit, rights
from cases.db import Shelf
from cases.errors import BadInput, NotFound, SamePerson
from cases.models.review import LexiconChange
from cases.rights import Action
from cases.seal import KeyRing
from cases.text import clean, fold, is_japanese
from cases.vocabulary import Decision, strictest

if TYPE_CHECKING:  # the first page is there before the guard
    from cases.guard import Checked, Verdict

DOES = ("mask", "allow", "stop")
RULE = "company_word"
PROPOSED, IN_FORCE, REFUSED = "proposed", "in_force", "refused"
LIMIT = (2, 40)  # characters of a word: one alone would hide half of every text
MASKS = ("[withheld]", "〔伏せた語〕")  # English, Japanese


@dataclass(frozen=True, slots=True)
class Words:
    """The words in force, folded. `version`: how many changes were confirmed."""

    version: int = 0
    mask: frozenset[str] = frozenset()
    allow: frozenset[str] = frozenset()
    stop: frozenset[str] = frozenset()


NO_WORDS = Words()


@dataclass(frozen=True, slots=True)
class Change:
    """A change with its word opened: for reviewers' eyes, never for a message that is stored."""

    row: LexiconChange
    word: str


async def propose(
    shelf: Shelf, ring: KeyRing, word: str, does: str, *, adds: bool = True
) -> LexiconChange:
    """Proposes a word; nothing changes before another person confirms it.

    Raises NotAllowed, or BadInput for a word of one character or over 40, or an unknown `does`.
    """
    rights.need(shelf, Action.LEXICON)
    word = clean(word)
    if does not in DOES or not LIMIT[0] <= len(word) <= LIMIT[1]:
        raise BadInput("word")
    row = LexiconChange(company_id=shelf.scope.company_id, does=does, adds=adds, state=PROPOSED)
    row.word, row.version = ring.seal_json(word, shelf.scope.company_id), 0
    row.proposed_by, row.proposed_at = shelf.scope.me, shelf.now
    shelf.reviews.add(row)
    await shelf.cases.flush()
    await audit.record(shelf, "lexicon.propose", row.id)
    return row


async def decide(shelf: Shelf, change_id: str, *, confirm: bool) -> LexiconChange:
    """Another person's word. Raises SamePerson for the one who proposed it (who may refuse it)."""
    rights.need(shelf, Action.LEXICON, change_id)
    row = await shelf.reviews.change(change_id)
    if row is None or row.state != PROPOSED:
        raise NotFound
    if confirm and row.proposed_by == shelf.scope.me:
        raise SamePerson("lexicon")
    row.state = IN_FORCE if confirm else REFUSED
    row.decided_by, row.decided_at = shelf.scope.me, shelf.now
    if confirm:
        row.version = 1 + max(one.version for one in await shelf.reviews.changes())
    await audit.record(shelf, "lexicon.confirm" if confirm else "lexicon.refuse", row.id)
    return row


async def changes(shelf: Shelf, ring: KeyRing) -> list[Change]:
    """All changes, oldest first, opened. Raises NotAllowed for all but reviewers."""
    rights.need(shelf, Action.LEXICON)
    return [Change(row, ring.open_json(row.word, row.company_id)) for row in await _rows(shelf)]


async def in_force(shelf: Shelf, ring: KeyRing) -> Words:
    """The words of the company as they are now: its confirmed changes in their order."""
    rows = [row for row in await _rows(shelf) if row.state == IN_FORCE]
    if not rows:
        return NO_WORDS
    sets: dict[str, set[str]] = {does: set() for does in DOES}
    for row in sorted(rows, key=lambda row: row.version):
        word = fold(ring.open_json(row.word, row.company_id))
        for does in DOES:
            sets[does].discard(word)
        if row.adds:
            sets[row.does].add(word)
    version = max(row.version for row in rows)
    return Words(version, *(frozenset(sets[does]) for does in DOES))


async def _rows(shelf: Shelf) -> list[LexiconChange]:
    return list(await shelf.reviews.changes())


def applied(checked: Checked, texts: Mapping[str, str], words: Words) -> Checked:
    """The guard's word with the company's words to mask and to stop over it."""
    if not words.mask and not words.stop:
        return checked
    from cases.guard import Checked

    verdicts = {
        key: _verdict(verdict, texts[key], words) for key, verdict in checked.verdicts.items()
    }
    masked = {key: one.masked for key, one in verdicts.items()}
    return Checked(strictest([one.decision for one in verdicts.values()]), verdicts, masked)


def hidden(text: str, words: Words) -> str:
    """The text without the words to mask."""
    shown = MASKS[is_japanese(text)]
    for start, end in reversed(list(_places(text, words.mask))):
        text = text[:start] + shown + text[end:]
    return text


def _verdict(verdict: Verdict, text: str, words: Words) -> Verdict:
    from cases.guard import Finding

    found = [Finding(RULE, Decision.HOLD, start, end) for start, end in _places(text, words.stop)]
    shown = MASKS[is_japanese(text)]
    taken = [(one.start, one.end) for one in verdict.findings if one.action is Decision.MASK]
    for start, end in _places(text, words.mask):
        if not any(start < last and first < end for first, last in taken):
            found.append(Finding(RULE, Decision.MASK, start, end, shown))
    masked = hidden(verdict.masked, words)
    if not found and masked == verdict.masked:
        return verdict
    findings = tuple(sorted((*verdict.findings, *found), key=lambda one: (one.start, one.end)))
    decision = strictest([verdict.decision, *(one.action for one in found)])
    return replace(verdict, decision=decision, findings=findings, masked=masked)


def _places(text: str, words: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Where the words stand, longest first, whatever their width and case; never overlapping."""
    if not words:
        return
    from cases.guard.offsets import fold as placed

    longest = sorted(words, key=len, reverse=True)
    pattern = re.compile("|".join(re.escape(word) for word in longest))
    folded = placed(text)
    for match in pattern.finditer(folded.text.lower()):
        yield folded.given(*match.span())
