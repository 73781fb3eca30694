"""The default index: in memory and mapped files; adding a case appends, and seldom merges."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from threading import RLock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cases import ranking, words
from cases.embedding import Vectors
from cases.index import Document, Scored
from cases.index.postings import Asked, Postings, Scores, Statistics
from cases.index.rows import Rows
from cases.index.sketches import best, joined
from cases.index.terms import LEGS, THEMES, Terms, asked_terms, terms_of
from cases.index.vectors import CaseVectors, Common
from cases.question import Question
from cases.ranking import Evidence, Weights, chance, fuse

# Above this many visible cases only the best by words and by meaning are compared in full.
ALL_IN_FULL = 400
CANDIDATES = 50  # by meaning, and twice as many by words; at least as many as are asked for
# So many of the candidates, the best by words, themes and whole cases, are compared by sentence:
# reading nine vectors for each of the others was half of the time of a search.
SENTENCES = 80
# So many rows, or one of so many, are new before sketches are made of their vectors.
NEW, NEW_SHARE = 4_000, 16


class MemoryIndex:
    """The cases of one company. A lock makes each call whole; searches take milliseconds.

    `library`: its statistics where only some of the company's cases will be put.
    """

    def __init__(
        self,
        common: Common,
        weigh: Callable[[Question, float], Weights] = ranking.weights,
        library: Statistics | None = None,
    ) -> None:
        self._lock = RLock()
        self._weigh, self._common = weigh, common
        self._rows = Rows()
        self._postings = Postings(LEGS, library)
        self._outside: dict[str, set[str]] = {}  # topic → cases that tell of it after all
        self._vectors = CaseVectors(common)
        self._settled = 0  # rows that were here when new ones were merged
        self.changes = 0  # cases and vectors that came, and cases that left

    def __len__(self) -> int:
        return len(self._rows)

    def put(self, document: Document) -> None:
        """See Index.put. A case that is here as it stands stays, with its vectors."""
        digest = document.digest()
        with self._lock:
            row = self._rows.of(document.case_id)
            if row is not None and self._rows.digests[row] == digest:
                return
        terms = terms_of(document)
        self.put_terms(document.case_id, document.facets, terms, terms.lengths(), digest)

    def put_terms(
        self,
        case_id: str,
        facets: Collection[str],
        terms: Terms,
        lengths: Mapping[str, float],
        digest: str = "",
    ) -> None:
        """The same for a case that was read before; `lengths` of the legs with all their terms."""
        with self._lock:
            self.remove(case_id)
            self.changes += 1
            self._rows.add(case_id, facets, digest)
            self._postings.append(terms.legs, lengths)
            for topic in terms.outside:
                self._outside.setdefault(topic, set()).add(case_id)
            self._vectors.append()
            if len(self._rows.ids) - self._settled > max(NEW, self._settled // NEW_SHARE):
                self._vectors.settle()
                self._settled = len(self._rows.ids)

    def put_vectors(self, case_id: str, vectors: Mapping[str, Vectors]) -> None:
        """See Index.put_vectors."""
        with self._lock:
            if (row := self._rows.of(case_id)) is not None:
                self.changes += 1
                self._vectors.put(row, vectors)

    def reached(self, newest: datetime | None) -> tuple[datetime | None, datetime | None]:
        """See Index.reached: a memory begins empty."""
        return None, None

    def reach(self, cases: datetime | None, vectors: datetime | None) -> None:
        """See Index.reach."""
        with self._lock:
            if self._vectors.unsettled():
                self._vectors.settle()

    def close(self) -> None:
        """See Index.close."""

    def sentences(self, case_id: str) -> int:
        """See Index.sentences."""
        with self._lock:
            row = self._rows.of(case_id)
            return 0 if row is None else self._vectors.sentences(row)

    def remove(self, case_id: str) -> None:
        """See Index.remove. The row stays, masked, until half of the rows are dead."""
        with self._lock:
            if self._rows.drop(case_id) is None:
                return
            self.changes += 1
            for topic in [key for key, told in self._outside.items() if case_id in told]:
                self._outside[topic].discard(case_id)
            if self._rows.gaps():
                self.settle()

    def settle(self) -> None:
        """All rows in one part and without gaps: all is found as before, sooner."""
        with self._lock:
            before = len(self._rows.ids)
            moved = self._rows.closed()
            self._postings.close(moved)
            if len(self._rows.ids) < before:
                self._vectors.keep(np.flatnonzero(moved >= 0))
            self._vectors.settle()
            self._settled = len(self._rows.ids)

    def copy(self) -> MemoryIndex:
        """As it is now. What comes later is not in it; it can be settled and saved meanwhile."""
        other = MemoryIndex(self._common, self._weigh)
        with self._lock:
            other._rows = self._rows.copy()
            other._postings = self._postings.copy()
            other._outside = {topic: set(told) for topic, told in self._outside.items()}
            other._vectors = self._vectors.copy()
        return other

    def state(self) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
        """Everything, as arrays and as facts for JSON."""
        self.settle()
        arrays = self._vectors.arrays() | self._rows.arrays() | self._postings.arrays()
        outside = {topic: sorted(told) for topic, told in self._outside.items()}
        return arrays, {"outside": outside, "facets": self._rows.names()}

    def begin(self, arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any]) -> None:
        """Goes on from a `state`."""
        with self._lock:
            self._rows = Rows(arrays, facts["facets"])
            self._postings = Postings(LEGS, kept=arrays)
            self._outside = {topic: set(told) for topic, told in facts["outside"].items()}
            self._vectors = CaseVectors(self._common, arrays)
            self._settled = len(self._rows.ids)

    def search(
        self, question: Question, visible: Sequence[Collection[str]] = (), limit: int = 10
    ) -> list[Scored]:
        """See Index.search."""
        with self._lock:
            rows = self._rows.visible(visible)
            if not len(rows) or limit < 1:
                return []
            asked = self._postings.ask(asked_terms(question))
            near = None if question.vectors is None else self._vectors.question(question.vectors)
            shares = self._weigh(question, self._postings.weight(asked, THEMES))
            most = len(rows)
            if most > ALL_IN_FULL:
                rows = self._candidates(asked, near, shares, rows, max(CANDIDATES, limit))
                most = max(SENTENCES, limit)
            told = self._postings.scores(asked, rows)
            meaning, numbers = np.zeros(len(rows), np.float32), np.full(len(rows), -1)
            if near is not None:
                rows, told, meaning, numbers = self._by_sentence(near, rows, told, shares, most)
            fused = fuse(told, meaning, shares)
            first = np.argsort(-fused, kind="stable")[:limit]
            return self._hits(
                question, asked, rows[first], fused[first], meaning[first], numbers[first]
            )

    def _candidates(
        self,
        asked: Asked,
        near: Vectors | None,
        shares: Weights,
        rows: NDArray[np.intp],
        most: int,
    ) -> NDArray[np.intp]:
        """The best by the telling terms of all legs, and by meaning; ascending."""
        highest = asked.first.max(axis=1)  # of all cases, also of those that are not seen
        found = (shares[: len(LEGS)] / np.maximum(highest, 1e-9)).astype(np.float32) @ asked.first
        places = best(found if len(rows) == len(found) else found[rows], 2 * most)
        if near is not None:
            places = np.append(places, self._vectors.nearest(near, rows, most))
        return rows[np.unique(places)]

    def _by_sentence(
        self, near: Vectors, rows: NDArray[np.intp], told: Scores, shares: Weights, most: int
    ) -> tuple[NDArray[np.intp], Scores, Scores, NDArray[np.intp]]:
        """The best `most` of the rows with what is told of them, their meaning, and the sentence
        that is nearest. Meaning: half the whole question, half its best clause; of each, half the
        whole case and half a sentence."""
        wholes = self._vectors.wholes(near, rows)
        few = np.sort(best(fuse(told, joined(wholes), shares), most))
        sentences, numbers = self._vectors.best_sentences(near, rows[few])
        return rows[few], told[:, few], joined(0.5 * wholes[:, few] + 0.5 * sentences), numbers

    def _hits(
        self,
        question: Question,
        asked: Asked,
        rows: NDArray[np.intp],
        fused: Scores,
        meanings: Scores,
        numbers: NDArray[np.intp],
    ) -> list[Scored]:
        outside = any(not self._outside.get(topic) for topic in question.outside)
        spoken = [at for at, term in enumerate(question.words) if term.startswith(words.WORD)]
        themes = np.flatnonzero(asked.legs == THEMES)
        terms, many = np.array([*spoken, *themes], dtype=np.intp), len(spoken)
        holds, weights = self._postings.table(asked, rows, terms) > 0, asked.weights[terms]
        held_words = weights[:many] @ holds[:many] / (weights[:many].sum() or 1)
        held_themes = weights[many:] @ holds[many:] / (weights[many:].sum() or 1)
        own = np.array(question.spoken(), dtype=object)
        weight = self._postings.weight(asked, THEMES)
        hits = []
        for row, score, meaning, number, shared, share, here in zip(
            rows, fused, meanings, numbers, held_themes, held_words, holds[:many].T, strict=True
        ):
            evidence = Evidence(
                meaning=None if number < 0 else float(meaning),
                themes=float(shared),
                weight=float(shared) * weight,
                words=float(share),
                outside=outside,
            )
            sentence = None if number < 0 else int(number)
            case_id = self._rows.ids[row]
            found = Scored(case_id, float(score), chance(evidence), sentence, tuple(own[here]))
            hits.append(found)
        return hits
