"""How like a sentence is to the anchors of each rule, by its very words.

A linear model over words and pairs of neighbouring words, beside the likeness of meaning: it knows
「効くらしいですよと話した」 where the meaning of the whole sentence is that of any talk with a
doctor. It needs no encoder; its weights are shipped (benchmarks/fit_guard_head.py).
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from cases.guard.anchors import KINDS, sources
from cases.guard.cues import Place
from cases.guard.likeness import Numbers
from cases.guard.morphemes import Reading
from cases.text import content_hash


@dataclass(frozen=True, slots=True)
class Wording:
    """Rarity and say in each kind of every known word or pair, by the number of its name."""

    row_of: dict[int, int]
    rarity: Numbers
    weights: Numbers
    bias: Numbers
    made_of: str

    def scores(self, pieces: Iterable[NDArray[np.uint32]]) -> Numbers:
        """Log-odds of every kind for the terms of each piece, shape (pieces, kinds)."""
        scores = [self._score(numbers) for numbers in pieces]
        return np.array(scores, dtype=np.float32).reshape(-1, len(KINDS))

    def _score(self, numbers: NDArray[np.uint32]) -> Numbers:
        rows = [self.row_of[number] for number in numbers.tolist() if number in self.row_of]
        if not rows:
            return self.bias
        once, counts = np.unique(rows, return_counts=True)
        values = (1 + np.log(counts)) * self.rarity[once]
        return np.asarray(values / np.linalg.norm(values) @ self.weights[once] + self.bias)


def terms(reading: Reading, place: Place) -> NDArray[np.uint32]:
    """The words of a place and their pairs, as numbers (CRC-32 of base form and word class)."""
    first = bisect_left(reading.tokens, place[0], key=lambda token: token.start)
    after = bisect_right(reading.tokens, place[1], key=lambda token: token.end)
    words = [f"{token.base}/{token.pos[0][:1]}" for token in reading.tokens[first:after]]
    pairs = [f"{one} {other}" for one, other in pairwise(words)]
    return np.array([crc32(term.encode()) for term in words + pairs], dtype=np.uint32)


@cache
def wording() -> Wording:
    """The shipped weights."""
    file = files("cases").joinpath("content", "guard_words.npz")
    with file.open("rb") as stream, np.load(stream, allow_pickle=False) as kept:
        return Wording(
            {int(number): row for row, number in enumerate(kept["terms"])},
            kept["rarity"].astype(np.float32),
            kept["weights"].astype(np.float32),
            kept["bias"].astype(np.float32),
            str(kept["made_of"]),
        )


def made_of() -> str:
    """A hash over the sentences that the weights were fitted on."""
    return content_hash(json.dumps([KINDS, sources()], ensure_ascii=False, sort_keys=True))
