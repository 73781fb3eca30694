"""What the guard's word means for a draft: the author's answers count, the strictest rule wins."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cases import fields, places
from cases.text import content_hash
from cases.vocabulary import Decision, strictest

if TYPE_CHECKING:  # the jobs read this at the start, and the guard takes long to import
    from cases.guard import Checked, Finding

PASSES = frozenset({Decision.PUBLISH, Decision.SOFT_REVIEW, Decision.WARN, Decision.MASK})
OVERRULED = "overruled"  # the action of a finding that the author put aside
# The conduct rules: compliance sees the text even when the post is blocked (domain.md §4).
CONDUCT = frozenset({"off_label", "quid_pro_quo", "chart_access"})
SAFETY = frozenset({"adverse_event", "quality_complaint"})
# What a reviewer's word can undo; a block stays a block (domain.md §4).
CLEARABLE = frozenset({Decision.HOLD, Decision.ROUTE_TO_SAFETY})


@dataclass(frozen=True, slots=True)
class Place:
    """A masked facility: its name as typed, its mask, and the key of type and size if said."""

    name: str
    mask: str
    key: str


def down() -> Checked:
    """The guard's word when it cannot run: nothing passes (fail closed)."""
    from cases.guard import Checked

    return Checked(Decision.HOLD, {}, {})


def is_down(checked: Checked) -> bool:
    """True for what `down` gives: a hold that no rule explains."""
    return checked.decision is Decision.HOLD and not checked.verdicts


def answered(raw: Mapping[str, Any], rule: str, *, contains: bool) -> dict[str, Any]:
    """The draft with the author's 「含まれる／含まれない」, which holds for this text only."""
    known = _answers(raw)
    return {**raw, "answers": {"text": fields.text_hash(raw), **known, rule: contains}}


def _answers(raw: Mapping[str, Any]) -> dict[str, Any]:
    """What the author answered about exactly this text; nothing once a word has changed."""
    kept: dict[str, Any] = dict(raw.get("answers") or {})
    return kept if kept.get("text") == fields.text_hash(raw) else {}


def overruled(raw: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the author decided over the guard's word, as findings: words that are no names."""
    kept = bool(raw.get("not_names"))
    return [{"rule": "hcp_name", "action": OVERRULED, "field": ""}] if kept else []


def refuted(raw: Mapping[str, Any]) -> list[str]:
    """The rules that the author says were wrong: 「含まれない」, 「人名ではない」."""
    names = ["hcp_name", "facility_name"] if raw.get("not_names") else []
    return names + [rule for rule, contains in _answers(raw).items() if contains is False]


def flagged(findings: Iterable[Mapping[str, Any]]) -> bool:
    """True for a draft that passes only by its author's word: 「含まれない」, 「人名ではない」."""
    return any(finding["action"] in (Decision.ASK, OVERRULED) for finding in findings)


def decision_of(checked: Checked, raw: Mapping[str, Any]) -> Decision:
    """The strictest finding; a question that the author answered is decided by the answer."""
    found = _outcomes(checked, raw)
    return strictest([decision for _, decision in found]) if found else checked.decision


def cleared(raw: Mapping[str, Any], rules: Collection[str]) -> dict[str, Any]:
    """The draft after a person read it and cleared these rules: for its fields as they are now.

    What another queue cleared for the same texts stays cleared.
    """
    hashes = sorted(content_hash(text) for text in fields.texts(raw).values())
    before: dict[str, Any] = dict(raw.get("cleared") or {})
    known = before["rules"] if before.get("texts") == hashes else ()
    return {**raw, "cleared": {"rules": sorted({*known, *rules}), "texts": hashes}}


def _cleared_of(raw: Mapping[str, Any], text: str) -> set[str]:
    """The rules that a reviewer cleared for exactly this text of a field."""
    seen: dict[str, Any] = dict(raw.get("cleared") or {})
    return set(seen.get("rules", ())) if content_hash(text) in seen.get("texts", ()) else set()


def conduct(checked: Checked, raw: Mapping[str, Any]) -> list[str]:
    """The conduct rules that stand: neither answered with 「含まれない」 nor cleared before."""
    answers, texts = _answers(raw), fields.texts(raw)
    found = []
    for key, verdict in checked.verdicts.items():
        cleared_rules = _cleared_of(raw, texts.get(key, ""))
        for one in verdict.findings:
            decision = _decided(one, answers, cleared_rules)
            if one.rule in CONDUCT - cleared_rules and decision is not Decision.PUBLISH:
                found.append(one.rule)
    return list(dict.fromkeys(found))


def _outcomes(checked: Checked, raw: Mapping[str, Any]) -> list[tuple[Finding, Decision]]:
    """What each finding comes to with the author's answers and a reviewer's word."""
    answers, texts = _answers(raw), fields.texts(raw)
    found = []
    for key, verdict in checked.verdicts.items():
        rules = _cleared_of(raw, texts.get(key, ""))
        found += [(one, _decided(one, answers, rules)) for one in verdict.findings]
    return found


def _decided(finding: Finding, answers: Mapping[str, Any], cleared_rules: set[str]) -> Decision:
    decision = finding.action
    if decision is Decision.ASK and finding.rule in answers:
        if not answers[finding.rule]:
            return Decision.PUBLISH
        safety = finding.rule == "adverse_event"
        decision = Decision.ROUTE_TO_SAFETY if safety else Decision.HOLD
    released = finding.rule in cleared_rules and decision in CLEARABLE
    return Decision.PUBLISH if released else decision


def rules_of(checked: Checked) -> list[str]:
    """The rules that fired: each once, in the order of the text."""
    found = [finding for verdict in checked.verdicts.values() for finding in verdict.findings]
    return list(dict.fromkeys(finding.rule for finding in found))


def rules_behind(checked: Checked, decision: Decision, raw: Mapping[str, Any]) -> list[str]:
    """The rules that made the decision, the author's answers counted."""
    found = _outcomes(checked, raw)
    return list(dict.fromkeys(finding.rule for finding, made in found if made is decision))


def masked_words(raw: Mapping[str, Any], checked: Checked) -> list[str]:
    """The words that were masked as names or facilities, as typed: for the author alone."""
    texts = fields.texts(raw)
    return [
        texts[key][finding.start : finding.end]
        for key, verdict in checked.verdicts.items()
        for finding in verdict.findings
        if finding.action is Decision.MASK and finding.rule != "contact"
    ]


def places_of(raw: Mapping[str, Any], checked: Checked) -> list[Place]:
    """The masked facilities in the order of the text. `name` is for the author alone."""
    texts = fields.texts(raw)
    masks = {
        texts[key][finding.start : finding.end]: finding.suggestion
        for key, verdict in checked.verdicts.items()
        for finding in verdict.findings
        if finding.rule == "facility_name" and finding.suggestion
    }
    said = raw.get("places") or {}
    return [Place(one, masks[one], places.chosen(one, said)) for one in places.distinct(masks)]
