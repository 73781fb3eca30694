"""「1on1で使える問い」: one open question from the bank, by the barrier that the cases name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cases.vocabulary import content

DEFAULT_FAMILY = "right_way"


def question(barriers: Sequence[str], seed: str, locale: str) -> str:
    """A question of the first barrier's family; `seed` picks the same one for the same case."""
    family = barriers[0].split(".")[0] if barriers else DEFAULT_FAMILY
    bank: dict[str, list[dict[str, Any]]] = content("sample/examples.json")["coaching"]
    rows = bank.get(family) or bank[DEFAULT_FAMILY]
    row = rows[sum(map(ord, seed)) % len(rows)]
    return str(row["en" if locale == "en" else "ja"])
