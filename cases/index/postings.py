"""BM25 over one field: postings that grow by appending, scored for all rows at once in numpy."""

from __future__ import annotations

import math
from array import array
from collections import defaultdict
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]


class Postings:
    """Term → rows and counts. Rows are never taken out; the caller masks those that are gone."""

    def __init__(self, k1: float, b: float) -> None:
        self._k1, self._b = k1, b
        self._rows: defaultdict[str, array[int]] = defaultdict(lambda: array("i"))
        self._counts: defaultdict[str, array[float]] = defaultdict(lambda: array("f"))
        self._lengths = array("f")

    def append(self, counts: Mapping[str, int]) -> None:
        """The terms of the next row."""
        row = len(self._lengths)
        for term, count in counts.items():
            self._rows[term].append(row)
            self._counts[term].append(count)
        self._lengths.append(sum(counts.values()))

    def rarity(self, term: str) -> float:
        """Inverse document frequency, never negative; highest for a term that no row holds."""
        rows, holding = len(self._lengths), len(self._rows.get(term, ()))
        return math.log(1 + (rows - holding + 0.5) / (holding + 0.5))

    def scores(self, weights: Mapping[str, float]) -> Scores:
        """The weighted BM25 score of every row; there must be one."""
        found = np.zeros(len(self._lengths), dtype=np.float32)
        norms = self._norms()
        for term, weight in weights.items():
            if (rows := self._rows.get(term)) is None:
                continue
            at = np.frombuffer(rows, dtype=np.int32)
            counts = np.frombuffer(self._counts[term], dtype=np.float32)
            impact = weight * self.rarity(term) * (self._k1 + 1)
            found[at] += impact * counts / (counts + norms[at])
        return found

    def weight(self, weights: Mapping[str, float]) -> float:
        """How much the terms say together, where 1 is one term that no row holds.

        It does not grow with the number of rows, so it compares between libraries.
        """
        return sum(value * self.rarity(term) for term, value in weights.items()) / self.rarity("")

    def held(self, weights: Mapping[str, float], rows: NDArray[np.intp]) -> Scores:
        """For each of `rows`, the share (0 to 1) of the terms' weight that it holds."""
        shares = np.zeros(len(self._lengths), dtype=np.float32)
        whole = 0.0
        for term, value in weights.items():
            own = value * self.rarity(term)
            whole += own
            if (holding := self._rows.get(term)) is not None:
                shares[np.frombuffer(holding, dtype=np.int32)] += own
        return shares[rows] / whole if whole else shares[rows]

    def _norms(self) -> Scores:
        lengths = np.frombuffer(self._lengths, dtype=np.float32)
        mean = max(float(lengths.mean()), 1.0)
        return self._k1 * (1 - self._b + self._b * lengths / mean)
