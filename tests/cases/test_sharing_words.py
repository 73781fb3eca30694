"""What the guard found, as sharing reads it: the strictest open finding, its rules, the masks."""

from __future__ import annotations

from cases import verdicts
from cases.guard import Checked
from cases.guard.findings import Finding, Verdict
from cases.vocabulary import Decision


def found(*findings: Finding) -> Checked:
    decisions = [finding.action for finding in findings]
    strictest = max(decisions, key=list(Decision).index, default=Decision.PUBLISH)
    return Checked(strictest, {"action": Verdict(strictest, findings, "")}, {})


ASKED = Finding("maybe_event", Decision.ASK, 0, 2, "")
MASKED = Finding("doctor_name", Decision.MASK, 0, 4, "")
CONTACT = Finding("contact", Decision.MASK, 5, 8, "")
BLOCKED = Finding("off_label", Decision.BLOCK, 2, 3, "")


def test_a_guard_that_is_down_lets_nothing_pass() -> None:
    assert verdicts.decision_of(verdicts.down(), {}) is Decision.HOLD
    assert Decision.HOLD not in verdicts.PASSES


def test_a_question_that_was_answered_with_no_no_longer_counts() -> None:
    assert verdicts.decision_of(found(ASKED, MASKED), {}) is Decision.MASK
    assert verdicts.decision_of(found(ASKED), {}) is Decision.ASK
    answered = verdicts.answered({"action": "朝に電話した"}, "maybe_event", contains=False)
    assert verdicts.decision_of(found(ASKED), answered) is Decision.PUBLISH


def test_an_answer_holds_for_the_text_it_was_given_for() -> None:
    answered = verdicts.answered({"action": "朝に電話した"}, "maybe_event", contains=False)
    assert verdicts.decision_of(found(ASKED), {**answered, "action": "夕に"}) is Decision.ASK


def test_a_yes_is_held_and_an_event_goes_to_safety() -> None:
    yes = verdicts.answered({"action": "朝に電話した"}, "maybe_event", contains=True)
    assert verdicts.decision_of(found(ASKED), yes) is Decision.HOLD
    assert verdicts.rules_behind(found(ASKED, MASKED), Decision.HOLD, yes) == ["maybe_event"]


def test_no_answer_clears_anything_but_a_question() -> None:
    no = verdicts.answered({"action": "朝に電話した"}, "off_label", contains=False)
    assert verdicts.decision_of(found(BLOCKED, ASKED), no) is Decision.BLOCK


def test_rules_are_named_once() -> None:
    every = found(BLOCKED, BLOCKED, MASKED)
    assert verdicts.rules_of(every) == ["off_label", "doctor_name"]
    assert verdicts.rules_behind(every, Decision.BLOCK, {}) == ["off_label"]


def test_masked_words_are_names_as_typed_and_no_contacts() -> None:
    raw = {"action": "山田先生に03-1に電話"}
    assert verdicts.masked_words(raw, found(MASKED, CONTACT, BLOCKED)) == ["山田先生"]
