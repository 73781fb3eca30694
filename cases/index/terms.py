"""What the word index keeps of a case, in three legs, and how each leg is weighed by BM25."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cases import words
from cases.index import Document, embedded_text
from cases.question import Question

# k1 and b of each leg: design/search.md §5; a theme said twice is hardly more than once.
LEGS = {"words": (0.6, 0.75), "sounds": (0.6, 0.75), "themes": (1.2, 0.5)}
THEMES = 2  # its place among them


@dataclass(frozen=True, slots=True)
class Terms:
    """Leg → term → count, and the topics outside the library that the case tells of after all."""

    legs: Mapping[str, Mapping[str, int]]
    outside: frozenset[str]

    def lengths(self) -> dict[str, int]:
        """How many terms each leg has, repetitions counted."""
        return {leg: sum(counts.values()) for leg, counts in self.legs.items()}


def terms_of(document: Document) -> Terms:
    """The terms of a case. Labels count as words only: as themes, a quarter of the cases would
    share them."""
    read = words.read(embedded_text(document.fields))
    labels = words.read("\n".join(document.labels))
    legs = {"words": read.words + labels.words, "sounds": read.sounds, "themes": read.themes}
    return Terms(legs, read.outside)


def asked_terms(question: Question) -> dict[str, dict[str, float]]:
    """Leg → term → weight of a question."""
    return {
        "words": dict.fromkeys(question.words, 1.0),
        "sounds": dict.fromkeys(question.sounds, 1.0),
        "themes": question.themes,
    }
