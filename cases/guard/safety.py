"""Cues of safety information: what happened to a person who used a drug, or a bad product."""

from __future__ import annotations

from cases.guard.cues import fire
from cases.guard.findings import Finding
from cases.guard.lexicon import pattern, rules
from cases.guard.morphemes import Reading


def safety_events(reading: Reading) -> list[Finding]:
    """Findings of `adverse_event` and `quality_complaint`, in places of the folded text.

    A symptom that is a subject of study (下痢対策の資材) is blanked first; the rest is scanned.
    """
    return _fired("safety", reading)


def event_questions(reading: Reading) -> list[Finding]:
    """What stops a search question: 「80代で転倒した例ある?」 asks for an event or a person."""
    return _fired("search", reading)


def _fired(table: str, reading: Reading) -> list[Finding]:
    topic = pattern(rules()["topic"])
    text = topic.sub(lambda m: "＿" * len(m.group()), reading.text)
    return [f for sentence in reading.sentences() for f in fire(table, reading, sentence, text)]
