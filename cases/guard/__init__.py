"""The one place where text is checked: cues first, a semantic second look after, masks at the end.

Pure functions, no database. `check` never raises for any text. An encoder that fails raises
`GuardDown` instead: its caller keeps the draft and publishes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from cases.embedding import Embedder
from cases.guard.classifier import classified, model_in_use, use_model
from cases.guard.conduct import conduct
from cases.guard.contacts import contacts
from cases.guard.facilities import facilities
from cases.guard.findings import Checked, Finding, Verdict
from cases.guard.masking import MASKED, Masks, apply, leftovers, with_suggestions
from cases.guard.messages import Message, message
from cases.guard.morphemes import Reading, read
from cases.guard.names import names
from cases.guard.patients import patients
from cases.guard.safety import event_questions, safety_events
from cases.guard.second_look import second_look, warm
from cases.text import fold
from cases.vocabulary import Decision, strictest

__all__ = [
    "RULES_VERSION",
    "Checked",
    "Finding",
    "Message",
    "Verdict",
    "check",
    "check_fields",
    "message",
    "model_in_use",
    "refuses_search",
    "use_model",
    "warm",
]

RULES_VERSION = "2026.11.6"
"""Changes with every rule, anchor or threshold; stored with each verdict."""

_REFUSED_IN_SEARCH = ("adverse_event", "patient_info", "chart_access", "quality_complaint")
_RULES = (names, facilities, contacts, patients, safety_events, conduct)


def check(text: str, embedder: Embedder | None = None) -> Verdict:
    """Check one text; without an embedder the rules run alone."""
    return check_fields({"text": text}, embedder).verdicts["text"]


def check_fields(
    values: Mapping[str, str],
    embedder: Embedder | None = None,
    *,
    keep: Collection[str] = (),
    places: Mapping[str, str] | None = None,
) -> Checked:
    """Check the fields of one case; the same surname gets the same letter in all of them.

    `keep`: words that the author said are no names (「人名ではない」); they are not masked.
    `places`: facilities whose type and size the author said, as keys of the vocabulary.
    """
    readings = {key: read(text) for key, text in values.items()}
    found = {
        key: _kept_out(_found(reading, embedder), reading, keep)
        for key, reading in readings.items()
    }
    taken = frozenset(found.group()[-1] for found in MASKED.finditer(" ".join(values.values())))
    masks = Masks(taken=taken, places=places or {})
    suggested = {
        key: with_suggestions(_as_given(readings[key], found[key]), text, masks)
        for key, text in values.items()
    }
    for key, text in values.items():
        extra = leftovers(readings[key], found[key], masks)
        suggested[key] += with_suggestions(_as_given(readings[key], extra), text, masks)
    verdicts = {key: _verdict(text, suggested[key], masks) for key, text in values.items()}
    return Checked(
        strictest([v.decision for v in verdicts.values()]),
        verdicts,
        {key: v.masked for key, v in verdicts.items()},
    )


def refuses_search(query: str, embedder: Embedder | None = None) -> str:
    """The rule that stops a search question, or an empty string (decision 36).

    Only questions about one patient or about an event are refused; names in a question are not a
    reason: the caller searches with the masked text.
    """
    reading = read(query)
    for f in [*event_questions(reading), *_found(reading, embedder)]:
        if f.rule in _REFUSED_IN_SEARCH:
            return f.rule
    return ""


def _found(reading: Reading, embedder: Embedder | None) -> list[Finding]:
    """All findings in places of the folded text, in order, without doubles."""
    found = [f for rule in _RULES for f in rule(reading)]
    if embedder is not None:
        found += second_look(reading, found, embedder)
    found += classified(reading, found)
    unique = {(f.rule, f.start, f.end): f for f in reversed(found) if f.start < f.end}
    return sorted(unique.values(), key=lambda f: (f.start, f.end, f.rule))


def _kept_out(found: list[Finding], reading: Reading, keep: Collection[str]) -> list[Finding]:
    """The findings without masks on words that the author keeps."""
    words = {fold(word) for word in keep}
    return [
        f
        for f in found
        if f.action is not Decision.MASK or fold(reading.text[f.start : f.end]) not in words
    ]


def _as_given(reading: Reading, found: list[Finding]) -> list[Finding]:
    placed = []
    for f in found:
        start, end = reading.folded.given(f.start, f.end)
        placed.append(replace(f, start=start, end=end))
    return placed


def _verdict(text: str, found: list[Finding], masks: Masks) -> Verdict:
    ordered = tuple(sorted(found, key=lambda f: (f.start, f.end, f.rule)))
    masked = apply(text, found, masks.surfaces)
    decision = strictest([f.action for f in ordered])
    if decision is Decision.PUBLISH and masked != text:
        decision = Decision.MASK
    return Verdict(decision, ordered, masked)
