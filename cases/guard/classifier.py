"""The optional third layer: any token- or text-classification model through transformers.

Off unless a company names one (`HITOTSUBU_GUARD_MODEL`). Names it finds are masked, all else is
asked about or held; it never clears anything. A model from a hub never runs code of its own. A
model that cannot be loaded or run closes the guard: nothing is published, drafts are kept.
"""

from __future__ import annotations

import re
import threading
from typing import Any

from cases.errors import GuardDown
from cases.guard.cues import Place
from cases.guard.findings import ACTIONS, Finding, finding
from cases.guard.morphemes import Reading
from cases.vocabulary import Decision

SURE = 0.8  # probability from which a model's word counts
_WINDOW = 200  # characters at once: below the 512 tokens that such models read
# What makers of models call these things; a label may also be a rule's own key.
_LABELS = {
    "hcp_name": "per person per_name name doctor physician hcp 人名",
    "facility_name": "org fac facility hospital organization institution 組織名 施設名 その他の組織名",
    "contact": "email phone tel contact address",
    "adverse_event": "ae ade adr adverse_drug_event adverse_drug_reaction side_effect",
    "patient_info": "phi patient patient_id",
}
_RULES = {word: rule for rule, names in _LABELS.items() for word in names.split()}
_NAMES = ("hcp_name", "facility_name", "contact")
_HELD = ("off_label", "disparagement", "patient_info", "gift", "quid_pro_quo")

_lock = threading.Lock()
_named = ""
_loaded: dict[str, Any] = {}


def use_model(name: str) -> None:
    """The model of this process by name or folder; an empty name switches the layer off."""
    global _named  # one guard per process, named once at its start
    _named = name


def model_in_use() -> str:
    """The name given to `use_model`; empty when the layer is off."""
    return _named


def classified(reading: Reading, found: list[Finding]) -> list[Finding]:
    """What the model adds to the findings so far; nothing when the layer is off.

    Raises GuardDown when the model cannot be loaded, has no label that is known, or fails.
    """
    if not _named:
        return []
    try:
        said = [s for place in _windows(reading) for s in _said(_model(), reading.text, place)]
    except GuardDown:
        raise
    except Exception as error:  # any model by any maker: whatever it raises, nothing is published
        raise GuardDown(type(error).__name__) from error
    return [f for f in said if not any(_same(f, known) for known in found)]


def rule_of(label: str) -> str:
    """The rule that a model's label stands for: B-PER, person → hcp_name; empty when unknown."""
    word = re.sub(r"^[BIESLU]-", "", label).strip().lower().replace(" ", "_").replace("-", "_")
    return word if word in ACTIONS else _RULES.get(word, "")


def _model() -> Any:
    with _lock:
        if _named not in _loaded:
            _loaded[_named] = _load(_named)
        return _loaded[_named]


def _load(name: str) -> Any:
    from transformers import AutoConfig, pipeline  # imports torch, about 9 s; only where named

    config = AutoConfig.from_pretrained(name, trust_remote_code=False)  # nosec B615  # as named
    if not any(rule_of(str(label)) for label in config.id2label.values()):
        raise GuardDown("no label of the guard's model is known")
    by_token = any(a.endswith("ForTokenClassification") for a in config.architectures or ())
    if by_token:
        return pipeline(
            "token-classification",
            model=name,
            aggregation_strategy="simple",
            trust_remote_code=False,
        )
    return pipeline("text-classification", model=name, top_k=None, trust_remote_code=False)


def _windows(reading: Reading) -> list[Place]:
    return [
        (start, min(start + _WINDOW, end))
        for begin, end in reading.sentences()
        for start in range(begin, end, _WINDOW)
    ]


def _said(model: Any, text: str, place: Place) -> list[Finding]:
    start, end = place
    by_token = model.task == "token-classification"
    rows = model(text[start:end]) if by_token else model([text[start:end]], truncation=True)[0]
    said = []
    for row in rows:
        rule = rule_of(str(row.get("entity_group", row.get("label", ""))))
        if not rule or row["score"] < SURE:
            continue
        a, b = (start + row["start"], start + row["end"]) if by_token else place
        said.append(_finding(rule, a, b))
    return said


def _finding(rule: str, start: int, end: int) -> Finding:
    action = Decision.HOLD if rule in _HELD else Decision.ASK
    return finding(rule, start, end, Decision.MASK if rule in _NAMES else action)


def _same(one: Finding, known: Finding) -> bool:
    """The place is masked or stopped for this reason already."""
    names = one.rule in _NAMES and known.rule in _NAMES
    return (names or one.rule == known.rule) and one.start < known.end and known.start < one.end
