"""BM25 over three legs: postings of most rows in one frozen part, of newer rows in smaller ones."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cases.index.frozen import COMMON, STEPS, Frozen, frozen, keys_of, legs_of, merged
from cases.index.terms import Leg

MOST = 255  # a count above says no more: BM25 hardly tells 20 from 200
TAIL = 1_024  # rows that wait to be sorted at once; a question does not wait for more
SMALL = 64  # parts of so few rows become one: each part costs every question a little
# Postings of a question that are added up in a leg, from its rarest term on, a common term counted
# as one of an eighth of the rows; the others are looked up for the candidates. Of 100,000 cases it
# finds 95 % of the ten that are best when everything is added up, in two thirds of the time.
ADDED = 200_000
Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Statistics:
    """What is known of a whole library of which only some rows are here: how many rows it has, and
    how many of them hold each term of each leg."""

    rows: int
    holding: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question's terms, leg by leg. `first`: every row's score in each leg by the `telling`,
    rarest terms, shape (legs, rows)."""

    legs: NDArray[np.intp]  # of each term
    weights: NDArray[np.float64]  # how much the question means it, times its rarity
    places: Sequence[NDArray[np.intp]]  # in each part; −1 for one that is not there
    telling: NDArray[np.bool_]
    first: Scores


class Postings:
    """Term → rows and what their counts are worth. What was appended is sorted when it is asked
    for, or a thousand rows at once, and a part is merged with others that are no longer than it:
    so a posting moves some ten times on its way into a library of 100,000."""

    def __init__(
        self,
        legs: Mapping[str, Leg],
        library: Statistics | None = None,
        kept: Mapping[str, NDArray[Any]] | None = None,
    ) -> None:
        self._legs, self._library = legs, library
        self._most = np.array([leg.k1 + 1 for leg in legs.values()])  # that a count can be worth
        self._parts = [Frozen.of(kept)] if kept else []
        self._empty_tail()

    def _empty_tail(self) -> None:
        new = count().__next__
        self._numbers: list[dict[str, int]] = [defaultdict(new) for _ in self._legs]
        self._terms: list[int] = []  # of all rows, as numbers that `_numbers` holds anyway
        self._counts: list[int] = []
        self._sizes: list[int] = []
        self._norms: list[list[float]] = []  # of each row, by leg

    def __len__(self) -> int:
        return sum(map(len, self._parts)) + len(self._sizes)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Everything, to be saved after `closed`."""
        return self._parts[0].arrays()

    def append(self, counts: Mapping[str, Mapping[str, int]], lengths: Mapping[str, float]) -> None:
        """The next row: its terms by leg, and how long each leg is with all its terms."""
        before = len(self._terms)
        for leg, numbers in zip(self._legs, self._numbers, strict=True):
            own = counts.get(leg, {})
            self._terms.extend(map(numbers.__getitem__, own))
            self._counts.extend(own.values())
        self._sizes.append(len(self._terms) - before)
        norms = [own.norm(lengths.get(leg, 0)) for leg, own in self._legs.items()]
        self._norms.append(norms)
        if len(self._sizes) == TAIL:
            self.freeze()

    def freeze(self) -> None:
        """What was appended can be asked for."""
        if not self._sizes:
            return
        keys = np.empty(sum(map(len, self._numbers)), dtype=np.uint64)
        for leg, numbers in enumerate(self._numbers):
            keys[list(numbers.values())] = keys_of(leg, numbers)
        rows = np.repeat(np.arange(len(self._sizes), dtype=np.int32), self._sizes)
        terms, counts = _numbers(self._terms), np.minimum(_numbers(self._counts), MOST)
        norms = np.array(self._norms, dtype=np.float32)[rows, legs_of(keys)[terms]]
        worth = np.rint(counts / (counts + norms) * STEPS)
        impacts = np.maximum(worth, 1).astype(np.uint16)
        self._parts.append(frozen(keys, terms, rows, impacts, len(self._sizes)))
        first, size = len(self._parts) - 1, len(self._sizes)
        self._empty_tail()
        while first and len(self._parts[first - 1]) <= max(size, SMALL):
            first -= 1
            size += len(self._parts[first])
        if first < len(self._parts) - 1:
            self._parts[first:] = [merged(self._parts[first:], np.arange(size, dtype=np.int32))]

    def close(self, moved: NDArray[np.int32]) -> None:
        """All in one part; moves each row to `moved[row]`, in order; −1 takes it out."""
        self.freeze()
        if len(self._parts) > 1 or (len(moved) and moved[-1] != len(moved) - 1):
            self._parts = [merged(self._parts, moved)]

    def copy(self) -> Postings:
        """With the same rows, which do not change: what comes to one does not come to the other."""
        self.freeze()
        other = Postings(self._legs, self._library)
        other._parts = list(self._parts)
        return other

    def ask(self, terms: Mapping[str, Mapping[str, float]]) -> Asked:
        """The terms of each leg looked up, and every row's score by those that tell most."""
        self.freeze()
        sizes = [len(terms[leg]) for leg in self._legs]
        legs = np.repeat(np.arange(len(sizes)), sizes)
        keys = np.concatenate([keys_of(at, terms[leg]) for at, leg in enumerate(self._legs)])
        places = [part.places(keys) for part in self._parts]
        pairs = list(zip(self._parts, places, strict=True))
        holding = sum((part.holding(own) for part, own in pairs), np.zeros(len(keys), np.int64))
        weights = np.array([own for leg in self._legs for own in terms[leg].values()])
        weights = weights * self._rarities(terms, holding)
        telling = _telling(holding, legs, len(self))
        first = np.zeros((len(sizes), len(self)), dtype=np.float32)
        asked, start = Asked(legs, weights, places, telling, first), 0
        impacts = self._impacts(asked)[telling]
        for part, own in pairs:
            part.add(own[telling], impacts, legs[telling], first[:, start : start + len(part)])
            start += len(part)
        return asked

    def scores(self, asked: Asked, rows: NDArray[np.intp]) -> Scores:
        """The weighted BM25 scores of some rows by all terms, shape (legs, rows)."""
        found = asked.first.take(rows, axis=1)
        rest = np.flatnonzero(~asked.telling)
        if len(rest):
            own = asked.legs[rest] == np.arange(len(found))[:, None]
            worth = own * self._impacts(asked)[rest]
            found += worth @ self.table(asked, rows, rest)
        return found

    def weight(self, asked: Asked, leg: int) -> float:
        """How much the terms of a leg say together, where 1 is one term that no row holds.

        It does not grow with the number of rows, so it compares between libraries.
        """
        rows = self._library.rows if self._library else len(self)
        return float(asked.weights[asked.legs == leg].sum() / rarity(rows, 0))

    def table(
        self, asked: Asked, rows: NDArray[np.intp], terms: NDArray[np.intp]
    ) -> NDArray[np.float32]:
        """What some terms (by their numbers in the question) are worth in rows: up to STEPS, and 0
        where a row does not hold the term; shape (terms, rows)."""
        found = np.zeros((len(terms), len(rows)), dtype=np.float32)
        start = 0
        for part, places in zip(self._parts, asked.places, strict=True):
            here = (rows >= start) & (rows < start + len(part))
            if here.any():
                found[:, here] = part.table(places[terms], rows[here] - start)
            start += len(part)
        return found

    def _rarities(
        self, terms: Mapping[str, Mapping[str, float]], holding: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        if self._library is None:
            return np.asarray(rarity(len(self), holding))
        known = self._library.holding
        held = [known[leg].get(term, 0) for leg in self._legs for term in terms[leg]]
        return np.asarray(rarity(self._library.rows, np.array(held, dtype=np.int64)))

    def _impacts(self, asked: Asked) -> Scores:
        """What one of STEPS adds to a score, for each term."""
        return np.asarray(self._most[asked.legs] * asked.weights / STEPS, dtype=np.float32)


def _numbers(found: list[int]) -> NDArray[np.uint32]:
    """A long list as an array: ten times as quick as numpy reads it."""
    return np.frombuffer(array("I", found), dtype=np.uint32)


def _telling(holding: NDArray[np.int64], legs: NDArray[np.intp], rows: int) -> NDArray[np.bool_]:
    """The rarest terms of each leg, as many as cost ADDED together; one at least."""
    order = np.lexsort((holding, legs))
    order = order[holding[order] > 0]
    costs = np.minimum(holding[order], rows // COMMON)
    sums = np.cumsum(costs)
    first = np.searchsorted(legs[order], legs[order])  # the place of the rarest of its leg
    sums -= sums[first] - costs[first]
    telling = np.zeros(len(holding), dtype=np.bool_)
    telling[order[(sums <= max(ADDED, rows // 4)) | (first == np.arange(len(order)))]] = True
    return telling


def rarity(rows: int, holding: Any) -> Any:
    """Inverse document frequency, never negative; highest for a term that no row holds."""
    return np.log(1 + (rows - holding + 0.5) / (holding + 0.5))
