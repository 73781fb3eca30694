"""BM25 over one field: postings that grow by appending, scored for all rows at once in numpy."""

from __future__ import annotations

import math
from array import array
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MOST = 255  # a count takes one byte; BM25 hardly tells 20 from 200
COMMON = 8  # a term in more than one of so many rows says little
Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Statistics:
    """What is known of a whole library of which only some rows are here: how many rows it has,
    their mean length, and how many of them hold each term."""

    rows: int
    length: float
    holding: Mapping[str, int]

    def rarity(self, term: str) -> float:
        """See Postings.rarity."""
        return _rarity(self.rows, self.holding.get(term, 0))


class Postings:
    """Term → rows and counts. Rows are never taken out; the caller masks those that are gone."""

    def __init__(self, k1: float, b: float, library: Statistics | None = None) -> None:
        self._k1, self._b, self._library = k1, b, library
        self._rows: defaultdict[str, array[int]] = defaultdict(lambda: array("i"))
        self._counts: defaultdict[str, array[int]] = defaultdict(lambda: array("B"))
        self._lengths = array("f")

    def append(self, counts: Mapping[str, int], length: float | None = None) -> None:
        """The terms of the next row; `length` where only some of its terms are given."""
        row = len(self._lengths)
        for term, count in counts.items():
            self._rows[term].append(row)
            self._counts[term].append(min(count, MOST))
        self._lengths.append(sum(counts.values()) if length is None else length)

    def keep(self, moved: NDArray[np.int32]) -> None:
        """Moves each row to `moved[row]`, in order; −1 takes it out."""
        lengths = np.frombuffer(self._lengths, dtype=np.float32)[moved >= 0]
        self._lengths = array("f", lengths.tobytes())
        for term in list(self._rows):
            new = moved[np.frombuffer(self._rows[term], dtype=np.int32)]
            if not (stays := new >= 0).any():
                del self._rows[term], self._counts[term]
                continue
            self._rows[term] = array("i", new[stays].tobytes())
            held = np.frombuffer(self._counts[term], dtype=np.uint8)[stays]
            self._counts[term] = array("B", held.tobytes())

    def at(self, weights: Mapping[str, float], rows: NDArray[np.intp]) -> Scores:
        """The weighted BM25 score of some rows, in ascending order: as `scores(weights)[rows]`."""
        found = np.zeros(len(rows), dtype=np.float32)
        norms = self._norms(rows)
        for term, weight in weights.items():
            if term not in self._rows:
                continue
            holding = np.frombuffer(self._rows[term], dtype=np.int32)
            place = np.minimum(np.searchsorted(holding, rows), len(holding) - 1)
            counts = np.frombuffer(self._counts[term], dtype=np.uint8)[place]
            counts = np.where(holding[place] == rows, counts, 0).astype(np.float32)
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
        if self._library is not None:
            return self._library.rarity(term)
        return _rarity(len(self._lengths), len(self._rows.get(term, ())))

    def scores(self, weights: Mapping[str, float]) -> Scores:
        """The weighted BM25 score of every row; there must be one."""
        found = np.zeros(len(self._lengths), dtype=np.float32)
        norms = self._norms()
        for term, weight in weights.items():
            if (rows := self._rows.get(term)) is None:
                continue
            at = np.frombuffer(rows, dtype=np.int32)
            counts = np.frombuffer(self._counts[term], dtype=np.uint8).astype(np.float32)
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
        mean = max(self._library.length if self._library else float(lengths.mean()), 1.0)
        own = lengths if rows is None else lengths[rows]
        return np.asarray(self._k1 * (1 - self._b + self._b * own / mean), dtype=np.float32)


def _rarity(rows: int, holding: int) -> float:
    return math.log(1 + (rows - holding + 0.5) / (holding + 0.5))
