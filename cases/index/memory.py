"""The default index: everything in memory; adding a case appends, and nothing is rebuilt for it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from threading import RLock

import numpy as np
from numpy.typing import NDArray

from cases import ranking, words
from cases.embedding import Vectors
from cases.index import Document, Scored
from cases.index.postings import Postings, Scores, Statistics
from cases.index.rows import Rows
from cases.index.terms import LEGS, Terms, asked_terms, terms_of
from cases.index.vectors import CaseVectors, Common
from cases.question import Question
from cases.ranking import Evidence, Weights, chance, fuse

# Above this many visible cases only the best of each leg are compared in full.
ALL_IN_FULL = 400
CANDIDATES = 50  # of each leg; as many as are asked for, when that is more


class MemoryIndex:
    """The cases of one company. A lock makes each call whole; searches take milliseconds.

    `library`: statistics of each leg where only some of the company's cases will be put.
    """

    def __init__(
        self,
        common: Common,
        weigh: Callable[[Question, float], Weights] = ranking.weights,
        library: Mapping[str, Statistics] | None = None,
    ) -> None:
        self._lock = RLock()
        self._weigh = weigh
        self._rows = Rows()
        self._legs = {
            leg: Postings(*shape, (library or {}).get(leg)) for leg, shape in LEGS.items()
        }
        self._outside: dict[str, set[str]] = {}  # topic → cases that tell of it after all
        self._vectors = CaseVectors(common)

    def __len__(self) -> int:
        return len(self._rows)

    def put(self, document: Document) -> None:
        """See Index.put."""
        terms = terms_of(document)
        self.put_terms(document.case_id, document.facets, terms, terms.lengths())

    def put_terms(
        self, case_id: str, facets: Collection[str], terms: Terms, lengths: Mapping[str, float]
    ) -> None:
        """The same for a case that was read before; `lengths` of the legs with all their terms."""
        with self._lock:
            self.remove(case_id)
            self._rows.add(case_id, facets)
            for leg, postings in self._legs.items():
                postings.append(terms.legs.get(leg, {}), lengths.get(leg, 0))
            for topic in terms.outside:
                self._outside.setdefault(topic, set()).add(case_id)
            self._vectors.append()

    def put_vectors(self, case_id: str, vectors: Mapping[str, Vectors]) -> None:
        """See Index.put_vectors."""
        with self._lock:
            if (row := self._rows.of(case_id)) is not None:
                self._vectors.put(row, vectors)

    def reached(self) -> tuple[datetime | None, datetime | None]:
        """See Index.reached: a memory begins empty."""
        return None, None

    def reach(self, cases: datetime | None, vectors: datetime | None) -> None:
        """See Index.reach."""

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
            for topic in [key for key, told in self._outside.items() if case_id in told]:
                self._outside[topic].discard(case_id)
            if self._rows.gaps():
                self._close_gaps()

    def _close_gaps(self) -> None:
        moved = self._rows.closed()
        for postings in self._legs.values():
            postings.keep(moved)
        self._vectors.keep(np.flatnonzero(moved >= 0))

    def search(
        self, question: Question, visible: Sequence[Collection[str]] = (), limit: int = 10
    ) -> list[Scored]:
        """See Index.search."""
        with self._lock:
            rows = self._rows.visible(visible)
            if not len(rows) or limit < 1:
                return []
            asked = self._asked(question)
            if len(rows) > ALL_IN_FULL:
                rows = self._candidates(question, asked, rows, max(CANDIDATES, limit))
            terms = asked_terms(question)
            legs = {leg: own.at(terms[leg], rows) for leg, own in self._legs.items()}
            legs["meaning"] = self._meaning(asked, rows)
            fused = fuse(legs, self._weigh(question, self._legs["themes"].weight(question.themes)))
            best = np.argsort(-fused, kind="stable")[:limit]
            return self._hits(question, asked, rows[best], fused[best], legs["meaning"][best])

    def _asked(self, question: Question) -> Vectors | None:
        return None if question.vectors is None else self._vectors.question(question.vectors)

    def _candidates(
        self, question: Question, asked: Vectors | None, rows: NDArray[np.intp], most: int
    ) -> NDArray[np.intp]:
        """The best `most` rows of each leg, ascending."""
        terms = asked_terms(question)
        legs = [own.scores(own.telling(terms[leg]))[rows] for leg, own in self._legs.items()]
        if len(rows) <= most:
            return rows
        best = [np.argpartition(-leg, most)[:most] for leg in legs]
        if asked is not None:
            best.append(self._vectors.nearest(asked, rows, most))
        return rows[np.unique(np.concatenate(best))]

    def _meaning(self, asked: Vectors | None, rows: NDArray[np.intp]) -> Scores:
        """Half the whole question, half its best clause; of each, half case, half best sentence."""
        if asked is None:
            return np.zeros(len(rows), dtype=np.float32)
        both = 0.5 * self._vectors.wholes(asked, rows)
        both += 0.5 * self._vectors.best_sentences(asked, rows)
        clauses = both[1:].max(axis=0) if len(both) > 1 else both[0]
        return np.asarray(0.5 * both[0] + 0.5 * clauses, dtype=np.float32)

    def _hits(
        self,
        question: Question,
        asked: Vectors | None,
        rows: NDArray[np.intp],
        fused: Scores,
        meanings: Scores,
    ) -> list[Scored]:
        outside = any(not self._outside.get(topic) for topic in question.outside)
        spoken = {term: 1.0 for term in question.words if term.startswith(words.WORD)}
        held_themes = self._legs["themes"].held(question.themes, rows)
        held_words = self._legs["words"].held(spoken, rows)
        weight = self._legs["themes"].weight(question.themes)
        hits = []
        for row, score, meaning, themes, share in zip(
            rows, fused, meanings, held_themes, held_words, strict=True
        ):
            sentence = None if asked is None else self._vectors.nearest_sentence(asked, int(row))
            evidence = Evidence(
                meaning=None if sentence is None else float(meaning),
                themes=float(themes),
                weight=float(themes) * weight,
                words=float(share),
                outside=outside,
            )
            hits.append(Scored(self._rows.ids[row], float(score), chance(evidence), sentence))
        return hits
