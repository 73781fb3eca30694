"""Files of an index: they are on the disk when a call returns, and mapped when they are read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

SMALL = 4096  # bytes; an empty array cannot be mapped


def write_array(path: Path, array: NDArray[Any]) -> None:
    """A new file with the array in numpy's format."""
    with path.open("wb") as file:
        np.save(file, array, allow_pickle=False)
        _reach_disk(file)


def write_text(path: Path, text: str) -> None:
    """A new file with the text in UTF-8."""
    with path.open("wb") as file:
        file.write(text.encode())
        _reach_disk(file)


def mapped(path: Path) -> NDArray[Any]:
    """The array; changes to it stay in memory. Raises ValueError for another format."""
    if path.stat().st_size < SMALL:
        return np.asarray(np.load(path, allow_pickle=False))
    return np.asarray(np.load(path, mmap_mode="c", allow_pickle=False))


def _reach_disk(file: IO[bytes]) -> None:
    """A rename may reach the disk sooner than what was written before, and a power cut would leave
    empty files."""
    file.flush()
    os.fsync(file.fileno())
