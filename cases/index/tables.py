"""The side tables of the index in PostgreSQL, made by `hitotsubu migrate` where it is chosen.

They are derived from cases and embeddings and may be dropped at any time; walls as everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b

from sqlalchemy import create_engine, text

from cases.errors import CannotStart

WALLED = ("search_case", "search_term", "search_df", "search_vector", "search_reach")
TABLES = (
    # `terms`: all that the case holds (lists.HELD), to take it out and to score it.
    """create table if not exists search_case (
    company_id text not null, number integer not null, case_id text not null,
    facets text[] not null, terms bytea not null,
    primary key (company_id, number), unique (company_id, case_id))""",
    # Cases by term and by block of numbers: a row for each case and term was fifteen times as much.
    """create table if not exists search_term (
    company_id text not null, term bigint not null, block integer not null, cases bytea not null,
    primary key (company_id, term, block))""",
    # How many cases hold a term: counting them at each question would read half of the index.
    """create table if not exists search_df (
    company_id text not null, term bigint not null, cases bigint not null,
    primary key (company_id, term))""",
    """create table if not exists search_vector (
    company_id text not null, model text not null, case_id text not null, vector halfvec not null,
    primary key (company_id, model, case_id))""",
    """create table if not exists search_reach (
    company_id text not null, model text not null, cases timestamptz, vectors timestamptz,
    primary key (company_id, model))""",
)
# Kept as the comment of a table: when it differs, the tables are dropped and filled anew.
SHAPE = blake2b(repr(TABLES).encode(), digest_size=8).hexdigest()
DROP = f"drop table if exists {', '.join(WALLED)}"
MADE = "select obj_description(to_regclass('search_case'), 'pg_class')"


def make_tables(url: str, size: int) -> None:
    """Extension, tables, walls, and the HNSW index for vectors of one length; twice does nothing.

    Raises CannotStart where the server has no pgvector, or the role may not create it.
    """
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            found = connection.scalar(text("select 1 from pg_extension where extname = 'vector'"))
            if not found:
                connection.execute(text("create extension if not exists vector"))
            if connection.scalar(text(MADE)) != SHAPE:  # by another release, or never
                connection.execute(text(DROP))
            for statement in _statements(size):
                connection.execute(text(statement))
    except Exception as error:
        raise CannotStart("no_pgvector", why=type(error).__name__) from error
    finally:
        engine.dispose()


def _statements(size: int) -> Iterator[str]:
    yield from TABLES
    yield f"comment on table search_case is '{SHAPE}'"
    for table in WALLED:
        wall = "company_id = (select current_company())"
        yield f"alter table {table} enable row level security"
        yield f"alter table {table} force row level security"
        yield f"drop policy if exists company_wall on {table}"
        yield f"create policy company_wall on {table} using ({wall}) with check ({wall})"
    yield (
        f"create index if not exists ix_search_vector_{size} on search_vector using hnsw "
        f"((vector::halfvec({size})) halfvec_ip_ops) where vector_dims(vector) = {size}"
    )
