"""Rows of numbers that grow by appending, and where large ones lie: in files, not in memory."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from copy import copy
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

from cases.embedding import Vectors

# From here on an array is mapped from a file that no one else can open: the system may give its
# memory to others and read it again, and it is gone with the process.
MAPPED = 1 << 22  # bytes
# Numbers times rows of a question that are multiplied at once: three times as quick as all at once,
# for they stay near the processor and OpenBLAS copies larger products first.
AT_ONCE = 1 << 17
SMALL = 4096  # bytes of a file; an empty array cannot be mapped


def room(shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
    """Zeros, in a file without a name when there are many."""
    if math.prod(shape) * np.dtype(dtype).itemsize < MAPPED:
        return np.zeros(shape, dtype=dtype)
    with TemporaryFile() as file:  # the mapping keeps it after it is closed
        return np.asarray(np.memmap(file, dtype=dtype, mode="w+", shape=shape))


def on_disk(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """A new file, on the disk when the call returns: a rename may reach it sooner than what was
    written before, and a power cut would leave empty files."""
    with path.open("wb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())


def mapped(path: Path) -> NDArray[Any]:
    """An array that `np.save` wrote; changes to it stay in memory. Raises ValueError for another
    format."""
    large = path.stat().st_size >= SMALL
    return np.asarray(np.load(path, mmap_mode="c" if large else None, allow_pickle=False))


class Matrix:
    """Rows of `size` numbers: those that were `kept`, and behind them those that came since.

    The room of the latter doubles, so adding is cheap and never copies what was kept.
    """

    def __init__(self, size: int, dtype: DTypeLike, kept: NDArray[Any] | None = None) -> None:
        self.size, self.dtype = size, np.dtype(dtype)
        self._kept = np.zeros((0, size), dtype=self.dtype) if kept is None else kept
        self._new, self._added = room((64, size), self.dtype), 0

    def __len__(self) -> int:
        return len(self._kept) + self._added

    def extend(self, rows: NDArray[Any]) -> None:
        """Adds the rows at the end."""
        start = self._added
        self.longer(len(rows))
        self._new[start : self._added] = rows

    def longer(self, rows: int) -> None:
        """Adds so many rows of zeros."""
        end = self._added + rows
        if end > len(self._new):
            grown = room((max(end, 2 * len(self._new)), self.size), self.dtype)
            grown[: self._added] = self._new[: self._added]
            self._new = grown
        self._added = end

    def copy(self) -> Self:
        """With the same rows: those that come to one do not come to the other, but a row that is
        replaced may be replaced in both."""
        other = copy(self)
        other._new = self._new[: self._added]
        return other

    def put(self, row: int, numbers: NDArray[Any]) -> None:
        """Replaces one row."""
        if row < len(self._kept):
            self._kept[row] = numbers
        else:
            self._new[row - len(self._kept)] = numbers

    def take(self, rows: NDArray[Any]) -> NDArray[Any]:
        """Some rows, as a copy."""
        old = len(self._kept)
        if not len(rows) or not old:
            return self._new.take(rows, axis=0)  # a third of what brackets take
        if not self._added or rows.max() < old:
            return self._kept.take(rows, axis=0)
        found, kept = np.empty((len(rows), self.size), dtype=self.dtype), rows < old
        found[kept], found[~kept] = self._kept[rows[kept]], self._new[rows[~kept] - old]
        return found

    def keep(self, rows: NDArray[np.intp]) -> None:
        """Only these rows stay, in this order."""
        left = room((len(rows), self.size), self.dtype)
        for start in range(0, len(rows), 1 << 14):
            left[start : start + (1 << 14)] = self.take(rows[start : start + (1 << 14)])
        self._kept, self._new, self._added = left, room((64, self.size), self.dtype), 0

    def whole(self) -> NDArray[Any]:
        """All rows in one piece."""
        if self._added:
            self.keep(np.arange(len(self)))
        return self._kept


class Rounded(Matrix):
    """Vectors as whole numbers of two bytes or one, a row's scale behind its numbers: the error of
    a cosine is under 0.0001 or 0.003. float16 took ten times as long to turn back."""

    def __init__(self, size: int, dtype: DTypeLike, kept: NDArray[Any] | None = None) -> None:
        self._numbers, self._steps = size, np.iinfo(dtype).max
        super().__init__(
            size + np.dtype(np.float32).itemsize // np.dtype(dtype).itemsize, dtype, kept
        )

    def extend(self, rows: NDArray[Any]) -> None:
        """Adds the vectors at the end."""
        super().extend(self._rounded(rows))

    def put(self, row: int, numbers: NDArray[Any]) -> None:
        """Replaces one vector."""
        super().put(row, self._rounded(numbers[None, :])[0])

    def cosines(self, asked: Vectors, rows: NDArray[np.intp]) -> Vectors:
        """`asked` with each of `rows`: shape (rows of asked, rows)."""
        found = np.empty((len(asked), len(rows)), dtype=np.float32)
        block = max(64, AT_ONCE // asked.size)
        for start in range(0, len(rows), block):
            numbers, scales = self._split(self.take(rows[start : start + block]))
            own = found[:, start : start + block]
            np.matmul(asked, numbers.astype(np.float32).T, out=own)
            own *= scales
        return found

    def vectors(self, rows: NDArray[np.intp]) -> Vectors:
        """Some rows as they were, nearly."""
        numbers, scales = self._split(self.take(rows))
        return np.asarray(numbers * scales[:, None])

    def filled(self) -> NDArray[np.intp]:
        """The rows that are not zeros."""
        both = self._kept, self._new[: self._added]
        return np.flatnonzero(np.concatenate([self._split(rows)[1] for rows in both]))

    def _split(self, rows: NDArray[Any]) -> tuple[NDArray[Any], Vectors]:
        return rows[:, : self._numbers], rows[:, self._numbers :].view(np.float32)[:, 0]

    def _rounded(self, rows: Vectors) -> NDArray[Any]:
        found = np.empty((len(rows), self.size), dtype=self.dtype)
        numbers, scales = self._split(found)
        scales[:] = np.maximum(np.abs(rows).max(axis=1), 1e-12) / self._steps
        np.rint(rows / scales[:, None], out=numbers, casting="unsafe")
        return found
