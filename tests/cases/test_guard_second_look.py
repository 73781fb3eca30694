"""The second look asks or holds and never clears; a broken encoder closes; the floors hold."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import numpy as np
import pytest

from cases.embedding import Vectors
from cases.embedding.bundled import BundledEncoder
from cases.errors import GuardDown
from cases.guard import Verdict, check, check_fields, refuses_search, warm
from cases.guard.second_look import anchors, features, fit, shipped
from cases.vocabulary import Decision, content, strictest
from tests.fakes.encoder import FakeEncoder, bundled

DATA = Path(__file__).parents[2] / "../shared/data"
STOPPED = {Decision.ASK, Decision.MASK, Decision.HOLD, Decision.BLOCK, Decision.ROUTE_TO_SAFETY}


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
def encoder() -> BundledEncoder:
    shared = bundled()
    warm(shared)
    return shared


@pytest.fixture(scope="module")
def verdicts(encoder: BundledEncoder) -> list[tuple[dict, Verdict]]:
    lines = (DATA / "safety.jsonl").read_text(encoding="utf-8").splitlines()[::2]
    return [(row, check(row["text"], encoder)) for row in map(json.loads, lines)]


class Another(FakeEncoder):
    """An encoder that no head is shipped for."""

    name = "another"


def test_an_encoder_without_a_shipped_head_gets_one_that_knows_its_anchors() -> None:
    texts, kinds = anchors()
    head = fit(features(texts[::9], Another()), kinds[::9])
    guessed = head.odds(features(texts[::9], Another())).argmax(axis=1)
    assert (guessed == kinds[::9]).mean() > 0.5
    assert shipped(Another()) is None


def test_the_shipped_head_was_fitted_on_these_anchors(encoder: BundledEncoder) -> None:
    assert shipped(encoder) is not None, "run python -m benchmarks.fit_guard_head"


def test_indirect_talk_of_an_event_is_asked_about(encoder: BundledEncoder) -> None:
    verdict = check("あれ飲ませると食が細くなるね、って言われました", encoder)
    assert verdict.decision in STOPPED
    assert "adverse_event" in {f.rule for f in verdict.findings}


def test_the_second_look_never_clears_and_never_routes(
    encoder: BundledEncoder, verdicts: list[tuple[dict, Verdict]]
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


def test_professional_questions_pass_the_second_look(encoder: BundledEncoder) -> None:
    for query in (
        "副作用マネジメントの説明会の例ある?",
        "訪問規制の厳しい大学病院で、Web講演会のあとのフォローがうまくいった例は?",
        "会えない薬剤部との関係づくり",
        "安全性情報の案内を短期間で終えた営業所は?",
    ):
        assert refuses_search(query, encoder) == ""
    assert refuses_search("80代で転倒した例ある?", encoder) == "adverse_event"


def test_a_long_text_of_any_signs_is_looked_at(encoder: BundledEncoder) -> None:
    assert check("🙌\ud800عربي。" * 1_400, encoder).decision in set(Decision)


def test_no_anchor_repeats_a_run_of_a_development_text() -> None:
    files = ("safety.jsonl", "cases.jsonl", "posts.jsonl", "queries.jsonl")
    evaluation = "".join((DATA / name).read_text(encoding="utf-8") for name in files)
    for sentence in chain.from_iterable(content("guard_anchors.json").values()):
        run = 28 if sentence.isascii() else 14  # characters
        runs = {sentence[i : i + run] for i in range(len(sentence) - run + 1)}
        assert not [r for r in runs if r in evaluation], sentence


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


def test_everyday_cases_are_seldom_stopped(encoder: BundledEncoder) -> None:
    lines = (DATA / "cases.jsonl").read_text(encoding="utf-8").splitlines()[::5]
    fields = ("title", "situation", "action", "result", "tip")
    stopped = [
        check_fields({k: row[k] for k in fields}, encoder).decision in STOPPED
        for row in map(json.loads, lines)
    ]
    assert np.mean(stopped) <= 0.10


def test_the_reflection_prompts_do_not_trip_the_guard(encoder: BundledEncoder) -> None:
    for prompt in content("prompts.json"):
        assert (
            check(prompt["question"] if "question" in prompt else prompt["ja"], encoder).decision
            not in STOPPED
        )
