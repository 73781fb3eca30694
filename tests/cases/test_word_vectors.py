"""What single words add to the bundled encoder's vectors, and what it leaves as it was."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from cases.embedding.bundled import SIZE, BundledEncoder
from cases.embedding.word_vectors import (
    DIMENSIONS,
    SEARCH_NAME,
    SEARCH_SIZE,
    SHARE,
    WithWords,
    for_search,
    table,
)
from cases.index.vectors import common_of
from tests.fakes.encoder import FakeEncoder

NOTICE = Path(__file__).parents[2] / "NOTICE"


def alike(one: str, two: str) -> float:
    """The cosine of the words of two texts."""
    first, second = table().of(one), table().of(two)
    assert first is not None
    assert second is not None
    return float(first @ second)


def test_words_that_mean_the_same_are_near_and_others_are_not() -> None:
    assert alike("多忙な先生", "忙しい医師") > 0.5 > 0.2 > alike("多忙な先生", "海辺の天気")
    assert alike("面会を断られる", "面談を拒否された") > alike("面会を断られる", "資料を印刷した")


def test_a_joined_vector_is_the_encoders_and_the_words(encoder: BundledEncoder) -> None:
    texts = ["訪問規制の病院で面会が取れない", "memo"]
    rows = for_search(encoder).encode(texts)
    assert rows.shape == (2, SEARCH_SIZE)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)
    own = rows[:, :SIZE] * np.sqrt(1 + SHARE**2)
    assert np.allclose(own, encoder.encode(texts), atol=1e-6)


def test_a_question_and_a_case_without_known_words_meet_by_the_encoder_alone(
    encoder: BundledEncoder,
) -> None:
    joined, text = for_search(encoder), "qwerty"
    assert table().of(text) is None
    asked, case = joined.encode_query([text])[0], joined.encode([text])[0]
    assert not asked[SIZE : SIZE + DIMENSIONS].any()
    assert np.isclose(asked @ case, 1 / (1 + SHARE**2), atol=1e-6)


def test_any_text_has_a_vector(encoder: BundledEncoder) -> None:
    texts = ["", "🙌" * 50, "\ud800", "面会" * 5_000, "\u202e\x00 ' OR 1=1 --"]
    rows = for_search(encoder).encode_query(texts)
    assert np.isfinite(rows).all()
    assert for_search(encoder).encode([]).shape == (0, SEARCH_SIZE)


def test_another_model_is_asked_as_it_is(encoder: BundledEncoder) -> None:
    other = FakeEncoder()
    assert for_search(other) is other
    assert isinstance(for_search(encoder), WithWords)


def test_what_all_texts_share_is_taken_out_of_the_encoders_part_alone() -> None:
    common = common_of(SEARCH_NAME, SEARCH_SIZE)
    assert common.mean[:SIZE].any()
    assert not common.mean[SIZE:].any()
    assert not common.component[SIZE:].any()


def test_the_authors_of_the_word_vectors_are_named() -> None:
    said = NOTICE.read_text(encoding="utf-8")
    assert "chiVe" in said
    assert "Apache License, Version 2.0" in said
