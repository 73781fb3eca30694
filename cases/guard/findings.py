"""What the guard says: a finding, a verdict on one text, and a verdict on the fields of a case."""

from __future__ import annotations

from dataclasses import dataclass

from cases.vocabulary import Decision


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where a rule fired.

    `rule` is a key of domain.md §4; start and end count code points, end exclusive;
    `suggestion` is what the place is replaced by when the action is `mask`; `looked` is True where
    no rule fired and the second look asks or holds by likeness alone.
    """

    rule: str
    action: Decision
    start: int
    end: int
    suggestion: str = ""
    looked: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """One text checked: the strictest action, every finding, and the text without names."""

    decision: Decision
    findings: tuple[Finding, ...]
    masked: str


@dataclass(frozen=True, slots=True)
class Checked:
    """The fields of one case checked together: one letter per surname over all fields."""

    decision: Decision
    verdicts: dict[str, Verdict]
    masked: dict[str, str]


ACTIONS: dict[str, Decision] = {
    "adverse_event": Decision.ROUTE_TO_SAFETY,
    "quality_complaint": Decision.ROUTE_TO_SAFETY,
    "patient_info": Decision.BLOCK,
    "chart_access": Decision.BLOCK,
    "hcp_sensitive": Decision.BLOCK,
    "quid_pro_quo": Decision.BLOCK,
    "off_label": Decision.HOLD,
    "off_label_handled": Decision.SOFT_REVIEW,
    "disparagement": Decision.HOLD,
    "exaggeration": Decision.HOLD,
    "unapproved_material": Decision.HOLD,
    "gift": Decision.HOLD,
    "meal": Decision.WARN,
    "confidential": Decision.HOLD,
    "msl_line": Decision.HOLD,
    "hcp_name": Decision.MASK,
    "facility_name": Decision.MASK,
    "contact": Decision.MASK,
    "rx_outcome": Decision.WARN,
    "peer_shaming": Decision.WARN,
}


def finding(rule: str, start: int, end: int, action: Decision | None = None) -> Finding:
    """A finding with the rule's own action (domain.md §4) unless another is given."""
    return Finding(rule, action or ACTIONS[rule], start, end)
