"""The vectors of the cases: one matrix of whole cases, one of their sentences, scanned exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cases.embedding import Vectors
from cases.index import WHOLE
from cases.index.matrix import Matrix
from cases.index.postings import Scores

SCANNED = 20_000  # up to so many visible cases every vector is compared
RESCORED = 600  # of those that the signs choose: recall@10 above 0.99 (benchmarks/search_speed.md)
CLAUSES = 3  # of a question that look for candidates; all of them are compared with those


@dataclass(frozen=True, slots=True)
class Common:
    """What all texts share, taken out before comparing: the mean and the first component."""

    mean: Vectors
    component: Vectors

    def without(self, rows: Vectors) -> Vectors:
        """The rows less what is common, length 1 again (a row of nothing stays nothing)."""
        left = rows - self.mean
        left = left - np.outer(left @ self.component, self.component)
        lengths = np.linalg.norm(left, axis=1, keepdims=True)
        return np.asarray(left / np.maximum(lengths, 1e-9), dtype=np.float32)


def common_of(model: str, size: int) -> Common:
    """The common part of a model's vectors, fitted on our own texts (benchmarks/fit_common.py).

    Nothing is taken out for a model that it was not fitted for.
    """
    file = files("cases").joinpath("content", f"common-{model.replace('/', '--')}.npz")
    if not file.is_file():
        return Common(np.zeros(size, dtype=np.float32), np.zeros(size, dtype=np.float32))
    with file.open("rb") as stream, np.load(stream, allow_pickle=False) as kept:
        return Common(kept["mean"], kept["component"])


class CaseVectors:
    """Whole cases by row, their sentences in one piece each; a row without vectors scores 0."""

    def __init__(self, common: Common) -> None:
        size = len(common.mean)
        self._common = common
        self._whole, self._sentences = Matrix(size, np.float32), Matrix(size, np.float16)
        self._signs = Matrix((size + 63) // 64, np.uint64)
        self._pieces: dict[int, tuple[int, int]] = {}

    def append(self) -> None:
        """The next row, without vectors."""
        self._whole.extend(np.zeros((1, len(self._common.mean)), dtype=np.float32))
        self._signs.extend(np.zeros((1, self._signs.size), dtype=np.uint64))

    def put(self, row: int, vectors: Mapping[str, Vectors]) -> None:
        """Sets all vectors of a row by part; sentences put before are left behind, unused."""
        numbers = sorted(int(part) for part in vectors if part != WHOLE)
        own = [vectors[str(number)] for number in numbers]
        whole = vectors.get(WHOLE)
        if whole is not None:
            own_whole = self._common.without(whole[None, :])
            self._whole.rows()[row], self._signs.rows()[row] = own_whole[0], _signs(own_whole)[0]
        if own:
            self._pieces[row] = (self._sentences.length, len(own))
            self._sentences.extend(self._common.without(np.stack(own)))

    def keep(self, rows: NDArray[np.intp]) -> None:
        """Only these rows stay, in this order, with the sentences that are in use."""
        self._whole.keep(rows)
        self._signs.keep(rows)
        here = [(at, *self._pieces[row]) for at, row in enumerate(rows) if row in self._pieces]
        used = [np.arange(start, start + count) for _, start, count in here]
        self._sentences.keep(np.concatenate([np.empty(0, dtype=np.intp), *used]))
        starts = np.cumsum([0, *(count for _, _, count in here)])
        self._pieces = {
            at: (int(start), count) for (at, _, count), start in zip(here, starts, strict=False)
        }

    def sentences(self, row: int) -> int:
        """How many sentences of the row have a vector."""
        return self._pieces.get(row, (0, 0))[1]

    def nearest_sentence(self, asked: Vectors, row: int) -> int | None:
        """The number of the row's sentence that is nearest to the question or a clause of it."""
        if (piece := self._pieces.get(row)) is None:
            return None
        start, count = piece
        own = self._sentences.rows()[start : start + count].astype(np.float32)
        cosines = asked @ own.T
        return int(cosines.max(axis=0).argmax())

    def question(self, rows: Vectors) -> Vectors:
        """A question's vectors as they are compared here."""
        return self._common.without(rows)

    def wholes(self, asked: Vectors, rows: NDArray[np.intp]) -> Scores:
        """For `rows` the cosine with the question; shape (rows of asked, rows)."""
        every = self._whole.rows()
        if 2 * len(rows) > len(every):  # scanning all is quicker than gathering most
            return np.asarray((asked @ every.T)[:, rows], dtype=np.float32)
        return np.asarray(asked @ every[rows].T, dtype=np.float32)

    def nearest(self, asked: Vectors, rows: NDArray[np.intp], most: int) -> NDArray[np.intp]:
        """Places in `rows` of the cases nearest to the question or a clause of it, `most` at least.

        Above SCANNED rows the signs of the numbers choose RESCORED of them, which are then
        compared exactly: 64 bytes a case are read instead of 2,048.
        """
        if len(rows) <= max(SCANNED, most):
            near = self.wholes(asked, rows).max(axis=0)
            return _best(near, most)
        found = []
        every = self._signs.rows()
        held = every if len(rows) == len(every) else every[rows]
        for one, signs in zip(asked[:CLAUSES], _signs(asked[:CLAUSES]), strict=True):
            apart = np.bitwise_count(held ^ signs).sum(axis=1, dtype=np.uint16)
            near = _best(-apart.astype(np.int32), max(RESCORED, 4 * most))
            found.append(near[_best(self.wholes(one[None, :], rows[near])[0], most)])
        return np.unique(np.concatenate(found))

    def best_sentences(self, asked: Vectors, rows: NDArray[np.intp]) -> Scores:
        """For `rows` the best cosine of a sentence; shape (rows of asked, rows); 0 without any."""
        found = np.zeros((len(asked), len(rows)), dtype=np.float32)
        here = [(at, *self._pieces[row]) for at, row in enumerate(rows) if row in self._pieces]
        if not here:
            return found
        at, starts, counts = (np.array(column) for column in zip(*here, strict=True))
        bounds = np.concatenate([[0], np.cumsum(counts)[:-1]])
        picked = np.arange(counts.sum()) + np.repeat(starts - bounds, counts)
        cosines = asked @ self._sentences.rows()[picked].astype(np.float32).T
        found[:, at] = np.maximum.reduceat(cosines, bounds, axis=1)
        return found


def _signs(rows: Vectors) -> NDArray[np.uint64]:
    """One bit per number, 64 in a word; shape (rows, words)."""
    spare = -rows.shape[1] % 64
    bits = np.packbits(np.pad(rows > 0, ((0, 0), (0, spare))), axis=1)
    return np.ascontiguousarray(bits).view(np.uint64)


def _best(scores: NDArray[Any], most: int) -> NDArray[np.intp]:
    """The places of the `most` highest, in no order."""
    if len(scores) <= most:
        return np.arange(len(scores))
    return np.argpartition(-scores, most)[:most]
