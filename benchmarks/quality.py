"""The headline numbers of the box, search and guard: `python -m benchmarks.quality`, two minutes.

The whole reports, with cross-validation and what each part brings, are printed by
benchmarks.capture, benchmarks.search_report and benchmarks.guard.
"""

from __future__ import annotations

import numpy as np

from benchmarks import capture, guard_score, guard_texts, search_quality
from benchmarks.rows import DATA, Row, show, wilson
from cases.capture.intent import IS_WIN_FROM, SURE_WITH_VECTOR
from cases.embedding.bundled import BundledEncoder
from cases.embedding.word_vectors import for_search


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
    encoder = for_search(BundledEncoder())
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
    """The guard with both layers on the development texts; what it says of new wording, at the
    first run of each fresh batch, stands in guard.md and cannot be measured again."""
    encoder = BundledEncoder()
    texts = guard_texts.rows(DATA / "safety.jsonl")
    score = guard_score.measure(texts, set(), encoder)
    return [
        _share("guard: stops what it must stop", score.stopped["labelled"]),
        _share("guard: stops clean texts", score.stopped["clean"]),
    ]


def _share(what: str, hits: list[bool]) -> Row:
    return Row(what, f"{sum(hits)} of {len(hits)}", wilson(sum(hits), len(hits)))


def rows() -> list[Row]:
    """All of them."""
    return [*box(), *search(), *checks()]


if __name__ == "__main__":
    show(rows())
