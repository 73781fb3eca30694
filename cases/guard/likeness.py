"""How like a sentence is to the anchors of each rule, by the meaning of the whole sentence.

Kernel ridge regression over the sentence's vector and a few vocabulary signs, solved once per
encoder on the project's own anchors. The bundled encoder's head is shipped
(benchmarks/fit_guard_head.py), so no start has to fit it.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cases.embedding import Embedder
from cases.errors import GuardDown
from cases.guard.anchors import KINDS, anchors, sources
from cases.guard.lexicon import pattern, rules
from cases.text import content_hash

Numbers = NDArray[np.float32]

SIGN_WEIGHT = 0.3
RIDGE = 0.05
GRAIN = 127.0  # features are kept in whole 127ths, so that the shipped head is a byte each
POINTS = 4_000  # anchors that a sentence is compared with; all are fitted (Nyström)
_WIDTH = 0.5
_BLOCK = 512  # texts that are compared at once: 8 MB for the points of the shipped head
_UNKNOWN: Numbers = np.array([kind == "clean" for kind in KINDS], dtype=np.float32)  # far from all


@dataclass(frozen=True, slots=True)
class Head:
    """Features of the points, shape (points, size + signs), and their say in each kind."""

    points: Numbers
    weights: Numbers
    squares: Numbers  # squared length of every point: summed once, not at every look

    def scores(self, features: Numbers) -> Numbers:
        """How much speaks for every kind, shape (texts, kinds); 1 for clean far from all points."""
        found = np.tile(_UNKNOWN, (len(features), 1))
        for start in range(0, len(features), _BLOCK):
            near = _kernel(features[start : start + _BLOCK], self.points, self.squares)
            found[start : start + _BLOCK] += near @ self.weights
        return found


def head_of(embedder: Embedder) -> Head:
    """The head for this encoder: shipped, or fitted at the first call."""
    key = (embedder.name, embedder.size)
    with _lock:
        if key not in _heads:
            _heads[key] = shipped(embedder) or _fitted(embedder)
        return _heads[key]


def features(texts: list[str], embedder: Embedder) -> Numbers:
    """Sentence vectors of length 1 with the signs beside them, shape (texts, size + signs).

    Raises GuardDown when the encoder fails or answers nonsense.
    """
    try:
        vectors = np.asarray(embedder.encode(texts), dtype=np.float32)
    except Exception as error:  # any encoder by any maker: whatever it raises, nothing is published
        raise GuardDown(type(error).__name__) from error
    if vectors.shape != (len(texts), embedder.size) or not np.isfinite(vectors).all():
        raise GuardDown("vectors")
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.hstack([vectors / np.maximum(lengths, 1e-9), SIGN_WEIGHT * _signs(texts)])


def fit(inputs: Numbers, kinds: NDArray[np.int64]) -> Head:
    """Solve for the weights of the points; a rare kind is worth the root of its rarity."""
    every = _rounded(inputs)
    chosen = np.unique(np.linspace(0, len(every) - 1, min(POINTS, len(every))).astype(int))
    points = every[chosen]
    rarity = np.sqrt(len(kinds) / len(KINDS) / np.bincount(kinds, minlength=len(KINDS)))[kinds]
    squares = (points**2).sum(1)
    near = _kernel(every, points, squares).astype(np.float64)
    worth = near.T * (rarity / RIDGE)
    among = _kernel(points, points, squares).astype(np.float64) + 1e-6 * np.eye(len(points))
    weights = np.linalg.solve(worth @ near + among, worth @ (np.eye(len(KINDS))[kinds] - _UNKNOWN))
    return Head(points, weights.astype(np.float32), squares)


def shipped(embedder: Embedder) -> Head | None:
    """The head that was fitted for this encoder; None once anchors, signs or settings differ."""
    file = files("cases").joinpath("content", "guard_head.npz")
    with file.open("rb") as stream, np.load(stream, allow_pickle=False) as kept:
        if str(kept["made_of"]) != made_of(embedder):
            return None
        points = kept["points"].astype(np.float32) / np.float32(GRAIN)
        return Head(points, kept["weights"].astype(np.float32), (points**2).sum(1))


def made_of(embedder: Embedder) -> str:
    """A hash over everything that a head depends on."""
    settings = [embedder.name, embedder.size, SIGN_WEIGHT, RIDGE, POINTS, _WIDTH, GRAIN]
    whole = [settings, sources(), rules()["signs"], rules()["words"]]
    return content_hash(json.dumps(whole, ensure_ascii=False, sort_keys=True))


def _fitted(embedder: Embedder) -> Head:
    readings, kinds = anchors()
    return fit(features([reading.text for reading in readings], embedder), kinds)


def _signs(texts: list[str]) -> Numbers:
    tests: list[Any] = [[pattern(t) for t in row] for row in rules()["signs"]]
    hits = [[all(p.search(t) for p in row) for row in tests] for t in texts]
    return np.array(hits, dtype=np.float32)


def _rounded(numbers: Numbers) -> Numbers:
    return np.asarray(np.round(numbers * GRAIN) / np.float32(GRAIN), dtype=np.float32)


def _kernel(these: Numbers, those: Numbers, squares: Numbers) -> Numbers:
    """exp(-width × squared distance), shape (these, those); `squares` are those of `those`."""
    apart = (these**2).sum(1)[:, None] + squares[None] - 2 * these @ those.T
    return np.asarray(np.exp(-_WIDTH * np.maximum(apart, 0.0)))


_lock = threading.Lock()
_heads: dict[tuple[str, int], Head] = {}
