"""tantivy + hnswlib as a hybrid search, started by search_speed in an environment that has them.

It imports nothing of the product: terms, vectors, filters and questions lie in the given folder.
Indexes of the same cases that lie there from another run are used again. For each name of a filter
that it reads it answers with a row of a table.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hnswlib  # type: ignore[import-untyped]  # a peer: in an environment of its own
import numpy as np
import tantivy  # type: ignore[import-not-found]  # as above

CANDIDATES = 50
REPEATS = 3  # of which the least counts, as for ours
RECALL = 0.99  # ef is raised until an unfiltered search reaches it


def words_index(cases: list[dict[str, Any]], folder: Path) -> Any:
    """Whitespace tokens as given, facets as exact terms."""
    made = tantivy.SchemaBuilder()
    made.add_text_field("terms", stored=False, tokenizer_name="whitespace")
    made.add_text_field("facets", stored=False, tokenizer_name="whitespace")
    made.add_unsigned_field("row", stored=True, fast=True)
    folder.mkdir()
    index = tantivy.Index(made.build(), str(folder))
    writer = index.writer(200_000_000, 1)
    for row, case in enumerate(cases):
        document = tantivy.Document()
        document.add_text("terms", " ".join(case["terms"]))
        document.add_text("facets", " ".join(case["facets"]).replace(":", "_"))
        document.add_unsigned("row", row)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return index


def kept(folder: Path, make: Callable[[Path], object]) -> str:
    """CPU seconds that `make` took to fill the folder, now or in an earlier run."""
    note = folder / "took.txt"
    if not note.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        begun = time.process_time()
        make(folder)
        note.write_text(f"{time.process_time() - begun:.0f}", "ascii")
    return note.read_text("ascii")


def built(cases: list[dict[str, Any]], wholes: Any, folder: Path) -> tuple[Any, Any, str]:
    """Both indexes and how long they took. The graph has no digest: that one of other vectors
    would find nothing, and recall is measured."""
    digest = hashlib.sha256((folder / "cases.jsonl").read_bytes()).hexdigest()[:16]
    words, near = folder / f"words-{digest}", folder / "graph"

    def connect(folder: Path) -> None:
        graph = hnswlib.Index(space="ip", dim=wholes.shape[1])
        graph.init_index(max_elements=len(wholes), ef_construction=120, M=16)
        graph.add_items(wholes, num_threads=1)
        graph.save_index(str(folder / "graph.bin"))

    took = [kept(words, lambda own: words_index(cases, own / "index")), kept(near, connect)]
    graph = hnswlib.Index(space="ip", dim=wholes.shape[1])
    graph.load_index(str(near / "graph.bin"), max_elements=len(wholes))
    graph.set_num_threads(1)
    return tantivy.Index.open(str(words / "index")), graph, f"{' + '.join(took)} s of CPU"


def by_words(index: Any, terms: list[str], facet: str) -> dict[int, float]:
    """The best rows by BM25 over any of the terms, under the filter."""
    schema, should = index.schema, tantivy.Occur.Should
    spoken = [(should, tantivy.Query.term_query(schema, "terms", term)) for term in terms]
    query = tantivy.Query.boolean_query([
        (tantivy.Occur.Must, tantivy.Query.boolean_query(spoken)),
        (tantivy.Occur.Must, tantivy.Query.const_score_query(
            tantivy.Query.term_query(schema, "facets", facet), 0.0)),
    ])  # fmt: skip
    searcher = index.searcher()
    hits = searcher.search(query, CANDIDATES).hits
    return {searcher.doc(place)["row"][0]: score for score, place in hits}


def by_meaning(graph: Any, vector: Any, allowed: Any) -> dict[int, float]:
    """The nearest rows, under the filter."""
    only = None if allowed.all() else (lambda row: bool(allowed[row]))
    most = min(CANDIDATES, int(allowed.sum()))
    rows, apart = graph.knn_query(vector, k=most, filter=only)
    return {int(row): 1 - float(d) for row, d in zip(rows[0], apart[0], strict=True)}


def fused(words: dict[int, float], meaning: dict[int, float]) -> list[int]:
    """Half words, half meaning, each scaled over its own candidates."""
    total: dict[int, float] = {}
    for leg in (words, meaning):
        low, high = min(leg.values(), default=0), max(leg.values(), default=1)
        for row, score in leg.items():
            total[row] = total.get(row, 0) + 0.5 * (score - low) / max(high - low, 1e-9)
    return sorted(total, key=lambda row: -total[row])[:10]


def shared(found: dict[int, float], wholes: Any, vector: Any, rows: Any) -> float:
    """The share of the ten nearest of `rows` that was found."""
    exact = rows[np.argsort(-(wholes[rows] @ vector), kind="stable")[:10]]
    return len(set(exact.tolist()) & set(found)) / len(exact)


def recall(graph: Any, wholes: Any, asked: Any, allowed: Any) -> float:
    """Recall@10 against comparing every visible vector."""
    rows = np.flatnonzero(allowed)
    found = [shared(by_meaning(graph, one, allowed), wholes, one, rows) for one in asked]
    return float(np.mean(found))


def main(folder: Path) -> None:
    """Builds both, raises ef to equal recall, answers with the rows of a table."""
    cases = [json.loads(line) for line in (folder / "cases.jsonl").open(encoding="utf-8")]
    wholes, asked = np.load(folder / "wholes.npy"), np.load(folder / "asked.npy")
    questions = json.loads((folder / "questions.json").read_text(encoding="utf-8"))
    filters = json.loads((folder / "filters.json").read_text(encoding="utf-8"))
    index, graph, took_to_build = built(cases, wholes, folder)
    every = np.ones(len(cases), dtype=bool)
    for ef in (64, 100, 200, 400, 800, 1600):
        graph.set_ef(ef)
        if (reached := recall(graph, wholes, asked, every)) >= RECALL:
            break
    print(f"ef {ef} (recall@10 {reached:.3f}); built in {took_to_build}.\n")
    print(
        "| filter | p50 ms | p95 ms | words alone p50 | p95 | meaning alone p50 | p95 | recall@10 |"
    )
    print("|---|---|---|---|---|---|---|---|", flush=True)
    for name in map(str.strip, sys.stdin):
        facet = filters[name]
        allowed = np.array([facet in case["facets"] for case in cases])
        rows = np.flatnonzero(allowed)
        took: list[list[list[float]]] = []
        same: list[float] = []
        for terms, vector in zip(questions, asked, strict=True):
            own = []
            for _ in range(REPEATS):
                a = time.thread_time()
                words = by_words(index, terms, facet.replace(":", "_"))
                b = time.thread_time()
                meaning = by_meaning(graph, vector, allowed)
                c = time.thread_time()
                fused(words, meaning)
                own.append([(time.thread_time() - a) * 1e3, (b - a) * 1e3, (c - b) * 1e3])
            took.append(own)
            same.append(shared(meaning, wholes, vector, rows))
        columns = np.array(took).min(axis=1).T
        cells = [f"{np.quantile(own, q):.2f}" for own in columns for q in (0.5, 0.95)]
        print(f"| {name} | {' | '.join(cells)} | {np.mean(same):.3f} |",
              flush=True)  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]))
