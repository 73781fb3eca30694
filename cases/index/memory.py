"""The default index: everything in memory, every visible case scored, exact up to 10,000 cases."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from threading import RLock

import numpy as np
from numpy.typing import NDArray

from cases import ranking, words
from cases.embedding import Vectors
from cases.index import Document, Scored, embedded_text
from cases.index.postings import Postings, Scores
from cases.index.vectors import CaseVectors, Common
from cases.question import Question
from cases.ranking import Evidence, Weights, chance, fuse

# Above this many visible cases only the best of each leg are compared sentence by sentence.
SENTENCES_FOR_ALL = 400
CANDIDATES = 50


class MemoryIndex:
    """The cases of one company. A lock makes each call whole; searches take milliseconds."""

    def __init__(
        self, common: Common, weigh: Callable[[Question, float], Weights] = ranking.weights
    ) -> None:
        self._lock = RLock()
        self._common, self._weigh = common, weigh
        self._empty()

    def _empty(self) -> None:
        self._ids: list[str] = []
        self._row: dict[str, int] = {}
        self._kept: dict[str, tuple[Document, Mapping[str, Vectors]]] = {}
        self._facets: dict[str, list[int]] = {}
        # k1 and b of the word field: design/search.md §5; a theme said twice is hardly more.
        self._words, self._sounds = Postings(0.6, 0.75), Postings(0.6, 0.75)
        self._themes = Postings(1.2, 0.5)
        self._outside: set[str] = set()
        self._vectors = CaseVectors(self._common)

    def __len__(self) -> int:
        return len(self._row)

    def put(self, document: Document) -> None:
        """See Index.put."""
        text = embedded_text(document.fields)
        read = words.read(text)
        labels = words.read("\n".join(document.labels))
        with self._lock:
            self.remove(document.case_id)
            row = self._row[document.case_id] = len(self._ids)
            self._ids.append(document.case_id)
            self._kept[document.case_id] = (document, {})
            self._words.append(read.words + labels.words)
            self._sounds.append(read.sounds)
            # Labels count as words only: as themes, a quarter of the cases would share them.
            self._themes.append(read.themes)
            self._outside |= read.outside
            self._vectors.append()
            for facet in document.facets:
                self._facets.setdefault(facet, []).append(row)

    def put_vectors(self, case_id: str, vectors: Mapping[str, Vectors]) -> None:
        """See Index.put_vectors."""
        with self._lock:
            if case_id not in self._row:
                return
            self._kept[case_id] = (self._kept[case_id][0], vectors)
            self._vectors.put(self._row[case_id], vectors)

    def remove(self, case_id: str) -> None:
        """See Index.remove. The row stays empty until half of the rows are; then all is rebuilt."""
        with self._lock:
            if self._row.pop(case_id, None) is None:
                return
            del self._kept[case_id]
            if len(self._ids) > 64 and len(self._row) < len(self._ids) // 2:
                self._rebuild()

    def _rebuild(self) -> None:
        kept = list(self._kept.values())
        self._empty()
        for document, vectors in kept:
            self.put(document)
            self.put_vectors(document.case_id, vectors)

    def search(
        self, question: Question, visible: Sequence[Collection[str]] = (), limit: int = 10
    ) -> list[Scored]:
        """See Index.search."""
        with self._lock:
            rows = self._visible(visible)
            if not len(rows) or limit < 1:
                return []
            legs = {
                "words": self._words.scores(dict.fromkeys(question.words, 1.0))[rows],
                "sounds": self._sounds.scores(dict.fromkeys(question.sounds, 1.0))[rows],
                "themes": self._themes.scores(question.themes)[rows],
            }
            legs["meaning"] = self._meaning(question, rows, legs)
            fused = fuse(legs, self._weigh(question, self._themes.weight(question.themes)))
            best = np.argsort(-fused, kind="stable")[:limit]
            return self._hits(question, rows[best], fused[best], legs["meaning"][best])

    def _visible(self, groups: Sequence[Collection[str]]) -> NDArray[np.intp]:
        seen = np.zeros(len(self._ids), dtype=bool)
        seen[list(self._row.values())] = True
        for group in groups:
            allowed = np.zeros(len(self._ids), dtype=bool)
            for facet in group:
                allowed[self._facets.get(facet, [])] = True
            seen &= allowed
        return np.flatnonzero(seen)

    def _meaning(
        self, question: Question, rows: NDArray[np.intp], legs: dict[str, Scores]
    ) -> Scores:
        """Half the whole question, half its best clause; of each, half case, half best sentence."""
        if question.vectors is None:
            return np.zeros(len(rows), dtype=np.float32)
        asked = self._vectors.question(question.vectors)
        wholes = self._vectors.wholes(asked)[:, rows]
        near = self._near(rows, wholes, legs)
        both = 0.5 * wholes
        both[:, near] += 0.5 * self._vectors.best_sentences(asked, rows[near])
        clauses = both[1:].max(axis=0) if len(both) > 1 else both[0]
        return np.asarray(0.5 * both[0] + 0.5 * clauses, dtype=np.float32)

    def _near(
        self, rows: NDArray[np.intp], wholes: Scores, legs: dict[str, Scores]
    ) -> NDArray[np.intp]:
        if len(rows) <= SENTENCES_FOR_ALL:
            return np.arange(len(rows))
        best = [
            np.argpartition(-leg, CANDIDATES)[:CANDIDATES]
            for leg in (wholes.max(axis=0), *legs.values())
        ]
        return np.unique(np.concatenate(best))

    def _hits(
        self, question: Question, rows: NDArray[np.intp], fused: Scores, meanings: Scores
    ) -> list[Scored]:
        outside = not question.outside <= self._outside
        asked = {term: 1.0 for term in question.words if term.startswith(words.WORD)}
        held_themes = self._themes.held(question.themes, rows)
        held_words = self._words.held(asked, rows)
        weight = self._themes.weight(question.themes)
        hits = []
        for row, score, meaning, themes, share in zip(
            rows, fused, meanings, held_themes, held_words, strict=True
        ):
            sentence = self._nearest(question, int(row))
            evidence = Evidence(
                meaning=None if sentence is None else float(meaning),
                themes=float(themes),
                weight=float(themes) * weight,
                words=float(share),
                outside=outside,
            )
            hits.append(Scored(self._ids[row], float(score), chance(evidence), sentence))
        return hits

    def _nearest(self, question: Question, row: int) -> int | None:
        if question.vectors is None:
            return None
        return self._vectors.nearest_sentence(self._vectors.question(question.vectors), row)
