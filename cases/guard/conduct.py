"""Cues of conduct and wording: off-label, favours, gifts, rivals, boasts, material, prices, MSL."""

from __future__ import annotations

from cases.guard.cues import Place, fire
from cases.guard.findings import Finding, finding
from cases.guard.lexicon import words
from cases.guard.morphemes import Reading


def conduct(reading: Reading) -> list[Finding]:
    """Findings of the conduct and wording rules, in places of the folded text."""
    found: list[Finding] = []
    for sentence in reading.sentences():
        fired = fire("conduct", reading, sentence, reading.text)
        kinds = {f.rule for f in fired}
        if "quid_pro_quo" in kinds:  # the favour says it all
            fired = [f for f in fired if f.rule not in ("gift", "rx_outcome")]
        found.extend(fired)
        if "off_label" not in kinds and (handled := _handled(reading.text, sentence)):
            found.append(handled)
    return found


def _handled(text: str, sentence: Place) -> Finding | None:
    """An off-label question that was passed on, not answered: shared, and looked at afterwards."""
    asked = words("unapproved").search(text, *sentence)
    passed_on = words("handled").search(text, *sentence)
    if asked is None or passed_on is None or words("gave_anyway").search(text, *sentence):
        return None
    return finding("off_label_handled", asked.start(), asked.end())
