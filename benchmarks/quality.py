"""The headline numbers of the box, search and guard: `python -m benchmarks.quality`, two minutes.

The whole reports, with cross-validation and what each part brings, are printed by
benchmarks.capture, benchmarks.search_report and benchmarks.guard.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from benchmarks import capture, guard, search_quality
from benchmarks.rows import DATA, Row, show, wilson
from cases.capture.intent import IS_WIN_FROM, SURE_WITH_VECTOR
from cases.embedding import Embedder
from cases.embedding.bundled import BundledEncoder
from cases.guard import check

HERE = Path(__file__).parent


def box() -> list[Row]:
    """The one box with the shipped weights: wins against searches, wins against all else."""
    dev, fresh = capture.dev_rows(), capture.fresh_rows()
    odds = capture.shipped_line("seeks", "with_vector").of(dev["seeks"])
    low, high = SURE_WITH_VECTOR
    asked = (odds > low) & (odds < high)
    right = ~asked & ((odds >= high) == (dev["seeks"].labels == 1))
    count, hits = len(odds), int(right.sum())
    wrong = count - hits - int(asked.sum())
    value = f"{hits / count:.1%} right, {asked.mean():.1%} asked, {wrong} silently wrong"
    found = [Row("one box: share or find", value, wilson(hits, count))]
    for name, rows, seen in (("development", dev["tells"], True), ("blind", fresh, False)):
        odds = capture.shipped_line("tells", "with_vector").of(rows)
        f1 = _f1(odds >= IS_WIN_FROM, rows.labels == 1)
        found.append(
            Row(f"is it a win, {name} posts", f"F1 {f1:.3f}", f"n={len(rows.labels)}", seen)
        )
    return found


def _f1(said: np.ndarray, true: np.ndarray) -> float:
    both = int((said & true).sum())
    return 2 * both / (int(said.sum()) + int(true.sum()))


def search() -> list[Row]:
    """Search over the development cases and queries."""
    encoder = BundledEncoder()
    documents = [search_quality.document(row) for row in search_quality.rows("cases.jsonl")]
    index = search_quality.filled(documents, encoder)
    found = search_quality.measure(index, encoder)
    ndcg = np.array([figures[0] for _, figures in found.values()])
    hits = int(sum(figures[1] for _, figures in found.values()))
    low, high = search_quality.interval(ndcg)
    return [
        Row("search: nDCG@10", f"{ndcg.mean():.2f}", f"95 % {low:.2f}–{high:.2f}, n={len(ndcg)}"),
        Row("search: a good case among the first three", f"{hits / len(ndcg):.1%}",
            wilson(hits, len(ndcg))),
    ]  # fmt: skip


def checks() -> list[Row]:
    """The guard with both layers: development texts, and the sentences it was never tuned on."""
    encoder = BundledEncoder()
    texts = guard.rows(DATA / "safety.jsonl")
    score = guard.measure(texts, set(), encoder)
    found = [
        _share("guard: stops what it must stop", score.stopped["labelled"]),
        _share("guard: stops clean texts", score.stopped["clean"]),
    ]
    blind = json.loads((HERE / "guard_blind.json").read_text(encoding="utf-8"))
    stopped = {kind: _stopped(sentences, encoder) for kind, sentences in blind.items()}
    clean = stopped.pop("clean")
    every = [one for kind in stopped.values() for one in kind]
    found.append(_share("guard, blind: all indirect wording", every, seen=False))
    found += [_share(f"guard, blind: {kind}", each, seen=False) for kind, each in stopped.items()]
    found.append(_share("guard, blind: clean sentences stopped", clean, seen=False))
    return found


def _stopped(sentences: list[str], encoder: Embedder) -> list[bool]:
    return [check(text, encoder).decision in guard.STOPPED for text in sentences]


def _share(what: str, hits: list[bool], *, seen: bool = True) -> Row:
    return Row(what, f"{sum(hits)} of {len(hits)}", wilson(sum(hits), len(hits)), seen)


def rows() -> list[Row]:
    """All of them."""
    return [*box(), *search(), *checks()]


if __name__ == "__main__":
    show(rows())
