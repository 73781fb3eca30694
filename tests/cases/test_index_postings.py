"""BM25 over parts that do not change: as if all rows had come at once, whatever was merged when."""

from __future__ import annotations

import numpy as np
import pytest

from cases.index import frozen, postings
from cases.index.postings import Postings
from cases.index.terms import Leg

ONE_LEG = {"words": Leg(0.6, 0.75, 2)}


def told(own: Postings, asked: dict[str, float]) -> np.ndarray:
    return own.scores(own.ask({"words": asked}), np.arange(len(own)))[0]


def append(own: Postings, counts: dict[str, int]) -> None:
    own.append({"words": counts}, {"words": sum(counts.values())})


def test_frozen_and_new_rows_are_scored_as_if_all_were_new(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(postings, "ADDED", 9)
    split, whole = Postings(ONE_LEG), Postings(ONE_LEG)
    for number in range(60):
        counts = {"often": 1 + number % 3, f"rare{number % 11}": 1 + 2 * (number == 3), "always": 1}
        append(split, counts)
        append(whole, counts)
        if number in (20, 45):
            split.freeze()
    asked = {"often": 1.0, "rare3": 2.0, "nowhere": 1.0, "always": 1.0}
    assert np.allclose(told(split, asked), told(whole, asked), rtol=1e-6)
    assert np.allclose(told(split, {"often": 1.0}), told(whole, {"often": 1.0}), rtol=1e-6)
    one, other = split.ask({"words": asked}), whole.ask({"words": asked})
    assert one.telling.tolist() == other.telling.tolist() == [True, True, False, False]
    some, both = np.array([0, 3, 59]), np.array([0, 1])
    assert split.weight(one, 0) == pytest.approx(whole.weight(other, 0))
    assert np.allclose(split.table(one, some, both), whole.table(other, some, both))
    assert (split.table(one, some, both) > 0).tolist() == [[True] * 3, [False, True, False]]
    moved = np.where(np.arange(60) % 2, np.arange(60) // 2, -1).astype(np.int32)
    split.close(moved)
    assert len(split) == 30
    assert (told(split, {"rare3": 1.0}) > 0).tolist() == [n % 11 == 3 for n in range(1, 60, 2)]


def test_each_leg_has_its_own_terms_lengths_and_scores() -> None:
    both = Postings({"words": Leg(0.6, 0.75, 20), "themes": Leg(1.2, 0.5, 1)})
    for number in range(40):
        both.append(
            {"words": {"same": 1 + number % 2}, "themes": {"same": 1} if number < 4 else {}},
            {"words": 2 + number, "themes": 1},
        )
    alone = Postings({"themes": Leg(1.2, 0.5, 1)})
    for number in range(40):
        alone.append({"themes": {"same": 1} if number < 4 else {}}, {"themes": 1})
    asked = both.ask({"words": {"same": 1.0}, "themes": {"same": 1.0}})
    words, themes = both.scores(asked, np.arange(40))
    assert (words > 0).all()
    assert words[1] > words[0] > words[38]
    (expected,) = alone.scores(alone.ask({"themes": {"same": 1.0}}), np.arange(40))
    assert np.array_equal(themes, expected)
    assert both.weight(asked, 1) > both.weight(asked, 0)


def test_rows_that_come_between_questions_lie_in_few_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postings, "SMALL", 2)
    monkeypatch.setattr(postings, "TAIL", 64)
    single, bulk = Postings(ONE_LEG), Postings(ONE_LEG)
    asked = {"often": 1.0, "rare3": 2.0}
    for number in range(130):
        counts = {"often": 1, f"rare{number % 11}": 300 if number == 3 else 1}
        append(single, counts)
        append(bulk, counts)
        assert (told(single, asked) > 0).tolist() == [True] * (number + 1)
        assert len(single._parts) <= 8
    assert [len(part) for part in bulk._parts] == [128]
    first, copy = told(bulk, asked), bulk.copy()
    assert np.argsort(-first, kind="stable")[:2].tolist() == [3, 14]
    assert np.allclose(first, told(single, asked), rtol=1e-6)
    append(bulk, {"rare3": 1})
    assert (len(copy), len(bulk)) == (130, 131)
    assert told(copy, asked).tolist() == first.tolist()


def test_two_terms_with_one_key_are_one_term(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = frozen.hashed
    monkeypatch.setattr(frozen, "hashed", lambda term: alone("x" if term in "xyz" else term))
    own = Postings(ONE_LEG)
    for number in range(60):
        append(own, {"x": 1, "y": 2, f"rare{number % 7}": 1})
        assert len(told(own, {"z": 1.0, "rare3": 1.0})) == number + 1
    assert np.argmax(told(own, {"rare3": 1.0, "y": 0.1})) % 7 == 3
