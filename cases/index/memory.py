"""The default index: everything in memory; adding a case appends, and nothing is rebuilt for it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from threading import RLock

import numpy as np
from numpy.typing import NDArray

from cases import ranking, words
from cases.embedding import Vectors
from cases.index import Document, Scored, embedded_text
from cases.index.postings import Postings, Scores
from cases.index.rows import Rows
from cases.index.vectors import CaseVectors, Common
from cases.question import Question
from cases.ranking import Evidence, Weights, chance, fuse

# Above this many visible cases only the best of each leg are compared in full.
ALL_IN_FULL = 400
CANDIDATES = 50  # of each leg; as many as are asked for, when that is more


class MemoryIndex:
    """The cases of one company. A lock makes each call whole; searches take milliseconds."""

    def __init__(
        self, common: Common, weigh: Callable[[Question, float], Weights] = ranking.weights
    ) -> None:
        self._lock = RLock()
        self._weigh = weigh
        self._rows = Rows()
        # k1 and b of the word field: design/search.md §5; a theme said twice is hardly more.
        self._words, self._sounds = Postings(0.6, 0.75), Postings(0.6, 0.75)
        self._themes = Postings(1.2, 0.5)
        self._outside: dict[str, set[str]] = {}  # topic → cases that tell of it after all
        self._vectors = CaseVectors(common)

    def __len__(self) -> int:
        return len(self._rows)

    def put(self, document: Document) -> None:
        """See Index.put."""
        read = words.read(embedded_text(document.fields))
        labels = words.read("\n".join(document.labels))
        with self._lock:
            self.remove(document.case_id)
            self._rows.add(document.case_id, document.facets)
            self._words.append(read.words + labels.words)
            self._sounds.append(read.sounds)
            # Labels count as words only: as themes, a quarter of the cases would share them.
            self._themes.append(read.themes)
            for topic in read.outside:
                self._outside.setdefault(topic, set()).add(document.case_id)
            self._vectors.append()

    def put_vectors(self, case_id: str, vectors: Mapping[str, Vectors]) -> None:
        """See Index.put_vectors."""
        with self._lock:
            if (row := self._rows.of(case_id)) is not None:
                self._vectors.put(row, vectors)

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
        for postings in (self._words, self._sounds, self._themes):
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
            legs = {
                "words": self._words.at(dict.fromkeys(question.words, 1.0), rows),
                "sounds": self._sounds.at(dict.fromkeys(question.sounds, 1.0), rows),
                "themes": self._themes.at(question.themes, rows),
                "meaning": self._meaning(asked, rows),
            }
            fused = fuse(legs, self._weigh(question, self._themes.weight(question.themes)))
            best = np.argsort(-fused, kind="stable")[:limit]
            return self._hits(question, asked, rows[best], fused[best], legs["meaning"][best])

    def _asked(self, question: Question) -> Vectors | None:
        return None if question.vectors is None else self._vectors.question(question.vectors)

    def _candidates(
        self, question: Question, asked: Vectors | None, rows: NDArray[np.intp], most: int
    ) -> NDArray[np.intp]:
        """The best `most` rows of each leg, ascending."""
        spoken = self._words.telling(dict.fromkeys(question.words, 1.0))
        heard = self._sounds.telling(dict.fromkeys(question.sounds, 1.0))
        legs = [
            self._words.scores(spoken)[rows],
            self._sounds.scores(heard)[rows],
            self._themes.scores(question.themes)[rows],
        ]
        if asked is not None:
            legs.append(self._vectors.wholes(asked, rows).max(axis=0))
        best = [np.argpartition(-leg, most)[:most] for leg in legs if len(leg) > most]
        return rows[np.unique(np.concatenate(best))] if best else rows

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
        held_themes = self._themes.held(question.themes, rows)
        held_words = self._words.held(spoken, rows)
        weight = self._themes.weight(question.themes)
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
