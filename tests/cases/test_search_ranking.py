"""Fusion and labels are arithmetic; the floor on the development queries guards the whole."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import search_quality
from cases import question
from cases.index.memory import MemoryIndex
from cases.ranking import Evidence, Match, chance, fuse, match, overall, scaled, sunk, weights
from tests.development import reads_development_texts
from tests.fakes.encoder import bundled


@pytest.fixture(scope="module")
def library() -> MemoryIndex:
    documents = [search_quality.document(row) for row in search_quality.rows("cases.jsonl")]
    return search_quality.filled(documents, bundled())


def test_a_leg_without_spread_adds_nothing() -> None:
    legs = np.array([[1, 1, 1], [0, 1, 3]], dtype=np.float32)
    assert np.allclose(scaled(legs), [[0, 0, 0], [0, 1 / 3, 1]])
    told = np.array([[1, 1, 1], [1, 1, 1], [0, 1, 3]], dtype=np.float32)
    flat = np.ones(3, dtype=np.float32)
    asked = weights(question.read("面会", None), 1.0)
    assert fuse(told, flat, asked).argmax() == 2
    assert fuse(told[:, :0], flat[:0], asked).shape == (0,)


def test_equal_cases_score_the_same_wherever_they_stand() -> None:
    draw = np.random.default_rng(5)
    asked = weights(question.read("面会", None), 1.0)
    for size in range(3, 40):
        legs = draw.random((4, size), dtype=np.float32)
        legs[:, [1, size - 1]] = legs[:, [0, 0]]
        fused = fuse(legs[:3], legs[3], asked)
        assert fused[0] == fused[1] == fused[-1]


def test_chance_letters_of_another_language_count_less() -> None:
    japanese = weights(question.read("面会", None), 1.0)
    english = weights(question.read("meeting", None), 1.0)
    assert english.words < japanese.words
    assert english.sounds == 0


def test_themes_that_say_little_count_little() -> None:
    asked = question.read("面会", None)
    assert weights(asked, 0.1).themes < weights(asked, 0.5).themes < weights(asked, 1.0).themes
    assert weights(asked, 5.0) == weights(asked, 1.0)


def test_more_evidence_is_a_better_chance_and_a_foreign_topic_a_poor_one() -> None:
    weak = Evidence(meaning=0.2, themes=0.2, weight=0.2, words=0.0, outside=False)
    strong = Evidence(meaning=0.5, themes=1.0, weight=1.5, words=0.5, outside=False)
    foreign = Evidence(meaning=0.2, themes=1.0, weight=0.3, words=0.1, outside=True)
    no_vectors = Evidence(meaning=None, themes=1.0, weight=1.5, words=0.5, outside=False)
    assert match(chance(weak)) is Match.NONE
    assert match(chance(strong)) is Match.CLOSE
    assert match(chance(foreign)) is Match.NONE
    assert chance(weak) < chance(no_vectors) < chance(strong)


def test_an_answer_is_as_near_as_the_best_of_its_first_three_hits() -> None:
    assert overall([]) is Match.NONE
    assert overall([0.01, 0.6, 0.0]) is Match.CLOSE
    assert overall([0.01, 0.3, 0.0, 0.9]) is Match.LOOSE


@reads_development_texts
def test_the_development_queries_stay_above_the_floor(library: MemoryIndex) -> None:
    found = list(search_quality.measure(library, bundled()).values())
    assert np.mean([row[1][0] for row in found]) >= 0.65
    assert np.mean([row[1][1] for row in found]) >= 0.75


@reads_development_texts
def test_hopeless_questions_are_called_so_and_others_are_not(library: MemoryIndex) -> None:
    labels = search_quality.labels(library, bundled())
    assert sum(label is Match.NONE for grades, label in labels if not grades) >= 5
    assert sum(label is Match.NONE for grades, label in labels if grades) <= 4


def test_a_stale_hit_comes_behind_all_that_are_as_near() -> None:
    near = ["close", "close", "loose", "loose", "none"]
    assert sunk(near, [False] * 5) == [0, 1, 2, 3, 4]
    assert sunk(near, [True, False, False, False, False]) == [1, 0, 2, 3, 4]
    assert sunk(near, [True, False, True, False, True]) == [1, 0, 3, 2, 4]
    assert sunk(["loose", "close"], [True, True]) == [1, 0]
    assert sunk([], []) == []
