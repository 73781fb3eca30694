"""tantivy + hnswlib as a hybrid search, started by search_speed in an environment that has them.

It imports nothing of the product: terms, vectors, filters and questions lie in the given folder.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import hnswlib  # type: ignore[import-not-found]  # a peer: in an environment of its own
import numpy as np
import tantivy  # type: ignore[import-not-found]  # as above

CANDIDATES = 50
RECALL = 0.99  # ef is raised until an unfiltered search reaches it


def words_index(cases: list[dict[str, Any]]) -> Any:
    """Whitespace tokens as given, facets as exact terms."""
    made = tantivy.SchemaBuilder()
    made.add_text_field("terms", stored=False, tokenizer_name="whitespace")
    made.add_text_field("facets", stored=False, tokenizer_name="whitespace")
    made.add_unsigned_field("row", stored=True, fast=True)
    index = tantivy.Index(made.build())
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


def recall(graph: Any, wholes: Any, asked: Any, allowed: Any) -> float:
    """Recall@10 against comparing every visible vector."""
    rows, found = np.flatnonzero(allowed), []
    for vector in asked:
        exact = rows[np.argsort(-(wholes[rows] @ vector), kind="stable")[:10]]
        found.append(
            len(set(exact.tolist()) & set(by_meaning(graph, vector, allowed))) / len(exact)
        )
    return float(np.mean(found))


def main(folder: Path) -> None:
    """Builds both, raises ef to equal recall, prints a table."""
    cases = [json.loads(line) for line in (folder / "cases.jsonl").open(encoding="utf-8")]
    wholes, asked = np.load(folder / "wholes.npy"), np.load(folder / "asked.npy")
    questions = json.loads((folder / "questions.json").read_text(encoding="utf-8"))
    filters = json.loads((folder / "filters.json").read_text(encoding="utf-8"))
    begun = time.perf_counter()
    index = words_index(cases)
    words_took = time.perf_counter() - begun
    begun = time.perf_counter()
    graph = hnswlib.Index(space="ip", dim=wholes.shape[1])
    graph.init_index(max_elements=len(wholes), ef_construction=120, M=16)
    graph.set_num_threads(1)
    graph.add_items(wholes)
    graph_took = time.perf_counter() - begun
    every = np.ones(len(cases), dtype=bool)
    for ef in (64, 100, 200, 400, 800, 1600):
        graph.set_ef(ef)
        if (reached := recall(graph, wholes, asked, every)) >= RECALL:
            break
    print(f"ef {ef} (recall@10 {reached:.3f}); built in {words_took:.0f} + {graph_took:.0f} s.\n")
    print(
        "| filter | p50 ms | p95 ms | words alone p50 | p95 | meaning alone p50 | p95 | recall@10 |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for name, facet in filters.items():
        allowed = np.array([facet in case["facets"] for case in cases])
        took: list[list[float]] = []
        for terms, vector in zip(questions, asked, strict=True):
            a = time.thread_time()
            words = by_words(index, terms, facet.replace(":", "_"))
            b = time.thread_time()
            meaning = by_meaning(graph, vector, allowed)
            c = time.thread_time()
            fused(words, meaning)
            took.append([(time.thread_time() - a) * 1e3, (b - a) * 1e3, (c - b) * 1e3])
        columns = np.array(took).T
        cells = [f"{np.quantile(own, q):.2f}" for own in columns for q in (0.5, 0.95)]
        print(f"| {name} | {' | '.join(cells)} | {recall(graph, wholes, asked, allowed):.3f} |")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
