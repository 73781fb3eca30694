"""The vectors of the cases: one matrix of whole cases, one of their sentences, scanned exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from cases.embedding import Vectors
from cases.index import WHOLE
from cases.index.postings import Scores


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


class Matrix:
    """Rows of one length that grow by appending; the capacity doubles, so adding is cheap."""

    def __init__(self, size: int) -> None:
        self._rows = np.zeros((64, size), dtype=np.float32)
        self.length = 0

    def extend(self, rows: Vectors) -> None:
        """Adds the rows at the end."""
        end = self.length + len(rows)
        if end > len(self._rows):
            grown = np.zeros((max(end, 2 * len(self._rows)), rows.shape[1]), dtype=np.float32)
            grown[: self.length] = self._rows[: self.length]
            self._rows = grown
        self._rows[self.length : end] = rows
        self.length = end

    def keep(self, rows: NDArray[np.intp]) -> None:
        """Only these rows stay, in this order."""
        left, self.length = self.rows()[rows], 0
        self._rows = np.zeros((64, left.shape[1]), dtype=np.float32)
        self.extend(left)

    def rows(self) -> Vectors:
        """All rows, without a copy."""
        return self._rows[: self.length]


class CaseVectors:
    """Whole cases by row, their sentences in one piece each; a row without vectors scores 0."""

    def __init__(self, common: Common) -> None:
        size = len(common.mean)
        self._common = common
        self._whole, self._sentences = Matrix(size), Matrix(size)
        self._pieces: dict[int, tuple[int, int]] = {}

    def append(self) -> None:
        """The next row, without vectors."""
        self._whole.extend(np.zeros((1, len(self._common.mean)), dtype=np.float32))

    def put(self, row: int, vectors: Mapping[str, Vectors]) -> None:
        """Sets all vectors of a row by part; sentences put before are left behind, unused."""
        numbers = sorted(int(part) for part in vectors if part != WHOLE)
        own = [vectors[str(number)] for number in numbers]
        whole = vectors.get(WHOLE)
        if whole is not None:
            self._whole.rows()[row] = self._common.without(whole[None, :])[0]
        if own:
            self._pieces[row] = (self._sentences.length, len(own))
            self._sentences.extend(self._common.without(np.stack(own)))

    def keep(self, rows: NDArray[np.intp]) -> None:
        """Only these rows stay, in this order, with the sentences that are in use."""
        self._whole.keep(rows)
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
        cosines = asked @ self._sentences.rows()[start : start + count].T
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

    def best_sentences(self, asked: Vectors, rows: NDArray[np.intp]) -> Scores:
        """For `rows` the best cosine of a sentence; shape (rows of asked, rows); 0 without any."""
        found = np.zeros((len(asked), len(rows)), dtype=np.float32)
        here = [(at, *self._pieces[row]) for at, row in enumerate(rows) if row in self._pieces]
        if not here:
            return found
        at, starts, counts = (np.array(column) for column in zip(*here, strict=True))
        bounds = np.concatenate([[0], np.cumsum(counts)[:-1]])
        picked = np.arange(counts.sum()) + np.repeat(starts - bounds, counts)
        cosines = asked @ self._sentences.rows()[picked].T
        found[:, at] = np.maximum.reduceat(cosines, bounds, axis=1)
        return found
