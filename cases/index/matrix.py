"""Rows of numbers that grow by appending; large ones lie in a file without a name."""

from __future__ import annotations

import math
from tempfile import TemporaryFile
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

# From here on a matrix is mapped from a file that no one else can open: the system may give its
# memory to others and read it again, and it is gone with the process.
MAPPED = 8 << 20  # bytes


class Matrix:
    """Rows of `size` numbers. The capacity doubles, so adding is cheap."""

    def __init__(self, size: int, dtype: DTypeLike) -> None:
        self.size, self._dtype = size, np.dtype(dtype)
        self.length = 0
        self._rows = self._room(64)

    def _room(self, rows: int) -> NDArray[Any]:
        shape = (rows, self.size)
        if math.prod(shape) * self._dtype.itemsize < MAPPED:
            return np.zeros(shape, dtype=self._dtype)
        with TemporaryFile() as file:  # the mapping keeps it after it is closed
            return np.memmap(file, dtype=self._dtype, mode="w+", shape=shape)

    def extend(self, rows: NDArray[Any]) -> None:
        """Adds the rows at the end."""
        end = self.length + len(rows)
        if end > len(self._rows):
            grown = self._room(max(end, 2 * len(self._rows)))
            grown[: self.length] = self._rows[: self.length]
            self._rows = grown
        self._rows[self.length : end] = rows
        self.length = end

    def keep(self, rows: NDArray[np.intp]) -> None:
        """Only these rows stay, in this order."""
        left, self.length = self.rows()[rows], 0
        self._rows = self._room(max(64, len(left)))
        self.extend(left)

    def rows(self) -> NDArray[Any]:
        """All rows, without a copy."""
        return np.asarray(self._rows)[: self.length]
