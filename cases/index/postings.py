"""BM25 over one field: postings of most rows in one frozen part, of newer rows in smaller ones."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cases.index.frozen import STEPS, Frozen, frozen, keys_of, merged

MOST = 255  # a count above says no more: BM25 hardly tells 20 from 200
TAIL = 1_024  # rows that wait to be sorted at once; a question does not wait for more
SMALL = 64  # parts of so few rows become one: each part costs every question some 10 µs
# Postings of a question that are added up, from its rarest term on; the others are looked up for
# the candidates. That finds more of the best than all terms of at most an eighth of the rows.
ADDED = 100_000
DRIFT = 0.01  # of the mean length of rows: what moves it less hardly moves a score
Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Statistics:
    """What is known of a whole library of which only some rows are here: how many rows it has,
    their mean length, and how many of them hold each term."""

    rows: int
    length: float
    holding: Mapping[str, int]

    def rarity(self, term: str) -> float:
        """Inverse document frequency, never negative; highest for a term that no row holds."""
        return float(_rarity(self.rows, np.float64(self.holding.get(term, 0))))


@dataclass(frozen=True, slots=True)
class Asked:
    """A question's terms in one leg. `first`: every row's score by the `telling`, rarest ones."""

    weights: NDArray[np.float64]
    rarities: NDArray[np.float64]
    places: Sequence[NDArray[np.intp]]  # in each part; −1 for one that is not there
    telling: NDArray[np.bool_]
    first: Scores


class Postings:
    """Term → rows and what their counts are worth. What was appended is sorted when it is asked
    for, or a thousand rows at once, and a part is merged with others that are no longer than it:
    so a posting moves some ten times on its way into a library of 100,000."""

    def __init__(
        self,
        k1: float,
        b: float,
        library: Statistics | None = None,
        kept: Mapping[str, NDArray[Any]] | None = None,
    ) -> None:
        self._k1, self._b, self._library = k1, b, library
        self._parts = [Frozen.of(kept)] if kept else []
        self._total = float(sum(part.lengths.sum() for part in self._parts))
        self._frozen_rows = sum(map(len, self._parts))
        self._empty_tail()

    def _empty_tail(self) -> None:
        self._numbers: dict[str, int] = defaultdict(count().__next__)  # as they come
        self._terms: list[int] = []  # of all rows, as numbers that `_numbers` holds anyway
        self._counts: list[int] = []
        self._sizes: list[int] = []
        self._lengths: list[float] = []

    def __len__(self) -> int:
        return self._frozen_rows + len(self._lengths)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Everything, to be saved after `closed`."""
        return self._parts[0].arrays()

    def append(self, counts: Mapping[str, int], length: float | None = None) -> None:
        """The terms of the next row; `length` where only some of its terms are given."""
        self._terms.extend(map(self._numbers.__getitem__, counts))
        self._counts.extend(counts.values())
        self._sizes.append(len(counts))
        self._lengths.append(sum(counts.values()) if length is None else length)
        if len(self._lengths) == TAIL:
            self.freeze()

    def freeze(self) -> None:
        """What was appended can be asked for."""
        if not len(self._lengths):
            return
        lengths = np.array(self._lengths, dtype=np.float32)
        self._total += float(lengths.sum())
        mean = max(self._library.length if self._library else self._total / len(self), 1.0)
        rows = np.repeat(np.arange(len(lengths), dtype=np.int32), self._sizes)
        counts = np.minimum(_numbers(self._counts), MOST).astype(np.float32)
        worth = np.rint(counts / (counts + self._norms(lengths, mean)[rows]) * STEPS)
        keys, terms = keys_of(self._numbers), _numbers(self._terms)
        new = frozen(keys, terms, rows, np.maximum(worth, 1).astype(np.uint16), lengths, mean)
        self._parts = [*(self._valued(part, mean) for part in self._parts), new]
        self._frozen_rows += len(lengths)
        self._empty_tail()
        first, size = len(self._parts) - 1, len(lengths)
        while first and len(self._parts[first - 1]) <= max(size, SMALL):
            first -= 1
            size += len(self._parts[first])
        if first < len(self._parts) - 1:
            self._parts[first:] = [merged(self._parts[first:], np.arange(size, dtype=np.int32))]

    def _norms(self, lengths: NDArray[np.float32], mean: float) -> NDArray[np.float32]:
        """What a count is compared with in BM25, for each row."""
        norms: NDArray[np.float32] = self._k1 * (1 - self._b + self._b * lengths / mean)
        return norms

    def _valued(self, part: Frozen, mean: float) -> Frozen:
        """The part for this mean length, if its own is far from it: that of the first rows was."""
        own = float(part.mean[0])
        if abs(own / mean - 1) < DRIFT:
            return part
        ratio = self._norms(part.lengths, mean) / self._norms(part.lengths, own)
        return part.valued_anew(ratio.astype(np.float32), mean)

    def close(self, moved: NDArray[np.int32]) -> None:
        """All in one part; moves each row to `moved[row]`, in order; −1 takes it out."""
        self.freeze()
        if len(self._parts) > 1 or (len(moved) and moved[-1] != len(moved) - 1):
            self._parts = [merged(self._parts, moved)]
        self._frozen_rows = sum(map(len, self._parts))
        self._total = float(sum(part.lengths.sum() for part in self._parts))

    def copy(self) -> Postings:
        """With the same rows, which do not change: what comes to one does not come to the other."""
        self.freeze()
        other = Postings(self._k1, self._b, self._library)
        other._parts, other._frozen_rows = list(self._parts), self._frozen_rows
        other._total = self._total
        return other

    def ask(self, weights: Mapping[str, float]) -> Asked:
        """The terms looked up, and every row's score by those that tell most."""
        self.freeze()
        keys = keys_of(weights)
        places = [part.places(keys) for part in self._parts]
        holding = np.zeros(len(keys), dtype=np.int64)
        for part, own in zip(self._parts, places, strict=True):
            holding += part.holding(own)
        telling = _telling(holding, len(self))
        rarities = self._rarities(weights, holding)
        worth = np.fromiter(weights.values(), dtype=np.float64, count=len(weights))
        asked = Asked(worth, rarities, places, telling, np.zeros(len(self), dtype=np.float32))
        impacts, start = self._worth(asked)[telling], 0
        for part, own in zip(self._parts, places, strict=True):
            asked.first[start : start + len(part)] = part.scores(own[telling], impacts)
            start += len(part)
        return asked

    def scores(self, asked: Asked, rows: NDArray[np.intp]) -> Scores:
        """The weighted BM25 score of some rows, by all terms."""
        found, rest = asked.first[rows], ~asked.telling
        if not rest.any():
            return found
        worth = self._worth(asked)[rest]
        for part, places, here, own in self._split(asked, rows):
            found[here] += worth / STEPS @ part.table(places[rest], own)
        return found

    def held(
        self, asked: Asked, rows: NDArray[np.intp], terms: Sequence[int]
    ) -> tuple[NDArray[np.bool_], Scores]:
        """Which of some of the terms (their numbers in the question) each of `rows` holds, shape
        (terms, rows), and the share (0 to 1) of their weight."""
        holds = np.zeros((len(terms), len(rows)), dtype=np.bool_)
        for part, places, here, own in self._split(asked, rows):
            holds[:, here] = part.table(places[list(terms)], own) > 0
        worth = (asked.weights * asked.rarities)[list(terms)].astype(np.float32)
        return holds, worth @ holds / np.float32(worth.sum() or 1)

    def weight(self, asked: Asked) -> float:
        """How much the terms say together, where 1 is one term that no row holds.

        It does not grow with the number of rows, so it compares between libraries.
        """
        return float((asked.weights * asked.rarities).sum()) / float(
            self._rarities([""], np.zeros(1))[0]
        )

    def _split(
        self, asked: Asked, rows: NDArray[np.intp]
    ) -> Iterator[tuple[Frozen, NDArray[np.intp], Any, NDArray[np.intp]]]:
        """Each part, its places of the terms, which of `rows` are its own, and these in it."""
        start = 0
        for part, places in zip(self._parts, asked.places, strict=True):
            here = (rows >= start) & (rows < start + len(part))
            if here.any():
                yield part, places, here, rows[here] - start
            start += len(part)

    def _rarities(self, terms: Any, holding: NDArray[Any]) -> NDArray[np.float64]:
        if self._library is None:
            return np.asarray(_rarity(len(self), holding), dtype=np.float64)
        return np.array([self._library.rarity(term) for term in terms])

    def _worth(self, asked: Asked) -> NDArray[np.float64]:
        return asked.weights * asked.rarities * (self._k1 + 1)


def _numbers(found: list[int]) -> NDArray[np.uint32]:
    """A long list as an array: ten times as quick as numpy reads it."""
    return np.frombuffer(array("I", found), dtype=np.uint32)


def _telling(holding: NDArray[np.int64], rows: int) -> NDArray[np.bool_]:
    """The rarest terms, as many as have ADDED postings together; one at least."""
    order = np.argsort(holding, kind="stable")
    order = order[holding[order] > 0]
    most = np.searchsorted(np.cumsum(holding[order]), max(ADDED, rows // 4), side="right")
    telling = np.zeros(len(holding), dtype=np.bool_)
    telling[order[: max(1, most)]] = True
    return telling


def _rarity(rows: int, holding: Any) -> Any:
    return np.log(1 + (rows - holding + 0.5) / (holding + 0.5))
