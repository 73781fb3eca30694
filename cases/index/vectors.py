"""The vectors of the cases: one per whole case, one per sentence; signs choose, vectors decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cases.embedding import Vectors
from cases.index import WHOLE
from cases.index.matrix import Matrix, Rounded
from cases.index.postings import Scores
from cases.index.sketches import SAMPLE, Sketches, best, joined

SCANNED = 3_000  # up to so many visible cases every vector is compared


@dataclass(frozen=True, slots=True)
class Common:
    """What all texts share, taken out before comparing: the mean and the first component."""

    mean: Vectors
    component: Vectors

    def without(self, rows: Vectors) -> Vectors:
        """The rows less what is common, length 1 again (a row of nothing stays nothing)."""
        left = rows - self.mean
        left -= (left @ self.component)[:, None] * self.component
        lengths = np.sqrt(np.einsum("ij,ij->i", left, left))
        left /= np.maximum(lengths, 1e-9)[:, None]
        return np.asarray(left, dtype=np.float32)


def common_of(model: str, size: int) -> Common:
    """What a model's vectors share, fitted on our own texts (benchmarks/fit_word_vectors.py).

    Nothing is taken out for a model that it was not fitted for.
    """
    file = files("cases").joinpath("content", f"common-{model.replace('/', '--')}.npz")
    if not file.is_file():
        return Common(np.zeros(size, dtype=np.float32), np.zeros(size, dtype=np.float32))
    with file.open("rb") as stream, np.load(stream, allow_pickle=False) as kept:
        return Common(kept["mean"], kept["component"])


class CaseVectors:
    """Whole cases by row, their sentences in one piece each; a row without vectors scores 0.

    `kept`: the arrays of `arrays()`, of an index that was saved.
    """

    def __init__(self, common: Common, kept: Mapping[str, NDArray[Any]] | None = None) -> None:
        size, own = len(common.mean), kept or {}
        self._common = common
        self._whole = Rounded(size, np.int16, own.get("whole"))
        self._sentences = Rounded(size, np.int16, own.get("sentences"))
        self._pieces = Matrix(2, np.int32, own.get("pieces"))  # first sentence, how many
        self._sketches = Sketches(own) if "signs" in own else None

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Everything, to be saved."""
        found = {
            "whole": self._whole.whole(),
            "sentences": self._sentences.whole(),
            "pieces": self._pieces.whole(),
        }
        return {**found, **(self._sketches.arrays() if self._sketches else {})}

    def copy(self) -> CaseVectors:
        """See Matrix.copy; no sentences of a row that is replaced later come to the other."""
        other = CaseVectors(self._common)
        other._whole, other._sentences = self._whole.copy(), self._sentences.copy()
        pieces = self._pieces.take(np.arange(len(self._pieces)))  # eight bytes a row
        other._pieces = Matrix(2, np.int32, pieces)
        other._sketches = self._sketches and self._sketches.copy()
        return other

    def append(self) -> None:
        """The next row, without vectors."""
        self._whole.longer(1)
        self._pieces.longer(1)

    def put(self, row: int, vectors: Mapping[str, Vectors]) -> None:
        """Sets all vectors of a row by part; sentences put before are left behind, unused."""
        numbers = sorted(int(part) for part in vectors if part != WHOLE)
        named = [*([WHOLE] if WHOLE in vectors else []), *map(str, numbers)]
        if not named:
            return
        every = np.concatenate([vectors[name] for name in named])  # a third of what stack takes
        rows = self._common.without(every.reshape(len(named), -1))
        if WHOLE in vectors:
            self._whole.put(row, rows[0])
            if self._sketches is not None and row < len(self._sketches):
                self._sketches.put(row, rows[0])
        if numbers:
            piece = np.array([len(self._sentences), len(numbers)], dtype=np.int32)
            self._pieces.put(row, piece)
            self._sentences.extend(rows[-len(numbers) :])

    def keep(self, rows: NDArray[np.intp]) -> None:
        """Only these rows stay, in this order, with the sentences that are in use."""
        self._whole.keep(rows)
        starts, counts = self._pieces.take(rows).T
        self._sentences.keep(_runs(starts, counts))
        self._pieces.keep(rows)
        self._pieces.whole()[:, 0] = np.cumsum(counts) - counts
        self._sketches = None

    def settle(self) -> None:
        """Sketches all rows of a large library; until then new ones are compared in full."""
        have = self._whole.filled()
        if len(have) <= SCANNED:
            return
        if self._sketches is None or 2 * len(self._sketches) < len(have):
            sample = self._whole.vectors(have[:: -(-len(have) // SAMPLE)])
            self._sketches = Sketches.of(sample)
        self._sketches.extend(self._whole)

    def unsettled(self) -> bool:
        """True when many vectors came and nothing chooses among them yet."""
        return self._sketches is None and len(self._whole) > SCANNED

    def sentences(self, row: int) -> int:
        """How many sentences of the row have a vector."""
        return int(self._pieces.take(np.array([row]))[0, 1])

    def question(self, rows: Vectors) -> Vectors:
        """A question's vectors as they are compared here."""
        return self._common.without(rows)

    def wholes(self, asked: Vectors, rows: NDArray[np.intp]) -> Scores:
        """For `rows` the cosine with the question; shape (rows of asked, rows)."""
        return self._whole.cosines(asked, rows)

    def nearest(self, asked: Vectors, rows: NDArray[np.intp], most: int) -> NDArray[np.intp]:
        """Places in `rows` (ascending) of the cases nearest to the question or a clause of it."""
        if len(rows) <= max(SCANNED, most) or self._sketches is None:
            return best(joined(self.wholes(asked, rows)), most)
        known = int(np.searchsorted(rows, len(self._sketches)))
        old, new = self._sketches.choose(asked, rows[:known], most), np.arange(known, len(rows))
        places = np.concatenate([np.sort(old), new])
        return places[best(joined(self.wholes(asked, rows[places])), most)]

    def best_sentences(
        self, asked: Vectors, rows: NDArray[np.intp]
    ) -> tuple[Scores, NDArray[np.intp]]:
        """For `rows` the best cosine of a sentence, shape (rows of asked, rows), 0 without any;
        and the number of the sentence that is nearest to any row of `asked`, −1 without any."""
        found = np.zeros((len(asked), len(rows)), dtype=np.float32)
        numbers = np.full(len(rows), -1, dtype=np.intp)
        starts, counts = self._pieces.take(rows).T
        here = np.flatnonzero(counts)
        if not len(here):
            return found, numbers
        starts, counts = starts[here], counts[here]
        bounds = np.cumsum(counts) - counts
        cosines = self._sentences.cosines(asked, _runs(starts, counts))
        found[:, here] = np.maximum.reduceat(cosines, bounds, axis=1)
        near = cosines.max(axis=0)
        tops = np.flatnonzero(near == np.repeat(np.maximum.reduceat(near, bounds), counts))
        first = tops[np.searchsorted(tops, bounds)]  # of equals the first
        numbers[here] = first - bounds
        return found, numbers


def _runs(starts: NDArray[Any], counts: NDArray[Any]) -> NDArray[np.intp]:
    """start, start + 1, … of each run, one run after the other."""
    before = np.cumsum(counts) - counts
    return np.asarray(np.arange(counts.sum()) + np.repeat(starts - before, counts), dtype=np.intp)
