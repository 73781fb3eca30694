"""Prints the search report: quality by style, what helped, cross-validated weights, labels, speed.

`OMP_NUM_THREADS=1 python -m benchmarks.search_report [--write]` (about a minute); --write renews
benchmarks/search_quality.md, whose part after the line `<!-- notes -->` is kept.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.search_quality import (
    DEVELOPMENT,
    FRESH,
    FRESH_2,
    STYLES,
    Asked,
    asked,
    document,
    filled,
    general,
    interval,
    labels,
    measure,
    rows,
)
from cases import question
from cases.embedding import QueryEmbedder
from cases.embedding.bundled import BundledEncoder
from cases.embedding.word_vectors import for_search
from cases.index import Document, parts
from cases.index.memory import MemoryIndex
from cases.index.vectors import Common, common_of
from cases.question import HEARD, Question
from cases.ranking import OTHER, Match, Weights, told_by_themes

REPORT = Path(__file__).with_suffix("").with_name("search_quality.md")
NOTES = "<!-- notes -->"
SETS = {"Development": DEVELOPMENT, "Fresh": FRESH, "Second fresh": FRESH_2}
Figures = dict[str, tuple[str, tuple[float, float, float]]]


def values(found: Figures, column: int = 0) -> NDArray[np.float64]:
    """One figure of all queries, in their order."""
    return np.array([row[1][column] for row in found.values()])


def quality(found: Figures) -> Iterator[str]:
    """The table of figures by style."""
    yield "| style | n | nDCG@10 | 95 % | hit@3 | MRR |\n|---|---|---|---|---|---|"
    for style in ("all", *STYLES):
        own = {key: row for key, row in found.items() if style in ("all", row[0])}
        low, high = interval(values(own))
        means = [values(own, column).mean() for column in range(3)]
        yield (
            f"| {style} | {len(own)} | {means[0]:.3f} | {low:.2f}–{high:.2f} "
            f"| {means[1]:.3f} | {means[2]:.3f} |"
        )


CHANGES: dict[str, Callable[[Question], Question]] = {
    "without themes": lambda asked: replace(asked, themes={}),
    "themes as written only (no kana readings)": lambda asked: replace(
        asked, themes={key: value for key, value in asked.themes.items() if value > HEARD}
    ),
    "without sounds": lambda asked: replace(asked, sounds=type(asked.sounds)()),
    "without themes and sounds (words and meaning)": lambda asked: replace(
        asked, themes={}, sounds=type(asked.sounds)()
    ),
    "without meaning (while the encoder loads)": lambda asked: replace(asked, vectors=None),
    "whole question only, no clauses": lambda asked: replace(
        asked, vectors=None if asked.vectors is None else asked.vectors[:1]
    ),
    "words alone": lambda asked: replace(
        asked, themes={}, sounds=type(asked.sounds)(), vectors=None, japanese=True
    ),
    "meaning alone": lambda asked: replace(
        asked, themes={}, sounds=type(asked.sounds)(), words=type(asked.words)()
    ),
    "one rule for all languages": lambda asked: replace(asked, japanese=True),
}


def ablation(index: MemoryIndex, encoder: QueryEmbedder) -> Iterator[str]:
    """Each part taken away, with the paired interval of the difference, on every set: what helps
    only where it was written is luck."""
    yield f"| change |{''.join(f' {name.lower()} | difference | 95 % |' for name in SETS)}"
    yield f"|---|{'---|---|---|' * len(SETS)}"
    bare = Common(*np.zeros((2, encoder.size), dtype=np.float32))
    documents = [document(row) for row in rows("cases.jsonl")]
    unlabelled = [replace(own, labels=()) for own in documents]
    alone = BundledEncoder()
    tried = [(name, index, encoder, change) for name, change in CHANGES.items()]
    tried += [
        ("mean and first component left in", filled(documents, encoder, bare), encoder, same),
        ("labels not indexed", filled(unlabelled, encoder), encoder, same),
        ("without the vectors of words", filled(documents, alone), alone, same),
    ]
    sets = [asked(file) for file in SETS.values()]
    full = [values(measure(index, encoder, queries=queries)) for queries in sets]
    for name, own, asking, change in tried:
        cells = []
        for queries, before in zip(sets, full, strict=True):
            after = values(measure(own, asking, change, queries))
            low, high = interval(after - before)
            gap = (after - before).mean()
            cells.append(f"{after.mean():.3f} | {gap:+.3f} | {low:+.3f} to {high:+.3f}")
        yield f"| {name} | {' | '.join(cells)} |"


def same(asked: Question) -> Question:
    """The question as it is."""
    return asked


def cross_validated(encoder: QueryEmbedder) -> float:
    """nDCG@10 on held-out fifths when the weights are chosen on the other four (10 repeats)."""
    documents = [document(row) for row in rows("cases.jsonl")]
    table = []
    grid = itertools.product((0.1, 0.2, 0.3), (0.0, 0.05, 0.1), (0.3, 0.4, 0.5), (0.2, 0.3, 0.4))
    current = [Weights(1, 1, 1, 1)]
    index = filled(
        documents,
        encoder,
        weigh=lambda own, told: told_by_themes(current[0] if own.japanese else OTHER, told),
    )
    for shares in grid:
        current[0] = Weights(*shares)
        table.append(values(measure(index, encoder)))
    scores, held = np.array(table), []
    draw = np.random.default_rng(7)
    for _ in range(10):
        order = draw.permutation(scores.shape[1])
        for fold in range(5):
            test = order[fold::5]
            train = np.setdiff1d(order, test)
            held.append(scores[scores[:, train].mean(axis=1).argmax()][test].mean())
    return float(np.mean(held))


def label_line(
    index: MemoryIndex, encoder: QueryEmbedder, queries: list[Asked], *, outside: bool
) -> str:
    """How often the honest label is right, with or without the list of topics outside."""
    found = labels(
        index, encoder, lambda own: own if outside else replace(own, outside=frozenset()), queries
    )
    right = sum(label is Match.NONE for own, label in found if not own)
    wrong = sum(label is Match.NONE for own, label in found if own)
    how = "" if outside else ", without the list of topics outside"
    hopeless, answerable = (sum(own is kind for own, _ in found) for kind in (False, True))
    return (
        f"Labelled `none`{how}: {right} of {hopeless} unanswerable, "
        f"{wrong} of {answerable} answerable queries."
    )


def speed(size: int, encoder: QueryEmbedder) -> str:
    """Search of the development queries in `size` cases mixed from sentences of the cases."""
    draw = np.random.default_rng(7)
    texts = [text for row in rows("cases.jsonl") for _, text in parts(row)[1:]]
    vectors = encoder.encode(texts)
    index = MemoryIndex(common_of(encoder.name, encoder.size))
    begun = time.perf_counter()
    for number in range(size):
        picked = draw.choice(len(texts), 9, replace=False)
        index.put(Document(f"c{number}", {"action": "\n".join(texts[at] for at in picked)}))
        named = {str(at): vectors[row] for at, row in enumerate(picked)}
        index.put_vectors(f"c{number}", {"whole": vectors[picked].mean(axis=0), **named})
    added = (time.perf_counter() - begun) / size * 1_000
    reads, searches = [], []
    for query in asked():
        begun = time.perf_counter()
        read = question.read(query.text, encoder)
        reads.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        index.search(read)
        searches.append(time.perf_counter() - begun)
    shown = [f"{np.quantile(own, q) * 1_000:.1f}" for own in (reads, searches) for q in (0.5, 0.95)]
    return f"| {size} | {added:.2f} | {' | '.join(shown)} |"


def report() -> Iterator[str]:
    """The report in Markdown, line by line."""
    encoder = for_search(BundledEncoder())
    index = filled([document(row) for row in rows("cases.jsonl")], encoder)
    yield "# Search quality\n"
    yield f"Encoder {encoder.name}; by benchmarks/search_report.py."
    for name, file in SETS.items():
        queries = asked(file)
        yield f"\n## {name} queries\n"
        yield from quality(measure(index, encoder, queries=queries))
        yield f"\n{label_line(index, encoder, queries, outside=True)}"
        yield f"\n{label_line(index, encoder, queries, outside=False)}"
    held_out = cross_validated(encoder)
    yield "\n## What each part brings\n"
    yield f"Weights chosen on four fifths of the development queries, on the last: {held_out:.3f}."
    yield f"General text (JaQuAD, first file, 200 questions): nDCG@10 {general(encoder):.3f}.\n"
    yield from ablation(index, encoder)
    yield "\n## Speed, milliseconds, one core\n"
    yield "| cases | adding one | question p50 | p95 | search p50 | p95 |"
    yield "|---|---|---|---|---|---|"
    yield from (speed(size, for_search(BundledEncoder())) for size in (150, 5_000))


def main() -> None:
    """Prints the report; with --write also keeps it."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--write", action="store_true", help="renew benchmarks/search_quality.md")
    lines = []
    for line in report():
        print(line, flush=True)
        lines.append(line)
    if wanted.parse_args().write:
        old = REPORT.read_text(encoding="utf-8") if REPORT.exists() else ""
        notes = old[old.index(NOTES) :] if NOTES in old else f"{NOTES}\n"
        REPORT.write_text("\n".join(lines) + f"\n\n{notes}", encoding="utf-8")


if __name__ == "__main__":
    main()
