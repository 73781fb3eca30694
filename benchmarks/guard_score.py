"""Counts what the guard stops and finds in labelled texts, and shows it beside the bars."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cases.embedding import Embedder
from cases.guard import Finding, Verdict, check
from cases.vocabulary import Decision

STOPPED = {Decision.ASK, Decision.MASK, Decision.HOLD, Decision.BLOCK, Decision.ROUTE_TO_SAFETY}
TYPE_OF = {"quid_pro_quo": "inducement", "gift": "inducement", "meal": "inducement"}
NAMES = ("hcp_name", "facility_name", "contact")


@dataclass
class Score:
    """Counts of one layer over the labelled texts.

    By type: labels, and how many of them a finding meets (hits); findings, and how many of them
    meet a label (right); `caught`: for every label, whether its text was stopped at all.
    `missed`: id and reason of every text or span that a bar counts against the guard.
    """

    labels: Counter[str] = field(default_factory=Counter)
    hits: Counter[str] = field(default_factory=Counter)
    caught: Counter[str] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    stopped: dict[str, list[bool]] = field(
        default_factory=lambda: {"labelled": [], "clean": [], "trap": []}
    )
    ms: list[float] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)


def measure(texts: list[dict[str, Any]], traps: set[str], embedder: Embedder | None) -> Score:
    """Run the guard over the labelled texts and count."""
    score = Score()
    for row in texts:
        begun = time.process_time()
        verdict = check(row["text"], embedder)
        score.ms.append(1000 * (time.process_time() - begun))
        stopped = verdict.decision in STOPPED
        score.stopped["labelled" if row["labels"] else "clean"].append(stopped)
        if row["id"] in traps:
            score.stopped["trap"].append(stopped)
        if stopped != bool(row["labels"]):
            score.missed.append(f"{row['id']}: {_reason(row, verdict)}")
        score.caught.update(label["type"] for label in row["labels"] if stopped)
        count(score, row, verdict.findings)
    return score


def _reason(row: dict[str, Any], verdict: Verdict) -> str:
    wanted = sorted({label["type"] for label in row["labels"]})
    if wanted:
        return f"passed with {', '.join(wanted)}"
    return f"clean, stopped by {', '.join(sorted({f.rule for f in verdict.findings}))}"


def count(score: Score, row: dict[str, Any], findings: Sequence[Finding]) -> None:
    """Add the labels of one text, and the findings in it, to the score."""
    for label in row["labels"]:
        kind = label["type"]
        met = any(_meets(f, label) for f in findings)
        score.labels[kind] += 1
        score.hits[kind] += met
        if kind in NAMES and not met:
            score.missed.append(f"{row.get('id', '')}: span of {kind} not found")
    for f in findings:
        kind = TYPE_OF.get(f.rule, f.rule)
        right = any(_meets(f, label) for label in row["labels"])
        score.said[kind] += 1
        score.right[kind] += right
        if kind in NAMES and not right:
            score.missed.append(f"{row.get('id', '')}: wrong span of {kind}")


def _meets(f: Finding, label: dict[str, Any]) -> bool:
    """Decision 33: IoU ≥ 0.5 for names; half covered and at most twice as long for clauses."""
    if TYPE_OF.get(f.rule, f.rule) != label["type"]:
        return False
    start, end = int(label["start"]), int(label["end"])
    shared = min(f.end, end) - max(f.start, start)
    if label["type"] in NAMES:
        return shared / (max(f.end, end) - min(f.start, start)) >= 0.5
    return shared >= 0.5 * (end - start) and f.end - f.start <= 2 * (end - start)


def wilson(hits: int, n: int) -> str:
    """Share with the 95 % Wilson interval, in per cent."""
    if n == 0:
        return "–"
    z, p = 1.96, hits / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    low, high = 100 * max(0.0, middle - half), 100 * min(1.0, middle + half)
    return f"{100 * p:.1f} % [{low:.1f}, {high:.1f}] ({hits}/{n})"


def bars(score: Score) -> str:
    """The bars of the product beside what is measured, as Markdown."""
    kinds = {name: (sum(hits), len(hits)) for name, hits in score.stopped.items()}
    shares = [
        ("decision recall", "≥ 97 %", kinds["labelled"]),
        ("clean texts stopped or masked", "≤ 5 %", kinds["clean"]),
        ("traps stopped", "≤ 8 %", kinds["trap"]),
        ("adverse_event: span recall", "≥ 95 %", _found(score, "adverse_event")),
    ]
    for kind in NAMES:
        right = (score.right[kind], score.said[kind])
        shares.append((f"{kind}: span recall", "≥ 95 %", _found(score, kind)))
        shares.append((f"{kind}: span precision", "≥ 90 %", right))
    lines = [f"| {what} | {bar} | {wilson(*counts)} |" for what, bar, counts in shares]
    slow = f"| p95 a text | ≤ 30 ms | {np.percentile(score.ms, 95):.1f} ms |"
    return "\n".join(["| bar | wanted | measured |", "|---|---|---|", *lines, slow])


def _found(score: Score, kind: str) -> tuple[int, int]:
    return score.hits[kind], score.labels[kind]


def table(rules: Score, both: Score) -> str:
    """The scores of two layers beside each other, as Markdown."""
    lines = ["| measure | rules alone | rules and second look |", "|---|---|---|"]
    for name, what in (
        ("labelled", "decision recall"),
        ("clean", "clean texts stopped"),
        ("trap", "traps stopped"),
    ):
        cells = [wilson(sum(s.stopped[name]), len(s.stopped[name])) for s in (rules, both)]
        lines.append(f"| {what} | {cells[0]} | {cells[1]} |")
    for kind in sorted(both.labels):
        for what, shares in (
            ("text stopped", [(s.caught, s.labels) for s in (rules, both)]),
            ("span recall", [(s.hits, s.labels) for s in (rules, both)]),
            ("span precision", [(s.right, s.said) for s in (rules, both)]),
        ):
            cells = [wilson(hits[kind], all_of[kind]) for hits, all_of in shares]
            lines.append(f"| {kind}: {what} | {cells[0]} | {cells[1]} |")
    for share_of_texts in (50, 95):
        cells = [f"{np.percentile(s.ms, share_of_texts):.1f} ms" for s in (rules, both)]
        lines.append(f"| p{share_of_texts} per text, one core | {cells[0]} | {cells[1]} |")
    return "\n".join(lines)
