"""The index in PostgreSQL: words and whole vectors find candidates there, and the same arithmetic
as in memory orders them. Filters and company are part of every statement."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, text

from cases import ranking
from cases.embedding import Vectors
from cases.index import WHOLE, Document, Scored, lists
from cases.index import sql as ask
from cases.index.few import Few
from cases.index.memory import ALL_IN_FULL, CANDIDATES, SENTENCES
from cases.index.postings import Statistics, rarity
from cases.index.terms import asked_terms, terms_of
from cases.index.vectors import Common
from cases.question import Question

# Up to so many visible cases their vectors are compared one by one: nothing is lost, and it is
# quicker than a graph that must skip what the asker may not see.
EXACT = 50_000
# So many of the best by words, or of the visible, are asked for at once.
AT_ONCE = 2_000


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
            return self._library(connection, {}).rows

    def put(self, document: Document) -> None:
        """See Index.put."""
        terms = terms_of(document)
        held = lists.held(terms)
        with self._begun(writes=True) as connection:
            number = self._take_out(connection, document.case_id)
            number = self._all(connection, ask.NUMBER)[0][0] if number is None else number
            facets = sorted(document.facets)
            put = {"number": number, "case": document.case_id, "facets": facets}
            self._do(connection, ask.PUT_CASE, **put, held=held.tobytes())
            self._list(connection, number, lists.listed(terms, number))
            self._count(connection, held, 1)

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

    def _take_out(self, connection: Connection, case_id: str) -> int | None:
        """The number that the case had, if it was here."""
        number = None
        for number, terms in self._all(connection, ask.TAKE_CASE, case=case_id):
            held, block = np.frombuffer(terms, lists.HELD), number // lists.BLOCK
            taken = {"block": block, "terms": held["term"].tolist()}
            found = self._all(connection, ask.TAKE_LISTS, **taken)
            left = ((term, lists.without(number, own)) for term, own in found)
            self._list(connection, number, ((term, own) for term, own in left if own))
            self._count(connection, held, -1)
        self._do(connection, ask.TAKE_VECTORS, case=case_id)
        return number

    def _list(self, connection: Connection, case: int, own: Iterable[tuple[int, bytes]]) -> None:
        by_term = dict(own)
        columns = {"terms": list(by_term), "lists": list(by_term.values())}
        self._do(connection, ask.LIST, block=case // lists.BLOCK, **columns)

    def _count(self, connection: Connection, held: NDArray[np.void], times: int) -> None:
        self._do(connection, ask.COUNT, terms=held["term"].tolist(), times=times)

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
            outside = {lists.OUTSIDE: question.outside}
            library = self._library(connection, {**asked_terms(question), **outside})
            told = frozenset(topic for topic, n in library.holding[lists.OUTSIDE].items() if n)
            seen = {f"facets{at}": sorted(group) for at, group in enumerate(visible)}
            most = max(CANDIDATES, limit)
            found, many = self._candidates(connection, question, library, seen, most)
            few = Few(partial(self._all, connection), self._common, library, told)
            few.read(question, found)
            if many and question.vectors is not None:  # sentences of the best alone, as in memory
                hits = few.index(found, WHOLE).search(question, (), max(SENTENCES, limit))
                found = sorted(hit.case_id for hit in hits)
            index = few.index(found, None if question.vectors is None else "")
        return index.search(question, (), limit)

    def _library(self, connection: Connection, asked: Mapping[str, Iterable[str]]) -> Statistics:
        """The company's statistics for the terms of each leg that are asked."""
        keys = {leg: {lists.key(leg, term): term for term in own} for leg, own in asked.items()}
        terms = [lists.SIZE, *chain(*keys.values())]
        found = dict(map(tuple, self._all(connection, ask.HOLDING, terms=terms)))
        holding = {
            leg: {term: found[one] for one, term in own.items() if one in found}
            for leg, own in keys.items()
        }
        return Statistics(found.get(lists.SIZE, 0), holding)

    def _candidates(
        self,
        connection: Connection,
        question: Question,
        library: Statistics,
        seen: Mapping[str, Sequence[str | int]],
        most: int,
    ) -> tuple[list[str], bool]:
        """The best by words, themes and sounds and the best by meaning, at least `most` in all if
        so many are visible; False where these are all that are visible."""
        where = "".join(f" and c.facets && :{name}" for name in seen)
        full = max(ALL_IN_FULL, most)
        first = ask.FIRST.format(where=where)
        numbers = dict(map(tuple, self._all(connection, first, most=full + AT_ONCE, **seen)))
        if len(numbers) <= full:
            return [*numbers.values()], False
        ranked = self._ranked(connection, question, library)
        large = len(numbers) == full + AT_ONCE
        if not large:  # then they are known, and their facets need not be read again
            ranked = ranked[np.isin(ranked, [*numbers])]
            where, seen = " and c.number = any(:seen)", {"seen": [*numbers]}
        found: set[str] = set()
        among = ask.AMONG.format(where=where)
        for start in range(0, len(ranked), AT_ONCE):
            best = ranked[start : start + AT_ONCE].tolist()
            cases = dict(map(tuple, self._all(connection, among, numbers=best, **seen)))
            own = [cases[number] for number in best if number in cases]
            found.update(own[: 2 * most - len(found)])
            if len(found) == 2 * most:
                break
        if question.vectors is not None:
            asked = [_literal(own) for own in self._common.without(question.vectors)]
            large = large and library.rows >= EXACT
            found |= self._nearest(connection, asked, where, seen, most, large=large)
        if len(found) < most:
            found |= {*[*numbers.values()][:most]}
        return sorted(found), True

    def _ranked(
        self, connection: Connection, question: Question, library: Statistics
    ) -> NDArray[np.intp]:
        """Numbers of cases by the telling terms of all legs, the best first, seen or not."""
        rows, holding = library.rows, library.holding["themes"]
        told = sum(n * rarity(rows, holding.get(term, 0)) for term, n in question.themes.items())
        shares = ranking.weights(question, told / rarity(rows, 0))
        asked = asked_terms(question).items()
        legs = {leg: lists.telling(leg, own, library) for leg, own in asked}
        found = self._all(connection, ask.LISTS, terms=[*chain(*legs.values())])
        return lists.ranked(dict(map(tuple, found)), legs, shares)

    def _nearest(
        self,
        connection: Connection,
        asked: Sequence[str],
        where: str,
        seen: Mapping[str, Sequence[str | int]],
        most: int,
        *,
        large: bool,
    ) -> set[str]:
        """The nearest to the question and its best clause, exactly up to EXACT visible cases; above
        the nearest to each that the graph finds."""
        many = ask.SEEN.format(where=where)
        if not large or self._all(connection, many, **seen, most=EXACT)[0][0] < EXACT:
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


def _literal(vector: Vectors) -> str:
    return "[" + ",".join(f"{number:.5g}" for number in vector.tolist()) + "]"
