"""The engine of the sentence rules: a rule fires where all its cues meet in one sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from cases.guard.findings import Finding, finding
from cases.guard.morphemes import Reading
from cases.vocabulary import Decision

_CLAUSE_EDGE = "、,「」『』()。!?;:：→\n"
# A clause that is much longer than its cues would blame innocent words: the cues alone are kept.
_LONGEST_MARGIN = 14


@dataclass(frozen=True, slots=True)
class Cue:
    """A rule of domain.md §7: every pattern of `all_of` in one sentence, none of `unless`."""

    rule: str
    all_of: tuple[re.Pattern[str], ...]
    unless: re.Pattern[str] | None = None
    action: Decision | None = None


def cue(rule: str, *all_of: str, unless: str = "", action: Decision | None = None) -> Cue:
    """A cue from pattern texts; letters of either case."""
    return Cue(
        rule,
        tuple(re.compile(pattern, re.IGNORECASE) for pattern in all_of),
        re.compile(unless, re.IGNORECASE) if unless else None,
        action,
    )


def fire(
    cues: Iterable[Cue], reading: Reading, sentence: tuple[int, int], text: str
) -> list[Finding]:
    """The findings of one sentence; `text` is the folded text, blanked where a rule wants it.

    Of the cues of one rule only the first that fires counts in a sentence.
    """
    found: dict[str, Finding] = {}
    for each in cues:
        if each.rule in found:
            continue
        span = _meeting(each, text, sentence)
        if span is not None:
            start, end = clause(reading.text, span, sentence)
            found[each.rule] = finding(each.rule, start, end, each.action)
    return list(found.values())


def _meeting(each: Cue, text: str, sentence: tuple[int, int]) -> tuple[int, int] | None:
    """The hull of the cues, each taken as near to the first one as it comes."""
    if each.unless is not None and each.unless.search(text, *sentence):
        return None
    first = each.all_of[0].search(text, *sentence)
    if first is None:
        return None
    start, end = first.span()
    for pattern in each.all_of[1:]:
        matches = list(pattern.finditer(text, *sentence))
        if not matches:
            return None
        nearest = min(matches, key=lambda m: max(m.start() - end, start - m.end()))
        start, end = min(start, nearest.start()), max(end, nearest.end())
    return start, end


def clause(text: str, span: tuple[int, int], sentence: tuple[int, int]) -> tuple[int, int]:
    """The span widened to the edges of its clause, unless that is far away."""
    start, end = span
    left, right = start, end
    while left > sentence[0] and text[left - 1] not in _CLAUSE_EDGE:
        left -= 1
    while right < sentence[1] and text[right] not in _CLAUSE_EDGE:
        right += 1
    margin = max(_LONGEST_MARGIN, (end - start) // 2)
    if not text[start:end].isascii() or start - left <= margin:
        left = left if start - left <= margin else start
    else:
        left = start
    right = right if right - end <= margin else end
    while left < right and text[left] in " 　":
        left += 1
    return left, right
