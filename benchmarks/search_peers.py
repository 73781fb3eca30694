"""tantivy + hnswlib as a hybrid search, started by search_speed in an environment that has them.

It imports nothing of the product: sentences, vectors, filters and questions lie in the given
folder, and so do the indexes, which a later run uses again. Each line that it reads asks for what a
filter or a kind of question takes, and is answered by a line, both JSON.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hnswlib  # type: ignore[import-untyped]  # a peer: in an environment of its own
import numpy as np
import tantivy  # type: ignore[import-not-found]  # as above

CANDIDATES = 50
REPEATS = 7  # of which the least counts, as for ours
RECALL = 0.99  # ef is raised until an unfiltered search reaches it
GRAPH_UP_TO = 200_000  # cases: above, a graph takes an hour, and tantivy is asked alone
EXACTLY = 20_000  # visible cases: above, recall is that of every fourth question
COLUMNS = ("ten", "hundred", "topic")


def texts(folder: Path) -> Iterator[str]:
    """The terms of each case, its nine sentences one after the other."""
    spoken = [" ".join(terms) for terms in read(folder, "sentences")]
    for picked in np.load(folder / "picked.npy", mmap_mode="r"):
        yield " ".join(spoken[number] for number in picked)


def read(folder: Path, name: str) -> Any:
    """What search_cases.told has written."""
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))


def visible(folder: Path, facet: str) -> Any:
    """Which cases have the facet."""
    columns = np.load(folder / "columns.npy")
    name, _, value = facet.partition(":")
    return columns[:, COLUMNS.index(name)] == int(value) if value else np.ones(len(columns), bool)


def words_index(told: Path, folder: Path) -> None:
    """Whitespace tokens as given, facets as exact terms."""
    made = tantivy.SchemaBuilder()
    made.add_text_field("terms", stored=False, tokenizer_name="whitespace", index_option="freq")
    made.add_text_field("facets", stored=False, tokenizer_name="whitespace", index_option="basic")
    made.add_unsigned_field("row", stored=True, fast=True)
    index = tantivy.Index(made.build(), str(folder))
    writer = index.writer(200_000_000, 1)
    columns = np.load(told / "columns.npy").tolist()
    for row, (terms, values) in enumerate(zip(texts(told), columns, strict=True)):
        document = tantivy.Document()
        document.add_text("terms", terms)
        facets = zip(COLUMNS, values, strict=True)
        document.add_text("facets", " ".join(f"{name}_{value}" for name, value in facets))
        document.add_unsigned("row", row)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()


def graph_index(told: Path, folder: Path) -> None:
    """The graph of the vectors."""
    wholes = np.load(told / "wholes.npy", mmap_mode="r")
    graph = hnswlib.Index(space="ip", dim=wholes.shape[1])
    graph.init_index(max_elements=len(wholes), ef_construction=120, M=16)
    for start in range(0, len(wholes), 10_000):
        graph.add_items(wholes[start : start + 10_000], num_threads=1)
    graph.save_index(str(folder / "graph.bin"))


def kept(folder: Path, make: Callable[[Path, Path], object]) -> str:
    """CPU seconds that `make` took to fill the folder, now or in an earlier run."""
    note = folder / "took.txt"
    if not note.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        begun = time.process_time()
        make(folder.parent, folder)
        note.write_text(f"{time.process_time() - begun:.0f}", "ascii")
    return note.read_text("ascii")


def by_words(index: Any, terms: list[str], facet: str) -> dict[int, float]:
    """The best rows by BM25 over any of the terms; under the filter, if it is one."""
    schema, should = index.schema, tantivy.Occur.Should
    spoken = [(should, tantivy.Query.term_query(schema, "terms", term)) for term in terms]
    query = tantivy.Query.boolean_query(spoken)
    if ":" in facet:
        only = tantivy.Query.term_query(schema, "facets", facet.replace(":", "_"))
        query = tantivy.Query.boolean_query([
            (tantivy.Occur.Must, query),
            (tantivy.Occur.Must, tantivy.Query.const_score_query(only, 0.0)),
        ])  # fmt: skip
    searcher = index.searcher()
    hits = searcher.search(query, CANDIDATES, count=False).hits
    return {searcher.doc(place)["row"][0]: score for score, place in hits}


def by_meaning(graph: Any, vector: Any, allowed: Any) -> dict[int, float]:
    """The nearest rows, under the filter."""
    if graph is None:
        return {}
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
    scores = (wholes if len(rows) == len(wholes) else wholes[rows]) @ vector
    exact = rows[np.argsort(-scores, kind="stable")[:10]]
    return len(set(exact.tolist()) & set(found)) / len(exact)


class Peers:
    """Both indexes, and what asking them takes."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.questions = folder, read(folder, "questions")
        self.wholes = np.load(folder / "wholes.npy", mmap_mode="r")
        self.asked = np.load(folder / "asked.npy")
        took = kept(folder / "words", words_index)
        self.index, self.graph = tantivy.Index.open(str(folder / "words")), None
        self.built = f"tantivy filled in {took} s of CPU; no graph at this size."
        if len(self.wholes) <= GRAPH_UP_TO or (folder / "graph" / "took.txt").exists():
            near = kept(folder / "graph", graph_index)
            self.graph = hnswlib.Index(space="ip", dim=self.wholes.shape[1])
            path = folder / "graph" / "graph.bin"
            self.graph.load_index(str(path), max_elements=len(self.wholes))
            self.graph.set_num_threads(1)
            self.built = f"{self._wide_enough()}; filled in {took} + {near} s of CPU."

    def _wide_enough(self) -> str:
        every, rows = np.ones(len(self.wholes), bool), np.arange(len(self.wholes))
        for ef in (100, 200, 400, 800, 1600):
            self.graph.set_ef(ef)  # type: ignore[attr-defined]
            found = [shared(by_meaning(self.graph, one, every), self.wholes, one, rows)
                     for one in self.asked[::4]]  # fmt: skip
            if (reached := float(np.mean(found))) >= RECALL:
                break
        return f"ef {ef} (recall@10 {reached:.3f})"

    def filtered(self, name: str) -> dict[str, Any]:
        """Milliseconds of both, words and meaning as (p50, p95), and the recall by meaning."""
        facet = read(self.folder, "filters")[name]
        allowed = visible(self.folder, facet)
        rows, took, same = np.flatnonzero(allowed), [], []
        for at, (terms, vector) in enumerate(zip(self.questions[""], self.asked, strict=True)):
            own = []
            for _ in range(REPEATS):
                a = time.thread_time()
                words = by_words(self.index, terms, facet)
                b = time.thread_time()
                meaning = by_meaning(self.graph, vector, allowed)
                c = time.thread_time()
                fused(words, meaning)
                own.append([(time.thread_time() - a) * 1e3, (b - a) * 1e3, (c - b) * 1e3])
            took.append(np.min(own, axis=0))
            if self.graph is not None and (at % 4 == 0 or len(rows) <= EXACTLY):
                same.append(shared(meaning, self.wholes, vector, rows))
        found = dict(zip(("both", "words", "meaning"), np.transpose(took), strict=True))
        if self.graph is None:
            return {"words": quantiles(found["words"])}
        return {**{leg: quantiles(own) for leg, own in found.items()}, "recall": np.mean(same)}

    def said(self, kind: str) -> dict[str, Any]:
        """Milliseconds of words alone among all."""
        took = []
        for terms in self.questions[kind]:
            own = []
            for _ in range(REPEATS):
                begun = time.thread_time()
                by_words(self.index, terms, "all")
                own.append((time.thread_time() - begun) * 1e3)
            took.append(min(own))
        return {"words": quantiles(took)}


def quantiles(took: Any) -> list[float]:
    """p50 and p95."""
    return [float(np.quantile(took, q)) for q in (0.5, 0.95)]


def main(folder: Path) -> None:
    """Fills what is not there, and answers until nobody asks."""
    peers = Peers(folder)
    for line in sys.stdin:
        wanted = json.loads(line)
        if "filter" in wanted:
            answer = peers.filtered(wanted["filter"])
        else:
            answer = peers.said(wanted["kind"]) if "kind" in wanted else {"built": peers.built}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
