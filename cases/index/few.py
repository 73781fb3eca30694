"""The candidates of a search in PostgreSQL, put into a memory of their own to be put in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cases.embedding import Vectors
from cases.index import sql as ask
from cases.index.lists import HELD, key
from cases.index.memory import MemoryIndex
from cases.index.postings import Statistics
from cases.index.terms import LEGS, Terms, asked_terms
from cases.index.vectors import Common
from cases.question import Question


class Few:
    """`rows` asks a statement of the company and model; `library` is the whole one's statistics,
    `told` the topics outside that it tells of after all."""

    def __init__(
        self,
        rows: Callable[..., Sequence[Any]],
        common: Common,
        library: Statistics,
        told: frozenset[str],
    ) -> None:
        self._rows, self._common, self._library, self._told = rows, common, library, told
        self._held: dict[str, tuple[Terms, dict[str, float]]] = {}

    def read(self, question: Question, cases: Sequence[str]) -> None:
        """What the cases hold of the question's terms, and how long each leg of theirs is."""
        asked = asked_terms(question)
        named = {key(leg, term): (leg, term) for leg, own in asked.items() for term in (*own, "")}
        wanted = np.array(sorted(named))
        for case, terms in self._rows(ask.HELD, cases=list(cases)):
            held, legs = np.frombuffer(terms, HELD), {leg: dict[str, int]() for leg in LEGS}
            at = np.minimum(np.searchsorted(held["term"], wanted), len(held) - 1)
            for found, count in held[at[held["term"][at] == wanted]].tolist():
                leg, term = named[found]
                legs[leg][term] = count
            lengths = {leg: float(own.pop("", 0)) for leg, own in legs.items()}
            self._held[case] = Terms(legs, self._told), lengths

    def index(self, cases: Sequence[str], part: str | None) -> MemoryIndex:
        """The cases that were read, with the vectors of one part, of all (``), or none (None)."""
        index = MemoryIndex(self._common, library=self._library)
        vectors = {} if part is None else self._vectors(cases, part)
        for case in cases:
            if case in self._held:
                terms, lengths = self._held[case]
                index.put_terms(case, (), terms, lengths)
                index.put_vectors(case, vectors.get(case, {}))
        return index

    def _vectors(self, cases: Sequence[str], part: str) -> dict[str, dict[str, Vectors]]:
        statement = ask.EMBEDDED + (ask.ONE_PART if part else "")
        named = {"part": part} if part else {}
        found: dict[str, dict[str, Vectors]] = {}
        for case, own, vector in self._rows(statement, cases=list(cases), **named):
            found.setdefault(case, {})[own] = np.frombuffer(vector, dtype="<f4")
        return found
