"""Short forms of the vectors of a large library: they choose the few that are compared in full."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cases.embedding import Vectors
from cases.index.matrix import Rounded, room

# The signs (64 bytes a case) choose FIRST of all (more above 100,000), the numbers along the SHORT
# directions in which the cases differ most (128 bytes) choose SECOND of those, and the vectors
# decide. Recall@10 is 0.99 at 100,000 cases (benchmarks/search_speed.md); with plain signs of the
# numbers it was 0.89.
FIRST, SECOND = 4_800, 300
BITS, AXES, SHORT = 512, 192, 128
SAMPLE, BLOCK = 8_192, 1 << 15
SAMPLED = 4_096  # about so many rows, evenly taken, tell where the best ones lie


class Sketches:
    """Of rows 0 to `len`; fitted to the library itself. `kept`: what `arrays` gave."""

    def __init__(self, kept: Mapping[str, NDArray[Any]]) -> None:
        self._axes: Vectors = kept["axes"]  # (size, SHORT), the longest last
        self._planes: Vectors = kept["planes"]  # (size, BITS)
        self._signs: NDArray[np.uint64] = kept["signs"]  # (words, rows)
        self._short = Rounded(self._axes.shape[1], np.int8, kept["short"])

    @classmethod
    def of(cls, sample: Vectors) -> Sketches:
        """Fitted to some rows of a library; of no row yet."""
        axes = np.linalg.eigh(sample.T @ sample)[1][:, -AXES:]
        planes = np.asarray(axes @ _frame()[: axes.shape[1]], dtype=np.float32)
        axes, signs = axes[:, -SHORT:], np.zeros((BITS // 64, 0), dtype=np.uint64)
        short = Rounded(axes.shape[1], np.int8).whole()
        return cls({"axes": axes, "planes": planes, "signs": signs, "short": short})

    def __len__(self) -> int:
        return int(self._signs.shape[1])

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Everything, to be saved."""
        own: dict[str, NDArray[Any]] = {"axes": self._axes, "planes": self._planes}
        return {**own, "signs": self._signs, "short": self._short.whole()}

    def copy(self) -> Sketches:
        """See Matrix.copy."""
        return Sketches(self.arrays())

    def extend(self, vectors: Rounded) -> None:
        """Takes in the rows that came since."""
        old, end = len(self), len(vectors)
        grown = room((BITS // 64, end), np.uint64)
        grown[:, :old] = self._signs
        for start in range(old, end, BLOCK):
            own = np.arange(start, min(start + BLOCK, end))
            rows = vectors.vectors(own)
            grown[:, own] = self._signed(rows).T
            self._short.extend(rows @ self._axes)
        self._signs = grown

    def put(self, row: int, vector: Vectors) -> None:
        """Replaces one row."""
        self._signs[:, row] = self._signed(vector[None, :])[0]
        self._short.put(row, vector @ self._axes)

    def choose(self, asked: Vectors, rows: NDArray[np.intp], least: int) -> NDArray[np.intp]:
        """Places in `rows`, all under `len`, of those that may be nearest by `joined`.

        One vector between the question and its clauses finds more of them at the signs than two
        that look for a clause each.
        """
        probe = asked[:1] + asked[1:].mean(axis=0) if len(asked) > 1 else asked
        most = max(FIRST, 8 * least, int(FIRST * (len(rows) / 100_000) ** 0.5))
        few = _fewest(self._apart(self._signed(probe)[0], rows), most)
        near = joined(self._short.cosines(asked @ self._axes, rows[few]))
        most = max(SECOND, 4 * least)
        return few if len(few) <= most else few[np.argpartition(-near, most)[:most]]

    def _apart(self, signs: NDArray[np.uint64], rows: NDArray[np.intp]) -> NDArray[np.uint16]:
        """How many signs differ, for each row."""
        every = 4 * len(rows) > len(self)
        held = self._signs if every else self._signs.take(rows, axis=1)
        apart = np.empty(held.shape[1], dtype=np.uint16)
        for start in range(0, len(apart), BLOCK):  # what is worked on stays near the processor
            span = slice(start, start + BLOCK)
            differ = np.bitwise_count(held[:, span] ^ signs[:, None])
            # Each half fits into one byte, and adding bytes takes a third of adding two at a time.
            one, other = (np.add.reduce(half, dtype=np.uint8) for half in np.split(differ, 2))
            np.add(one, other, dtype=np.uint16, out=apart[span])
        return apart[rows] if every and len(rows) < len(apart) else apart

    def _signed(self, rows: Vectors) -> NDArray[np.uint64]:
        """Which side of each plane: shape (rows, BITS / 64)."""
        return np.packbits(rows @ self._planes > 0, axis=1).view(np.uint64)


def joined(both: Vectors) -> Vectors:
    """The whole question and its best clause, half and half: from a row of cosines for each."""
    clauses = both[1:].max(axis=0) if len(both) > 1 else both[0]
    return np.asarray(0.5 * both[0] + 0.5 * clauses, dtype=np.float32)


def best(scores: NDArray[Any], most: int) -> NDArray[np.intp]:
    """The places of the `most` highest, in no order."""
    few, step = np.empty(0, np.intp), len(scores) // SAMPLED
    if step > 1:
        sample = np.sort(scores[::step])  # a partition takes ten times as long where many are equal
        level = sample[-min(2 * most // step + 8, len(sample))]
        few = np.flatnonzero(scores > level)
        if len(few) < most:  # more are equal: any of them
            few = np.concatenate([few, np.flatnonzero(scores == level)[: most - len(few)]])
    if len(few) < most:
        few = np.arange(len(scores))
    if len(few) <= most:
        return few
    return few[np.argpartition(-scores[few], most - 1)[:most]]


def _frame() -> NDArray[np.float64]:
    """BITS directions at right angles to each other, always the same."""
    drawn = np.random.default_rng(0).standard_normal((BITS, BITS))
    return np.asarray(np.linalg.qr(drawn)[0])


def _fewest(apart: NDArray[np.uint16], most: int) -> NDArray[np.intp]:
    """The places of about `most` smallest, in order."""
    step = max(1, len(apart) // SAMPLED)
    held = np.cumsum(np.bincount(apart[::step], minlength=1))
    return np.flatnonzero(apart <= np.searchsorted(held, -(-most // step)))
