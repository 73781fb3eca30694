"""BM25 over one field: postings that grow by appending, scored for all rows at once in numpy."""

from __future__ import annotations

import math
from array import array
from collections import defaultdict
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

COMMON = 8  # a term in more than one of so many rows says little
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

    def keep(self, moved: NDArray[np.int32]) -> None:
        """Moves each row to `moved[row]`, in order; −1 takes it out."""
        self._lengths = _kept(self._lengths, moved >= 0)
        for term in list(self._rows):
            new = moved[np.frombuffer(self._rows[term], dtype=np.int32)]
            if not (stays := new >= 0).any():
                del self._rows[term], self._counts[term]
                continue
            self._rows[term] = array("i", new[stays].tobytes())
            self._counts[term] = _kept(self._counts[term], stays)

    def at(self, weights: Mapping[str, float], rows: NDArray[np.intp]) -> Scores:
        """The weighted BM25 score of some rows, in ascending order: as `scores(weights)[rows]`."""
        found = np.zeros(len(rows), dtype=np.float32)
        norms = self._norms(rows)
        for term, weight in weights.items():
            if term not in self._rows:
                continue
            holding = np.frombuffer(self._rows[term], dtype=np.int32)
            place = np.minimum(np.searchsorted(holding, rows), len(holding) - 1)
            counts = np.frombuffer(self._counts[term], dtype=np.float32)[place]
            counts = np.where(holding[place] == rows, counts, 0)
            found += weight * self.rarity(term) * (self._k1 + 1) * counts / (counts + norms)
        return found

    def telling(self, weights: Mapping[str, float]) -> dict[str, float]:
        """The terms that at most an eighth of the rows hold; all when there is none of them.

        The others change hardly which rows are best, and cost most of the time.
        """
        most = len(self._lengths) // COMMON
        few = {key: own for key, own in weights.items() if 0 < len(self._rows.get(key, ())) <= most}
        return few or dict(weights)

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
        shares = np.zeros(len(rows), dtype=np.float32)
        whole = 0.0
        for term, value in weights.items():
            own = value * self.rarity(term)
            whole += own
            if term in self._rows:
                holding = np.frombuffer(self._rows[term], dtype=np.int32)
                place = np.minimum(np.searchsorted(holding, rows), len(holding) - 1)
                shares += own * (holding[place] == rows)
        return shares / whole if whole else shares

    def _norms(self, rows: NDArray[np.intp] | None = None) -> Scores:
        lengths = np.frombuffer(self._lengths, dtype=np.float32)
        mean = max(float(lengths.mean()), 1.0)
        own = lengths if rows is None else lengths[rows]
        return np.asarray(self._k1 * (1 - self._b + self._b * own / mean), dtype=np.float32)


def _kept(values: array[float], stays: NDArray[np.bool_]) -> array[float]:
    return array("f", np.frombuffer(values, dtype=np.float32)[stays].tobytes())
