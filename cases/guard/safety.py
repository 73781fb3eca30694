"""Cues of safety information: something that happened to a person who used a drug, or a bad product."""

from __future__ import annotations

from cases.guard.cues import fire
from cases.guard.findings import Finding
from cases.guard.lexicon import pattern, rules
from cases.guard.morphemes import Reading


def safety_events(reading: Reading) -> list[Finding]:
    """Findings of `adverse_event` and `quality_complaint`, in places of the folded text.

    A symptom that is a subject of study (下痢対策の資材) is blanked first; the rest is scanned.
    """
    topic = pattern(rules()["topic"])
    text = topic.sub(lambda m: "＿" * len(m.group()), reading.text)
    found: list[Finding] = []
    for sentence in reading.sentences():
        found.extend(fire("safety", reading, sentence, text))
    return found
