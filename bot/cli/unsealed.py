"""Where a database lies in clear for a moment, while a backup is sealed or opened.

A process that is killed cannot delete its folder, so the next one to start does. Who is at work
holds a lock on `var`, which ends with the process: nobody's folder goes under their hands.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

NAME = "unsealed-"


@contextmanager
def folder(var: Path) -> Iterator[Path]:
    """A folder below `var` for its owner alone (mode 0700), which is gone afterwards."""
    var.mkdir(parents=True, exist_ok=True)
    sweep(var)
    with _locked(var, fcntl.LOCK_SH), tempfile.TemporaryDirectory(prefix=NAME, dir=var) as made:
        yield Path(made)


def sweep(var: Path) -> None:
    """Deletes what a killed process left; nothing while anybody backs up or restores.

    What another user of the machine left stays: it must not keep this process from starting.
    """
    if not any(var.glob(f"{NAME}*/")):
        return
    with suppress(OSError), _locked(var, fcntl.LOCK_EX | fcntl.LOCK_NB):
        for left in var.glob(f"{NAME}*/"):
            shutil.rmtree(left, ignore_errors=True)


@contextmanager
def _locked(var: Path, how: int) -> Iterator[None]:
    number = os.open(var, os.O_RDONLY)
    try:
        fcntl.flock(number, how)
        yield
    finally:
        os.close(number)
