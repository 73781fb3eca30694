"""How well a post is split into fields, and what the reading costs: `python -m benchmarks.draft`.

The fields of each development case are strung together as plain prose and split again; a character
is right when it lands in the field that it came from. Posts have no labelled fields: there the
share with both required fields is printed.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

from cases.capture import propose, questions, read
from cases.capture.fields import FIELDS, place
from cases.capture.split import units

DATA = Path(__file__).parents[1] / "../shared/data"


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(row) for row in (DATA / name).read_text(encoding="utf-8").splitlines()]


def prose(case: dict[str, Any]) -> tuple[str, list[tuple[int, str]]]:
    """The case as one text, and where each field begins in it."""
    text, begins = "", []
    for key in FIELDS:
        if case.get(key):
            begins.append((len(text), key))
            text += case[key] + " "
    return text, begins


def confusion(cases: list[dict[str, Any]]) -> Counter[tuple[str, str]]:
    """Characters by (field that they came from, field where they landed)."""
    seen: Counter[tuple[str, str]] = Counter()
    for case in cases:
        text, begins = prose(case)
        found = units(text)
        for unit, said in zip(found, place(found), strict=True):
            true = [key for start, key in begins if start <= unit.start][-1]
            seen[true, said] += len(unit.text)
    return seen


def fields() -> None:
    seen = confusion(lines("cases.jsonl"))
    right = sum(count for (true, said), count in seen.items() if true == said)
    print(f"cases.jsonl: {right / seen.total():.1%} of {seen.total()} characters in their field")
    for key in FIELDS:
        whole = sum(count for (true, _), count in seen.items() if true == key)
        shares = ", ".join(f"{said} {seen[key, said] / whole:.0%}" for said in FIELDS)
        print(f"  {key}: {shares}")


def required() -> None:
    wins = [row["text"] for row in lines("posts.jsonl") if row["is_win"]]
    found = [propose(text) for text in wins]
    both = sum(not proposal.missing for proposal in found)
    fitting = sum(proposal.values.get("title", "…")[-1] != "…" for proposal in found)
    print(f"posts.jsonl: both required fields in {both}/{len(wins)} wins")
    print(f"  a title that is a whole extract in {fitting}/{len(wins)}")
    print(f"  first question: {Counter(questions(p)[0] for p in found).most_common()}")


def cost() -> None:
    texts = [row["text"] for row in lines("posts.jsonl")]
    read(texts[0], None), propose(texts[0])
    for name, work in (("read", lambda text: read(text, None)), ("propose", propose)):
        taken = []
        for text in texts:
            start = time.perf_counter()
            work(text)
            taken.append((time.perf_counter() - start) * 1000)
        taken.sort()
        print(f"{name} without model: median {taken[75]:.2f} ms, p95 {taken[142]:.2f} ms")


if __name__ == "__main__":
    fields()
    required()
    cost()
