"""What the guard's word means for a draft: the author's answers count, the strictest rule wins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cases import fields
from cases.guard import Checked, Finding
from cases.vocabulary import Decision, strictest

PASSES = frozenset({Decision.PUBLISH, Decision.SOFT_REVIEW, Decision.WARN, Decision.MASK})
# The conduct rules: compliance sees the text even when the post is blocked (domain.md §4).
OVERRULED = "overruled"
CONDUCT = frozenset({"off_label", "quid_pro_quo", "chart_access"})


def down() -> Checked:
    """The guard's word when it cannot run: nothing passes (fail closed)."""
    return Checked(Decision.HOLD, {}, {})


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
    found = [finding for verdict in checked.verdicts.values() for finding in verdict.findings]
    if not found:
        return checked.decision
    answers = _answers(raw)
    return strictest([_decided(finding, answers) for finding in found])


def _decided(finding: Finding, answers: Mapping[str, Any]) -> Decision:
    if finding.action is not Decision.ASK or finding.rule not in answers:
        return finding.action
    if not answers[finding.rule]:
        return Decision.PUBLISH
    return Decision.ROUTE_TO_SAFETY if finding.rule == "adverse_event" else Decision.HOLD


def rules_of(checked: Checked) -> list[str]:
    """The rules that fired: each once, in the order of the text."""
    found = [finding for verdict in checked.verdicts.values() for finding in verdict.findings]
    return list(dict.fromkeys(finding.rule for finding in found))


def rules_behind(checked: Checked, decision: Decision, raw: Mapping[str, Any]) -> list[str]:
    """The rules that made the decision, the author's answers counted."""
    found = [finding for verdict in checked.verdicts.values() for finding in verdict.findings]
    answers = _answers(raw)
    return list(dict.fromkeys(f.rule for f in found if _decided(f, answers) is decision))


def masked_words(raw: Mapping[str, Any], checked: Checked) -> list[str]:
    """The words that were masked as names or facilities, as typed: for the author alone."""
    texts = fields.texts(raw)
    return [
        texts[key][finding.start : finding.end]
        for key, verdict in checked.verdicts.items()
        for finding in verdict.findings
        if finding.action is Decision.MASK and finding.rule != "contact"
    ]
