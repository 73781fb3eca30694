"""One line of benchmarks/README.md: what was measured, what came out, over how much, and how."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).parents[1] / "../shared/data"  # development texts, never shipped


@dataclass(frozen=True, slots=True)
class Row:
    """`value` as people read it; `size`: n, or an interval with n; `seen`: texts known before."""

    what: str
    value: str
    size: str
    seen: bool = True


def show(rows: list[Row]) -> None:
    """Prints rows of one benchmark on a terminal."""
    for row in rows:
        mark = "" if row.seen else "  (blind)"
        print(f"{row.what}: {row.value}  [{row.size}]{mark}")


def wilson(hits: int, count: int) -> str:
    """`95 % 91.2–99.0, n=156`: Wilson's interval of a share, in percent."""
    z, p = 1.96, hits / count
    middle = (p + z * z / (2 * count)) / (1 + z * z / count)
    half = z * math.sqrt(p * (1 - p) / count + z * z / (4 * count**2)) / (1 + z * z / count)
    low, high = 100 * max(0.0, middle - half), 100 * min(1.0, middle + half)
    return f"95 % {low:.1f}–{high:.1f}, n={count}"
