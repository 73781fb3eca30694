"""Measures the guard on the development texts by type, layer and time; `--write` keeps the page.

python -m benchmarks.guard [--data ../shared/data] [--write]
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.guard_texts import CASE_FIELDS, batch, rows
from cases.embedding import Embedder
from cases.embedding.bundled import BundledEncoder
from cases.guard import RULES_VERSION, Finding, check, check_fields, warm
from cases.guard.second_look import KINDS, LIMIT, anchors, features, fit
from cases.vocabulary import Decision

STOPPED = {Decision.ASK, Decision.MASK, Decision.HOLD, Decision.BLOCK, Decision.ROUTE_TO_SAFETY}
TYPE_OF = {"quid_pro_quo": "inducement", "gift": "inducement", "meal": "inducement"}
NAMES = ("hcp_name", "facility_name", "contact")
HERE = Path(__file__).parent
INTRODUCTION = """Rules {rules}; limit of the second look {limit}. Shares with the 95 % Wilson
interval and n; scoring as in decision 33. Times are CPU time of one core of the
machine that ran this. The optional third layer (`HITOTSUBU_GUARD_MODEL`) is off and
not measured."""
DEVELOPMENT = """The cues were written with these texts in sight, so this table is an upper bound
and not a forecast. The head was never fitted on them; its one limit (0.5: less likely clean than
not) was looked at beside the clean ones, the cases and the posts."""
FRESH = """Three batches of sentences, half of them indirect, with hard clean neighbours, each
written after the rules of its time. Batches 1 and 2 were then used to mend rules
and anchors by their reasons; batch 3 was written after that, and its **first run is
the blind figure**: decision recall 118/129 (names 66/69, adverse_event 19/21,
patient_info 10/11, off_label 7/10, inducement 9/10, disparagement 7/8), clean
stopped 3/61, span recall hcp_name 30/31, facility_name 26/28, contact 11/11, span
precision 67/67. The rules before this round (2026.11.0) had on the same batch:
decision recall 105/129 (names 64/69, adverse_event 13/21, off_label 4/10), clean
stopped 1/61; and 15 of the 150 everyday cases stopped. Batch 2 at its first run:
129/140 with clean 2/61. The tables below are of the rules as they are now, after
reasons from batch 3 were mended too: no forecast either. One author wrote rules and
batches."""
BLIND = """Indirect sentences of an earlier round; rules and anchors were mended with their
reasons in sight since, so these too are now development texts."""


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


def measure(texts: list[dict], traps: set[str], embedder: Embedder | None) -> Score:
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
    """The sentences of the earlier round, by what is wrong with them."""
    return _stopped(batch("guard_blind.json"), embedder)


def fresh(name: str, embedder: Embedder) -> str:
    """A fresh batch: what is stopped by kind, and the spans of names with both layers."""
    kinds = batch(name)
    labelled = [row for rows_of_kind in kinds.values() for row in rows_of_kind]
    score = Score()
    for row in labelled:
        _count(score, row["labels"], check(row["text"], embedder).findings)
    lines = [_stopped(kinds, embedder), "", "| spans | recall | precision |", "|---|---|---|"]
    for kind in NAMES:
        recall = wilson(score.hits.get(kind, 0), score.labels.get(kind, 0))
        lines.append(f"| {kind} | {recall} | {wilson(score.right[kind], score.said[kind])} |")
    return "\n".join(lines)


def _stopped(kinds: dict[str, list[dict]], embedder: Embedder) -> str:
    lines = ["| stopped | rules alone | both layers |", "|---|---|---|"]
    hits = {
        kind: [[check(r["text"], e).decision in STOPPED for r in texts] for e in (None, embedder)]
        for kind, texts in kinds.items()
    }
    risky = [[x for k in kinds if k != "clean" for x in hits[k][layer]] for layer in (0, 1)]
    for kind, layers in [*hits.items(), ("all but clean", risky)]:
        alone, both = (wilson(sum(layer), len(layer)) for layer in layers)
        lines.append(f"| {kind} | {alone} | {both} |")
    return "\n".join(lines)


def bars(score: Score) -> str:
    """The bars of the product beside what is measured on the development texts, both layers."""
    stopped = {kind: (sum(x), len(x)) for kind, x in score.stopped.items()}
    rows_of_bars = [
        ("decision recall", "≥ 97 %", stopped["labelled"]),
        ("clean texts stopped or masked", "≤ 5 %", stopped["clean"]),
        ("traps stopped", "≤ 8 %", stopped["trap"]),
        (
            "adverse_event recall",
            "≥ 95 %",
            (score.hits["adverse_event"], score.labels["adverse_event"]),
        ),
    ]
    for kind in NAMES:
        rows_of_bars += [
            (f"{kind}: span recall", "≥ 95 %", (score.hits[kind], score.labels[kind])),
            (f"{kind}: span precision", "≥ 90 %", (score.right[kind], score.said[kind])),
        ]
    lines = [f"| {what} | {bar} | {wilson(*counts)} |" for what, bar, counts in rows_of_bars]
    slow = f"{np.percentile(score.ms, 95):.1f} ms"
    return "\n".join(
        [
            "| bar | wanted | measured |",
            "|---|---|---|",
            *lines,
            f"| p95 a text | ≤ 30 ms | {slow} |",
        ]
    )


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
    warm(embedder)
    check("温め")
    rules, both = measure(texts, traps, None), measure(texts, traps, embedder)
    parts = [
        "# The guard, measured",
        INTRODUCTION.format(rules=RULES_VERSION, limit=LIMIT),
        "## The bars, on the development texts (240)",
        bars(both),
        DEVELOPMENT,
        "## By type, and what the second look adds",
        table(rules, both),
        "## Fresh batches",
        FRESH,
        *(f"### Batch {n}\n\n{fresh(f'guard_fresh_{n}.json', embedder)}" for n in (1, 2, 3)),
        "## Indirect sentences of the earlier round",
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
