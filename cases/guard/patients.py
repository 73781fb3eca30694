"""Cues of one individual patient: identifying details add up within a sentence.

One detail describes many people, several describe one (the academic guideline on case reports
works the same way), so each detail has a weight and a sentence fires at `_ENOUGH`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from cases.guard.cues import Place
from cases.guard.findings import Finding, finding
from cases.guard.lexicon import either, pattern, rules, words
from cases.guard.morphemes import Reading
from cases.vocabulary import Decision

_ENOUGH = 3.0
_COLLEAGUE_DISCOUNT = -1.5
# Two diseases in a row (肺がん、糖尿病) say more than one.
_SECOND_DISEASE_WITHIN = 16
_NAMED = re.compile(r"(?:さん|様|ちゃん|くん|君|氏)(?=[、,(はがのと」]|\s)")
_PERSON_AFTER = re.compile(r"の?(?:方|男性|女性|患者さん|患者|人|お子さん)")


@dataclass(frozen=True, slots=True)
class Detail:
    """One identifying detail: its weight and its place."""

    weight: float
    start: int
    end: int


def patients(reading: Reading) -> list[Finding]:
    """Findings of rule `patient_info`, in places of the folded text."""
    one_patient = pattern(rules()["one_patient"])
    found: list[Finding] = []
    for start, end in reading.sentences():
        details = _details(reading, start, end)
        if sum(d.weight for d in details) >= _ENOUGH:
            found.append(finding("patient_info", *_span(reading.text, details, end)))
        elif story := one_patient.search(reading.text, start, end):
            found.append(finding("patient_info", story.start(), story.end(), Decision.HOLD))
    return found


@cache
def _patterns() -> tuple[tuple[float, re.Pattern[str]], ...]:
    return tuple((row["weight"], either(row["pattern"])) for row in rules()["patient_details"])


def _details(reading: Reading, start: int, end: int) -> list[Detail]:
    """Every identifying detail of a sentence, each kind counted once."""
    details = [
        Detail(weight, *place)
        for weight, each in _patterns()
        if (place := _of_a_patient(each, reading.text, start, end))
    ]
    diseases = _diseases(reading.text, start, end)
    details += diseases
    if diseases and (named := _named(reading, start, end)):
        details.append(Detail(1.5, *named))
    if details and words("colleague").search(reading.text, start, end):
        details.append(Detail(_COLLEAGUE_DISCOUNT, details[0].start, details[0].end))
    return details


def _of_a_patient(each: re.Pattern[str], text: str, start: int, end: int) -> Place | None:
    """The first match that does not describe a doctor or a colleague (60代男性医師)."""
    for m in each.finditer(text, start, end):
        if not words("professional_after").match(text, m.end(), end):
            return m.span()
    return None


def _diseases(text: str, start: int, end: int) -> list[Detail]:
    found = [
        m.span()
        for m in words("disease").finditer(text, start, end)
        if not words("not_disease_after").match(text, m.end())
    ]
    if not found:
        return []
    details = [Detail(1.0, *found[0])]
    if len(found) > 1 and found[1][0] - found[0][1] < _SECOND_DISEASE_WITHIN:
        details.append(Detail(0.5, *found[1]))
    return details


def _named(reading: Reading, start: int, end: int) -> Place | None:
    """A person called by name with さん, 様, くん."""
    for m in _NAMED.finditer(reading.text, start, end):
        token = reading.before(m.start())
        if token is None or len(token.surface) < 2:
            continue
        if token.is_person or token.unknown or m.group() in ("ちゃん", "くん"):
            before = reading.before(token.start)
            first = before if before is not None and before.is_person else token
            return first.start, m.end()
    return None


def _span(text: str, details: list[Detail], sentence_end: int) -> Place:
    """From the first detail to the last one, with the word for the person that follows it."""
    start = min(d.start for d in details)
    end = max(d.end for d in details)
    after = _PERSON_AFTER.match(text, end, sentence_end)
    return start, after.end() if after else end
