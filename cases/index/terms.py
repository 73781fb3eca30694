"""What the word index keeps of a case, in three legs, and how each leg is weighed by BM25."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from cases import words
from cases.index import Document, embedded_text
from cases.question import Question


class Leg(NamedTuple):
    """How BM25 weighs a leg. `length`: terms of a usual case, with which the others are compared:
    the mean of the library would move with each case, and all that was worked out with it."""

    k1: float
    b: float
    length: float

    def norm(self, length: float) -> float:
        """What the count of a term is compared with, in a case of that many terms."""
        return self.k1 * (1 - self.b + self.b * length / self.length)


# k1 and b: design/search.md §5; a theme said twice is hardly more than once. Lengths: the means of
# the development cases, of some 300 characters each; half or twice that costs them 0.002 and 0.003
# nDCG@10 (benchmarks/search_quality.md).
LEGS = {
    "words": Leg(0.6, 0.75, 1_000),
    "sounds": Leg(0.6, 0.75, 270),
    "themes": Leg(1.2, 0.5, 45),
}
THEMES = list(LEGS).index("themes")


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
