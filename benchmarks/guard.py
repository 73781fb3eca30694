"""Measures the guard on the development texts by type, layer and time; `--write` keeps the page.

python -m benchmarks.guard [--data ../shared/data] [--write]
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from cases.embedding import Embedder
from cases.embedding.bundled import BundledEncoder
from cases.guard import RULES_VERSION, Finding, check, check_fields, warm
from cases.guard.second_look import KINDS, LIMIT, anchors, features, fit
from cases.vocabulary import Decision

STOPPED = {Decision.ASK, Decision.MASK, Decision.HOLD, Decision.BLOCK, Decision.ROUTE_TO_SAFETY}
TYPE_OF = {"quid_pro_quo": "inducement", "gift": "inducement", "meal": "inducement"}
NAMES = ("hcp_name", "facility_name", "contact")
CASE_FIELDS = ("title", "situation", "action", "result", "tip")
HERE = Path(__file__).parent
INTRODUCTION = """Rules {rules}; limit of the second look {limit};
its head is fitted in {seconds:.1f} s at first use. Shares with the 95 % Wilson interval and n;
scoring as in decision 33. Times are of the machine that ran this."""
DEVELOPMENT = """The cues were written with these texts in sight, so this table is an upper bound
and not a forecast. The head was never fitted on them; its thresholds were chosen with the clean
ones, the cases and the posts, so the figures for everyday texts are in sight too."""
BLIND = """Indirect sentences written after the cues; neither cues, anchors nor thresholds were
tuned on them. They are harder than the development texts, and few. This is the better forecast of
what new wording does: cues alone do not generalise, the second look does in part."""


@dataclass
class Score:
    """Counts of one layer over the labelled texts."""

    labels: dict[str, int] = field(default_factory=dict)
    hits: dict[str, int] = field(default_factory=dict)
    said: dict[str, int] = field(default_factory=dict)
    right: dict[str, int] = field(default_factory=dict)
    stopped: dict[str, list[bool]] = field(
        default_factory=lambda: {"labelled": [], "clean": [], "trap": []}
    )
    ms: list[float] = field(default_factory=list)


def rows(path: Path) -> list[dict[str, object]]:
    """The rows of a JSONL file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def measure(texts: list[dict], traps: set[str], embedder: Embedder | None) -> Score:
    """Run the guard over the labelled texts and count."""
    score = Score()
    for row in texts:
        begun = time.perf_counter()
        verdict = check(row["text"], embedder)
        score.ms.append(1000 * (time.perf_counter() - begun))
        stopped = verdict.decision in STOPPED
        score.stopped["labelled" if row["labels"] else "clean"].append(stopped)
        if row["id"] in traps:
            score.stopped["trap"].append(stopped)
        _count(score, row["labels"], verdict.findings)
    return score


def _count(score: Score, labels: list[dict], findings: Sequence[Finding]) -> None:
    for label in labels:
        kind = label["type"]
        score.labels[kind] = score.labels.get(kind, 0) + 1
        score.hits[kind] = score.hits.get(kind, 0) + any(_meets(f, label) for f in findings)
    for f in findings:
        kind = TYPE_OF.get(f.rule, f.rule)
        score.said[kind] = score.said.get(kind, 0) + 1
        score.right[kind] = score.right.get(kind, 0) + any(_meets(f, x) for x in labels)


def _meets(f: Finding, label: dict) -> bool:
    """Decision 33: IoU ≥ 0.5 for names; half covered and at most twice as long for clauses."""
    if TYPE_OF.get(f.rule, f.rule) != label["type"]:
        return False
    start, end = label["start"], label["end"]
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


def cross_validated(embedder: Embedder, folds: int = 10) -> str:
    """The head alone on its own anchors, ten folds, at the shipped thresholds."""
    texts, kinds = anchors()
    inputs = features(texts, embedder)
    fold = np.random.default_rng(0).integers(0, folds, len(kinds))
    risky = np.zeros(len(kinds), dtype=bool)
    for number in range(folds):
        head = fit(inputs[fold != number], kinds[fold != number])
        odds = head.odds(inputs[fold == number])
        risky[fold == number] = 1 - odds[:, -1] >= LIMIT
    lines = [
        f"| {kind} | {wilson(int(risky[kinds == i].sum()), int((kinds == i).sum()))} |"
        for i, kind in enumerate(KINDS)
    ]
    return "\n".join(["| anchors | over the threshold, held out |", "|---|---|", *lines])


def everyday(data: Path, embedder: Embedder) -> str:
    """Cases and chat posts without labels of any kind: how often the guard stops work."""
    cases = [{k: str(r[k]) for k in CASE_FIELDS} for r in rows(data / "cases.jsonl")]
    posts = [{"text": str(r["text"])} for r in rows(data / "posts.jsonl")]
    parts = []
    for name, texts in (("150 cases of five fields", cases), ("150 chat posts", posts)):
        stopped = [check_fields(fields, embedder).decision in STOPPED for fields in texts]
        parts.append(f"{name} {wilson(sum(stopped), len(stopped))}")
    return "; ".join(parts)


def blind(embedder: Embedder) -> str:
    """Sentences written after the cues; neither cues nor anchors nor thresholds used them."""
    sentences: dict[str, list[str]] = json.loads((HERE / "guard_blind.json").read_text("utf-8"))
    lines = ["| blind sentences | rules alone | both layers |", "|---|---|---|"]
    for kind, texts in sentences.items():
        alone, both = (
            wilson(sum(check(t, e).decision in STOPPED for t in texts), len(texts))
            for e in (None, embedder)
        )
        lines.append(f"| {kind} | {alone} | {both} |")
    return "\n".join(lines)


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
        recall = [wilson(s.hits[kind], s.labels[kind]) for s in (rules, both)]
        lines.append(f"| {kind}: span recall | {recall[0]} | {recall[1]} |")
        said = [wilson(s.right.get(kind, 0), s.said.get(kind, 0)) for s in (rules, both)]
        lines.append(f"| {kind}: span precision | {said[0]} | {said[1]} |")
    for share in (50, 95):
        cells = [f"{np.percentile(s.ms, share):.1f} ms" for s in (rules, both)]
        lines.append(f"| p{share} per text, one core | {cells[0]} | {cells[1]} |")
    return "\n".join(lines)


def page(data: Path) -> str:
    """The whole report."""
    texts = rows(data / "safety.jsonl")
    traps = set((data / "safety_trap_ids.txt").read_text().split())
    embedder = BundledEncoder()
    begun = time.perf_counter()
    warm(embedder)
    fitted = time.perf_counter() - begun
    check("温め")
    scores = table(measure(texts, traps, None), measure(texts, traps, embedder))
    parts = [
        "# The guard, measured",
        INTRODUCTION.format(rules=RULES_VERSION, limit=LIMIT, seconds=fitted),
        "## Development texts (240)",
        DEVELOPMENT,
        scores,
        "## Blind sentences",
        BLIND,
        blind(embedder),
        "## The second look alone",
        cross_validated(embedder),
        "## Everyday texts stopped",
        everyday(data, embedder),
    ]
    return "\n\n".join(parts) + "\n"


def main() -> None:
    """Print the report, and keep it with `--write`."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, default=HERE.parent / "../shared/data")
    options.add_argument("--write", action="store_true")
    given = options.parse_args()
    report = page(given.data)
    print(report)
    if given.write:
        (HERE / "guard.md").write_text(report, encoding="utf-8")


if __name__ == "__main__":
    main()
