"""The index in PostgreSQL: words and whole vectors find candidates there, and the same arithmetic
as in memory orders them. Filters and company are part of every statement."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine, text

from cases.embedding import Vectors
from cases.index import WHOLE, Document, Scored
from cases.index import sql as ask
from cases.index.few import Few
from cases.index.memory import ALL_IN_FULL, CANDIDATES, SENTENCES
from cases.index.postings import Statistics, rarity
from cases.index.terms import LEGS, asked_terms, terms_of
from cases.index.vectors import Common
from cases.question import Question

# Up to so many visible cases their vectors are compared one by one: nothing is lost, and it is
# quicker than a graph that must skip what the asker may not see.
EXACT = 50_000
COMMON = 8  # a term in more than one of so many rows says little
OUTSIDE = "outside"  # the leg of topics that the library tells of after all


class PgIndex:
    """One company's cases under one model. All replicas share the tables; writers take turns."""

    def __init__(self, engine: Engine, company_id: str, model: str, common: Common) -> None:
        self._engine, self._company, self._model = engine, company_id, model
        self._common = common

    @contextmanager
    def _begun(self, *, writes: bool = False) -> Iterator[Connection]:
        with self._engine.begin() as connection:
            connection.execute(text(ask.SCOPE), {"company": self._company})
            if writes:
                connection.execute(text(ask.TURN), {"company": self._company})
            yield connection

    def _all(self, connection: Connection, statement: str, **values: Any) -> Sequence[Any]:
        named = {"company": self._company, "model": self._model, **values}
        return connection.execute(text(statement), named).all()

    def _do(self, connection: Connection, statement: str, **values: Any) -> None:
        named = {"company": self._company, "model": self._model, **values}
        connection.execute(text(statement), named)

    def __len__(self) -> int:
        with self._begun() as connection:
            return int(self._all(connection, ask.SIZE)[0][0])

    def put(self, document: Document) -> None:
        """See Index.put."""
        terms = terms_of(document)
        legs = {**terms.legs, OUTSIDE: dict.fromkeys(terms.outside, 1)}
        rows = sorted((leg, term, n) for leg, own in legs.items() for term, n in own.items())
        with self._begun(writes=True) as connection:
            self._take_out(connection, document.case_id)
            self._do(
                connection,
                ask.PUT_CASE,
                case=document.case_id,
                facets=sorted(document.facets),
                **terms.lengths(),
            )
            legs_of, terms_in, counts = zip(*rows, strict=True) if rows else ((), (), ())
            columns = {"legs": list(legs_of), "terms": list(terms_in), "counts": list(counts)}
            self._do(connection, ask.PUT_TERMS, case=document.case_id, **columns)
            self._do(connection, ask.COUNT_UP, case=document.case_id)

    def put_vectors(self, case_id: str, vectors: Mapping[str, Vectors]) -> None:
        """See Index.put_vectors. Sentences stay where they are stored; only the whole is kept."""
        if WHOLE not in vectors:
            return
        whole = self._common.without(np.asarray(vectors[WHOLE], dtype=np.float32)[None, :])[0]
        with self._begun(writes=True) as connection:
            self._do(connection, ask.PUT_VECTOR, case=case_id, vector=_literal(whole))

    def remove(self, case_id: str) -> None:
        """See Index.remove."""
        with self._begun(writes=True) as connection:
            self._take_out(connection, case_id)

    def _take_out(self, connection: Connection, case_id: str) -> None:
        for statement in ask.TAKE_OUT:
            self._do(connection, statement, case=case_id)

    def reached(self, newest: datetime | None) -> tuple[datetime | None, datetime | None]:
        """See Index.reached."""
        with self._begun() as connection:
            rows = self._all(connection, ask.REACHED)
        return (rows[0][0], rows[0][1]) if rows else (None, None)

    def reach(self, cases: datetime | None, vectors: datetime | None) -> None:
        """See Index.reach."""
        with self._begun(writes=True) as connection:
            self._do(connection, ask.REACH, cases=cases, vectors=vectors)

    def close(self) -> None:
        """See Index.close: everything is in the tables."""

    def sentences(self, case_id: str) -> int:
        """See Index.sentences."""
        with self._begun() as connection:
            rows = self._all(connection, ask.EMBEDDED, cases=[case_id])
        return sum(part != WHOLE for _, part, _ in rows)

    def search(
        self, question: Question, visible: Sequence[Collection[str]] = (), limit: int = 10
    ) -> list[Scored]:
        """See Index.search."""
        if limit < 1:
            return []
        with self._begun() as connection:
            library, told = self._library(connection, question)
            seen = {f"facets{at}": sorted(group) for at, group in enumerate(visible)}
            found, many = self._candidates(
                connection, question, library, seen, max(CANDIDATES, limit)
            )
            few = Few(partial(self._all, connection), self._common, library, told)
            few.read(question, found)
            if many and question.vectors is not None:  # sentences of the best alone, as in memory
                hits = few.index(found, WHOLE).search(question, (), max(SENTENCES, limit))
                found = sorted(hit.case_id for hit in hits)
            index = few.index(found, None if question.vectors is None else "")
        return index.search(question, (), limit)

    def _library(
        self, connection: Connection, question: Question
    ) -> tuple[Statistics, frozenset[str]]:
        """The company's statistics for the terms that are asked, and its topics outside."""
        size = int(self._all(connection, ask.SIZE)[0][0])
        terms = [term for own in asked_terms(question).values() for term in own]
        held: dict[str, dict[str, int]] = {leg: {} for leg in (*LEGS, OUTSIDE)}
        for leg, term, count in self._all(
            connection, ask.HOLDING, terms=[*terms, *question.outside]
        ):
            held[leg][term] = count
        told = frozenset(topic for topic in question.outside if held[OUTSIDE].get(topic))
        return Statistics(size, held), told

    def _candidates(
        self,
        connection: Connection,
        question: Question,
        library: Statistics,
        seen: Mapping[str, list[str]],
        most: int,
    ) -> tuple[list[str], bool]:
        """The best `most` of each leg, and at least `most` in all if so many are visible; False
        where these are all that are visible."""
        where = "".join(f" and c.facets && :{name}" for name in seen)
        all_of_few = max(ALL_IN_FULL, most)
        first = self._all(connection, ask.FIRST.format(where=where), **seen, most=all_of_few + 1)
        if len(first) <= all_of_few:
            return [row[0] for row in first], False
        found: set[str] = set()
        for leg, weights in asked_terms(question).items():
            impacts = _impacts(leg, weights, library)
            if not impacts:
                continue
            rows = self._all(
                connection,
                ask.BEST.format(where=where, leg=leg),
                terms=list(impacts),
                impacts=list(impacts.values()),
                **LEGS[leg]._asdict(),
                most=most,
                **seen,
            )
            found |= {row[0] for row in rows}
        if question.vectors is not None:
            asked = [_literal(own) for own in self._common.without(question.vectors)]
            found |= self._nearest(connection, asked, library, where, seen, most)
        if len(found) < most:
            found |= {row[0] for row in first[:most]}
        return sorted(found), True

    def _nearest(
        self,
        connection: Connection,
        asked: Sequence[str],
        library: Statistics,
        where: str,
        seen: Mapping[str, list[str]],
        most: int,
    ) -> set[str]:
        """The nearest to the question and its best clause, exactly up to EXACT visible cases; above
        the nearest to each that the graph finds."""
        many = library.rows >= EXACT and (
            self._all(connection, ask.SEEN.format(where=where), **seen, most=EXACT)[0][0] >= EXACT
        )
        if not many:
            named = {f"vector{at}": own for at, own in enumerate(asked)}
            near = ask.NEAR.format(where=where, apart=_apart(len(asked)))
            return {row[0] for row in self._all(connection, near, most=most, **named, **seen)}
        self._do(connection, ask.ITERATE)
        graph = ask.GRAPH.format(where=where, size=len(self._common.mean))
        return {
            row[0]
            for own in asked
            for row in self._all(connection, graph, vector=own, most=most, **seen)
        }


def _apart(asked: int) -> str:
    """In SQL, the negative of what `sketches.joined` makes of so many vectors that are asked."""
    whole, *clauses = (ask.APART.format(at=at) for at in range(asked))
    return f"{whole} + least({', '.join(clauses)})" if clauses else whole


def _impacts(leg: str, weights: Mapping[str, float], library: Statistics) -> dict[str, float]:
    """Term → weight × rarity of those that at most an eighth of the cases hold (all if none)."""
    holding = library.holding[leg]
    held = {term: own for term, own in weights.items() if holding.get(term)}
    few = {term: own for term, own in held.items() if holding[term] <= library.rows // COMMON}
    return {
        term: own * float(rarity(library.rows, holding[term])) * (LEGS[leg].k1 + 1)
        for term, own in (few or held).items()
    }


def _literal(vector: Vectors) -> str:
    return "[" + ",".join(f"{number:.5g}" for number in vector.tolist()) + "]"
