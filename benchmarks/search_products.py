"""Whole products beside our search: the same terms, vectors and filters as search_peers.

Started by search_speed in an environment that has lancedb, sqlite-vec, apsw, chromadb and
qdrant-client; it imports nothing of the product. Each is asked as its manual says for a library of
this size: vectors exactly where it offers that, words by its own full-text search where it has one.
`python search_products.py FOLDER [Lance sqlite Chroma]`; search_speed --keep leaves the folder.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

CANDIDATES = 50
ASKED = 40  # questions, each once: some take a second
Ask = Callable[[list[str], Any, str], tuple[list[int], list[int]]]


def columns(case: dict[str, Any]) -> dict[str, int]:
    """`ten:3` as ten = 3; `all` is no condition."""
    return {name: int(value) for name, _, value in
            (facet.partition(":") for facet in case["facets"]) if value}  # fmt: skip


def condition(facet: str) -> str:
    """The filter in SQL, empty for all."""
    name, _, value = facet.partition(":")
    return f"{name} = {value}" if value else ""


def lance(cases: list[dict[str, Any]], wholes: Any, folder: str) -> Ask:
    """LanceDB: vectors without an index (exact), its full-text index over whitespace tokens."""
    import lancedb  # type: ignore[import-not-found]  # a peer
    from lancedb.index import FTS  # type: ignore[import-not-found]

    rows = [{"row": at, "vector": wholes[at], "text": " ".join(case["terms"]), **columns(case)}
            for at, case in enumerate(cases)]  # fmt: skip
    table = lancedb.connect(folder).create_table("cases", rows)
    table.create_index("text", config=FTS(base_tokenizer="whitespace", stem=False,
                                          remove_stop_words=False, lower_case=False))  # fmt: skip

    def ask(terms: list[str], vector: Any, facet: str) -> tuple[list[int], list[int]]:
        both = (table.search(" ".join(terms), query_type="fts"),
                table.search(vector).metric("dot"))  # fmt: skip
        found = []
        for own in both:
            own = own.select(["row"]).limit(CANDIDATES)
            own = own.where(condition(facet), prefilter=True) if condition(facet) else own
            found.append([row["row"] for row in own.to_list()])
        return found[0], found[1]

    return ask


NEAR = {
    "all": "select rowid from v where vector match ? and k = ?",
    "ten": "select rowid from v where vector match ? and k = ? and ten = ?",
    "hundred": "select rowid from v where vector match ? and k = ? and hundred = ?",
    "topic": "select rowid from v where vector match ? and k = ? and topic = ?",
}
SAID = {
    "all": "select rowid from t where t match ? order by rank limit 50",
    "ten": """select rowid from t where t match ?
and +rowid in (select rowid from c where ten = ?) order by rank limit 50""",
    "hundred": """select rowid from t where t match ?
and +rowid in (select rowid from c where hundred = ?) order by rank limit 50""",
    "topic": """select rowid from t where t match ?
and +rowid in (select rowid from c where topic = ?) order by rank limit 50""",
}
TABLES = """
create virtual table v using vec0(vector float[512], ten integer, hundred integer, topic integer);
create virtual table t using fts5(text, tokenize='ascii');
create table c (rowid integer primary key, ten integer, hundred integer, topic integer);
create index c_ten on c (ten); create index c_hundred on c (hundred);
create index c_topic on c (topic);
"""


def sqlite(cases: list[dict[str, Any]], wholes: Any, _folder: str) -> Ask:
    """sqlite-vec (exact, its metadata columns) + FTS5 (BM25) in one database in memory."""
    import apsw  # type: ignore[import-not-found]  # SQLite that may load extensions
    import sqlite_vec  # type: ignore[import-not-found]  # a peer

    db = apsw.Connection(":memory:")
    db.enable_load_extension(True)  # noqa: FBT003  # its only form
    db.load_extension(sqlite_vec.loadable_path())
    db.execute(TABLES)
    for at, case in enumerate(cases):
        own = [columns(case)[name] for name in ("ten", "hundred", "topic")]
        db.execute("insert into v (rowid, vector, ten, hundred, topic) values (?, ?, ?, ?, ?)",
                   (at, wholes[at].tobytes(), *own))  # fmt: skip
        db.execute("insert into t (rowid, text) values (?, ?)", (at, " ".join(case["terms"])))
        db.execute("insert into c values (?, ?, ?, ?)", (at, *own))

    def ask(terms: list[str], vector: Any, facet: str) -> tuple[list[int], list[int]]:
        name, _, value = facet.partition(":")
        only = (int(value),) if value else ()
        words = db.execute(SAID[name], (" OR ".join(terms), *only)).fetchall()
        near = db.execute(NEAR[name], (vector.tobytes(), CANDIDATES, *only)).fetchall()
        return [row[0] for row in words], [row[0] for row in near]

    return ask


def chroma(cases: list[dict[str, Any]], wholes: Any, _folder: str) -> Ask:
    """Chroma: its HNSW graph with a metadata filter; it has no ranked words."""
    import chromadb  # type: ignore[import-not-found]  # a peer

    own = chromadb.EphemeralClient().create_collection("cases", metadata={"hnsw:space": "ip"})
    for start in range(0, len(cases), 2_000):
        part = range(start, min(start + 2_000, len(cases)))
        own.add(ids=[str(at) for at in part], embeddings=wholes[part.start : part.stop],
                metadatas=[columns(cases[at]) for at in part])  # fmt: skip

    def ask(_terms: list[str], vector: Any, facet: str) -> tuple[list[int], list[int]]:
        name, _, value = facet.partition(":")
        where = {name: int(value)} if value else None
        found = own.query(query_embeddings=[vector], n_results=CANDIDATES, where=where, include=[])
        return [], [int(one) for one in found["ids"][0]]

    return ask


def qdrant(cases: list[dict[str, Any]], wholes: Any, _folder: str) -> Ask:
    """Qdrant in local mode: exact, in Python; no ranked words without a model of its own."""
    from qdrant_client import QdrantClient  # type: ignore[import-not-found]  # a peer
    from qdrant_client import models as q  # type: ignore[import-not-found]

    client = QdrantClient(":memory:")
    size = q.VectorParams(size=wholes.shape[1], distance=q.Distance.DOT)
    client.create_collection("c", vectors_config=size)
    for start in range(0, len(cases), 1_000):
        part = range(start, min(start + 1_000, len(cases)))
        points = [q.PointStruct(id=at, vector=wholes[at].tolist(), payload=columns(cases[at]))
                  for at in part]  # fmt: skip
        client.upsert("c", points)

    def ask(_terms: list[str], vector: Any, facet: str) -> tuple[list[int], list[int]]:
        name, _, value = facet.partition(":")
        match = q.MatchValue(value=int(value or 0))
        only = q.Filter(must=[q.FieldCondition(key=name, match=match)])
        found = client.query_points("c", query=vector, limit=CANDIDATES, with_payload=False,
                                    query_filter=only if value else None)  # fmt: skip
        return [], [int(point.id) for point in found.points]

    return ask


PRODUCTS = {
    "LanceDB, words and vectors": lance,
    "sqlite-vec + FTS5": sqlite,
    "Chroma, vectors alone": chroma,
    "Qdrant local, vectors alone": qdrant,
}


def main(folder: Path, wanted: list[str]) -> None:
    """Fills each (of which the name begins with one of `wanted`), asks it under each filter, prints
    a row of a table for each."""
    cases = [json.loads(line) for line in (folder / "cases.jsonl").open(encoding="utf-8")]
    wholes, asked = np.load(folder / "wholes.npy"), np.load(folder / "asked.npy")
    questions = json.loads((folder / "questions.json").read_text(encoding="utf-8"))
    filters = json.loads((folder / "filters.json").read_text(encoding="utf-8"))
    number: dict[str, str] = {}  # plain names: no product has to read 「w:面会」
    for terms in [*(case["terms"] for case in cases), *questions]:
        terms[:] = [number.setdefault(term, f"t{len(number)}") for term in terms]
    heads = [f"{name}, p50 ms (recall)" for name in filters]
    print(f"| product | filled in s | {' | '.join(heads)} |")
    print("|---|---|" + "---|" * len(filters))
    for name, make in PRODUCTS.items():
        if wanted and not name.startswith(tuple(wanted)):
            continue
        begun = time.process_time()
        with tempfile.TemporaryDirectory() as home:
            try:
                ask = make(cases, wholes, home)
            except ImportError:
                continue
            filled, cells = time.process_time() - begun, []
            for facet in filters.values():
                took, recall = [], []
                rows = np.array([at for at, case in enumerate(cases) if facet in case["facets"]])
                for terms, vector in list(zip(questions, asked, strict=True))[:ASKED]:
                    begun = time.process_time()  # of all its threads
                    _, near = ask(terms, vector, facet)
                    took.append((time.process_time() - begun) * 1e3)
                    exact = rows[np.argsort(-(wholes[rows] @ vector), kind="stable")[:10]]
                    recall.append(len(set(exact.tolist()) & set(near)) / len(exact))
                cells.append(f"{np.median(took):.1f} ({np.mean(recall):.3f})")
        print(f"| {name} | {filled:.0f} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
