"""The engine of the sentence rules: a rule fires where all its cues meet in one sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from cases.guard.findings import Finding, finding
from cases.guard.lexicon import pattern, rules
from cases.guard.morphemes import Reading
from cases.vocabulary import Decision

Place = tuple[int, int]

_CLAUSE_EDGE = re.compile(
    r"[、,「」『』()。!?;:→\n]|と(?=言|話|伝|お伝|お話|説明|背中|吹き込|紹介し|書い|大きく|先生に)"
)
# A clause is kept whole up to this many characters beyond its cues on each side; English words
# carry less in a character.
_MARGIN_JA, _MARGIN_EN = 16, 40


@dataclass(frozen=True, slots=True)
class Cue:
    """A rule of domain.md §7: every pattern of `all_of` in one sentence, none of `unless`."""

    rule: str
    all_of: tuple[re.Pattern[str], ...]
    unless: re.Pattern[str] | None
    action: Decision | None


@cache
def cues(table: str) -> tuple[Cue, ...]:
    """The cues of a table of the rules file; within one rule the order is the priority."""
    return tuple(
        Cue(
            row["rule"],
            tuple(pattern(text) for text in row["all_of"]),
            pattern(row["unless"]) if "unless" in row else None,
            Decision(row["action"]) if "action" in row else None,
        )
        for row in rules()[table]
    )


def fire(table: str, reading: Reading, sentence: Place, text: str) -> list[Finding]:
    """The findings of one sentence, one a rule; `text` is what the patterns read."""
    found: dict[str, Finding] = {}
    for cue in cues(table):
        if cue.rule in found:
            continue
        span = _meeting(cue, text, sentence)
        if span is not None:
            start, end = clause(reading.text, span, sentence)
            found[cue.rule] = finding(cue.rule, start, end, cue.action)
    return list(found.values())


def _meeting(cue: Cue, text: str, sentence: Place) -> Place | None:
    """The hull of the cues, each taken as near to the ones before as it comes."""
    if cue.unless is not None and cue.unless.search(text, *sentence):
        return None
    hull: Place | None = None
    for needed in cue.all_of:
        places = [m.span() for m in needed.finditer(text, *sentence)]
        if not places:
            return None
        hull = places[0] if hull is None else _nearest_joined(hull, places)
    return hull


def _nearest_joined(hull: Place, places: list[Place]) -> Place:
    start, end = hull
    nearest = min(places, key=lambda p: max(p[0] - end, start - p[1]))
    return min(start, nearest[0]), max(end, nearest[1])


def clause(text: str, span: Place, sentence: Place) -> Place:
    """The span widened to the edges of its clause, as far as the margin allows."""
    start, end = span
    margin = _MARGIN_EN if text[start:end].isascii() else _MARGIN_JA
    edges = [m.end() for m in _CLAUSE_EDGE.finditer(text, sentence[0], start)]
    left = max(edges[-1] if edges else sentence[0], start - margin)
    edge = _CLAUSE_EDGE.search(text, end, sentence[1])
    right = min(edge.start() if edge else sentence[1], end + margin)
    while left < start and text[left].isspace():
        left += 1
    return left, right
