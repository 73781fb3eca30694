"""The whole products of search_products: how each is filled and asked.

Each is asked as its manual says for a library of this size: vectors exactly where it offers that,
words by its own full-text search where it has one. A question gives the rows nearest in meaning.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from search_peers import COLUMNS, read  # type: ignore[import-not-found]  # beside this file

CANDIDATES = 50
WIDTH = 800  # of Chroma's search in its graph
Ask = Callable[[list[str], Any, str], list[int]]
Asks = dict[str, Ask]  # by the row of the table


@dataclass(frozen=True, slots=True)
class Library:
    """Text, vector and columns of every case. Terms have plain names: no product has to read
    「w:面会」."""

    texts: Sequence[str]
    wholes: Any
    columns: Sequence[dict[str, int]]
    asked: Any
    number: dict[str, str]

    @classmethod
    def read(cls, folder: Path) -> Library:
        """What search_cases.told has written."""
        number: dict[str, str] = {}
        spoken = [" ".join(number.setdefault(term, f"t{len(number)}") for term in terms)
                  for terms in read(folder, "sentences")]  # fmt: skip
        picked = np.load(folder / "picked.npy").tolist()
        said = [" ".join(spoken[at] for at in own) for own in picked]
        columns = [dict(zip(COLUMNS, own, strict=True))
                   for own in np.load(folder / "columns.npy").tolist()]  # fmt: skip
        wholes = np.load(folder / "wholes.npy")
        return cls(said, wholes, columns, np.load(folder / "asked.npy"), number)

    def questions(self, asked: Sequence[Sequence[str]]) -> list[list[str]]:
        """The terms of each question by their plain names."""
        return [[self.number.get(term, "none") for term in terms] for terms in asked]

    def parts(self, size: int) -> list[range]:
        """Numbers of cases, so many at once."""
        return [range(at, min(at + size, len(self.texts)))
                for at in range(0, len(self.texts), size)]  # fmt: skip

    def nearest(self, rows: Any, vector: Any) -> set[int]:
        """The ten of `rows` that are nearest."""
        every = len(rows) == len(self.wholes)
        scores = (self.wholes if every else self.wholes[rows]) @ vector
        return set(rows[np.argsort(-scores, kind="stable")[:10]].tolist())


def condition(facet: str) -> str:
    """The filter in SQL, empty for all."""
    name, _, value = facet.partition(":")
    return f"{name} = {value}" if value else ""


def lance(library: Library, home: Path, fresh: bool) -> Asks:  # noqa: FBT001  # as all here
    """LanceDB: vectors without an index (exact), its full-text index over whitespace tokens."""
    import lancedb  # type: ignore[import-not-found]  # a peer
    from lancedb.index import FTS  # type: ignore[import-not-found]

    db = lancedb.connect(str(home))
    if fresh:
        rows = [{"row": at, "vector": vector, "text": text, **columns}
                for at, (vector, text, columns) in enumerate(
                    zip(library.wholes, library.texts, library.columns, strict=True))]  # fmt: skip
        plain = FTS(
            base_tokenizer="whitespace", stem=False, remove_stop_words=False, lower_case=False
        )
        db.create_table("cases", rows).create_index("text", config=plain)
    table = db.open_table("cases")

    def ask(terms: list[str], vector: Any, facet: str) -> list[int]:
        both = {"_score": table.search(" ".join(terms), query_type="fts"),
                "_distance": table.search(vector).metric("dot")}  # fmt: skip
        found = []
        for score, own in both.items():
            own = own.select(["row", score]).limit(CANDIDATES)
            own = own.where(condition(facet), prefilter=True) if condition(facet) else own
            found.append([row["row"] for row in own.to_list()])
        return found[1]

    return {f"LanceDB {lancedb.__version__}, words and vectors, no vector index": ask}


NEAR = "select rowid from v where vector match ? and k = ?"
SAID = "select rowid from t where t match ?{only} order by rank limit 50"
ONLY = " and +rowid in (select rowid from c where {column} = ?)"
TABLES = """
create virtual table v using vec0(vector float[{size}], ten integer, hundred integer,
topic integer);
create virtual table t using fts5(text, tokenize='ascii');
create table c (rowid integer primary key, ten integer, hundred integer, topic integer);
create index c_ten on c (ten); create index c_hundred on c (hundred);
create index c_topic on c (topic);
"""


def sqlite(library: Library, home: Path, fresh: bool) -> Asks:  # noqa: FBT001
    """sqlite-vec (exact, its metadata columns) + FTS5 (BM25) in one database in memory."""
    import apsw  # type: ignore[import-not-found]  # SQLite that may load extensions
    import sqlite_vec  # type: ignore[import-not-found]  # a peer

    def connected(path: str) -> Any:
        own = apsw.Connection(path)
        own.enable_load_extension(True)  # noqa: FBT003  # its only form
        own.load_extension(sqlite_vec.loadable_path())
        return own

    file, db = connected(str(home / "cases.db")), connected(":memory:")
    if fresh:
        file.execute("pragma synchronous = off; pragma journal_mode = off")
        file.execute(TABLES.format(size=library.wholes.shape[1]))
        with file:
            for at, (text, held) in enumerate(zip(library.texts, library.columns, strict=True)):
                own = tuple(held.values())
                row = (at, library.wholes[at].tobytes(), *own)
                file.execute("insert into v (rowid, vector, ten, hundred, topic) "
                             "values (?, ?, ?, ?, ?)", row)  # fmt: skip
                file.execute("insert into t (rowid, text) values (?, ?)", (at, text))
                file.execute("insert into c values (?, ?, ?, ?)", (at, *own))
    with db.backup("main", file, "main") as copying:
        copying.step()

    def ask(terms: list[str], vector: Any, facet: str) -> list[int]:
        name, _, value = facet.partition(":")
        only = (int(value),) if value else ()
        said = SAID.format(only=ONLY.format(column=name) if value else "")
        db.execute(said, (" OR ".join(terms), *only)).fetchall()
        near = f"{NEAR} and {name} = ?" if value else NEAR
        found = db.execute(near, (vector.tobytes(), CANDIDATES, *only))
        return [row[0] for row in found]

    return {f"sqlite-vec {sqlite_vec.__version__} + FTS5, in memory": ask}


def chroma(library: Library, home: Path, fresh: bool) -> Asks:  # noqa: FBT001
    """Chroma: its HNSW graph with a metadata filter; it has no ranked words. With `ef_search` as
    it comes it finds 80 % of the nearest here, so it gets what finds 98 %."""
    import chromadb  # type: ignore[import-not-found]  # a peer

    client = chromadb.PersistentClient(str(home))
    own = client.get_or_create_collection("cases", metadata={"hnsw:space": "ip"})
    own.modify(configuration={"hnsw": {"ef_search": WIDTH}})
    for part in library.parts(2_000) if fresh else ():
        own.add(ids=[str(at) for at in part], embeddings=library.wholes[part.start : part.stop],
                metadatas=[library.columns[at] for at in part])  # fmt: skip

    def ask(_terms: list[str], vector: Any, facet: str) -> list[int]:
        name, _, value = facet.partition(":")
        where = {name: int(value)} if value else None
        found = own.query(query_embeddings=[vector], n_results=CANDIDATES, where=where, include=[])
        return [int(one) for one in found["ids"][0]]

    return {f"Chroma {chromadb.__version__}, vectors alone, ef_search {WIDTH}": ask}


def qdrant(library: Library, home: Path, fresh: bool) -> Asks:  # noqa: FBT001
    """Qdrant in local mode: exact, in Python; no ranked words without a model of its own."""
    from qdrant_client import QdrantClient  # type: ignore[import-not-found]  # a peer
    from qdrant_client import models as q  # type: ignore[import-not-found]

    client = QdrantClient(path=str(home))
    if fresh:
        size = q.VectorParams(size=library.wholes.shape[1], distance=q.Distance.DOT)
        client.create_collection("c", vectors_config=size)
    for part in library.parts(1_000) if fresh else ():
        points = [q.PointStruct(id=at, vector=library.wholes[at].tolist(),
                                payload=library.columns[at]) for at in part]  # fmt: skip
        client.upsert("c", points)

    def ask(_terms: list[str], vector: Any, facet: str) -> list[int]:
        name, _, value = facet.partition(":")
        match = q.MatchValue(value=int(value or 0))
        only = q.Filter(must=[q.FieldCondition(key=name, match=match)])
        found = client.query_points("c", query=vector, limit=CANDIDATES, with_payload=False,
                                    query_filter=only if value else None)  # fmt: skip
        return [int(point.id) for point in found.points]

    return {"Qdrant local, vectors alone": ask}


SIMILAR = "select id from txtai where similar(:q, :most, :weight)"


def txtai(library: Library, home: Path, fresh: bool) -> Asks:  # noqa: FBT001
    """txtai with `hybrid` and `content`: faiss as it chooses, its BM25, the filter in its SQL.

    Vectors come from outside, by the text: `external` is its documented way.
    """
    from txtai import Embeddings  # type: ignore[import-not-found]  # a peer

    questions = library.questions(read(home.parents[1], "questions")[""])
    known = dict(zip(library.texts, library.wholes, strict=True))
    known |= {" ".join(own): at for own, at in zip(questions, library.asked, strict=True)}

    def vectors(said: Sequence[str]) -> Any:
        return np.stack([known[text] for text in said])

    own = Embeddings(method="external", transform=vectors, hybrid=True, content=True)
    if fresh:
        own.index((at, {"text": text, **library.columns[at]}, None)
                  for at, text in enumerate(library.texts))  # fmt: skip
        own.save(str(home / "index"))
    else:
        own.load(str(home / "index"), config={"transform": vectors})

    def asking(weight: float) -> Ask:
        def ask(terms: list[str], _vector: Any, facet: str) -> list[int]:
            said = SIMILAR + (f" and {condition(facet)}" if condition(facet) else "")
            values = {"q": " ".join(terms), "most": str(10 * CANDIDATES), "weight": str(weight)}
            return [int(row["id"]) for row in own.search(said, CANDIDATES, parameters=values)]

        return ask

    name = f"txtai {version('txtai')}"
    return {f"{name}, hybrid": asking(0.5), f"{name}, vectors alone": asking(1.0)}


PRODUCTS: dict[str, Callable[[Library, Path, bool], Asks]] = {
    "LanceDB": lance,
    "sqlite": sqlite,
    "Chroma": chroma,
    "txtai": txtai,
    "Qdrant": qdrant,
}
