"""The three questions about a case, for an office that talks about it (domain.md §11)."""

from __future__ import annotations

from collections.abc import Sequence

from cases.reflections import bank

DEFAULT_FAMILY = "right_way"
STAGES = (2, 3)  # of the cases' readers: they have begun, and it spreads


def questions(barriers: Sequence[str], seed: str, locale: str) -> list[str]:
    """変化, 気持ち and 意味, of the first barrier's family; `seed` picks the same for one case."""
    family = barriers[0].split(".")[0] if barriers else DEFAULT_FAMILY
    families = {row["barrier"] for row in bank().values()}
    family = family if family in families else DEFAULT_FAMILY
    stage = STAGES[sum(map(ord, seed)) % len(STAGES)]
    rows = [row for row in bank().values() if (row["barrier"], row["stage"]) == (family, stage)]
    return [str(row["en" if locale == "en" else "ja"]) for row in rows]
