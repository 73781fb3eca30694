"""A progress bar on standard error: at once on a terminal, elsewhere only when it takes long."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

WIDTH = 24
PATIENCE = 1.0  # seconds without a word where nobody watches
LINES = 5.0  # seconds between two lines of a log


def bar(label: str) -> Callable[[int, int], None]:
    """A function to call with (done, all); it draws, or writes a line now and then."""
    begun = last = time.monotonic()
    stream = sys.stderr

    def show(done: int, every: int) -> None:
        nonlocal last
        now = time.monotonic()
        if stream.isatty():
            full = WIDTH * done // max(every, 1)
            end = "\n" if done >= every else ""
            drawn = "█" * full + "·" * (WIDTH - full)
            print(f"\r{label} {drawn} {done}/{every}", end=end, file=stream, flush=True)
        elif now - begun > PATIENCE and (now - last > LINES or done >= every):
            last = now
            print(f"{label} {done}/{every}  {now - begun:.0f} s", file=stream, flush=True)

    return show
