"""Words in PostgreSQL as bytes: what a case holds, and lists of the cases that hold a term."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from cases.index.frozen import hashed
from cases.index.postings import Statistics, rarity
from cases.index.terms import LEGS, Terms
from cases.ranking import Weights

OUTSIDE = "outside"  # the leg of topics that the library tells of after all; nobody lists it
# Cases of one list, 4 kB at most: a case writes its lists anew, a question reads all of a term.
BLOCK = 1_024
# A case holds terms by their keys, ascending; the key of a leg without a term counts its length.
HELD = np.dtype([("term", "<i8"), ("count", "<u2")])
# In a list a case is its number and, in the last byte, what its count is worth in BM25 (255: all).
LISTED = np.dtype("<u4")
# Cases in lists that a question adds up in each leg, from its rarest term on; the others are looked
# up for the candidates alone.
ADDED = 100_000


def key(leg: str, term: str) -> int:
    """A term of a leg in 64 bits."""
    return int.from_bytes(hashed(f"{leg}:{term}"), "little", signed=True)


SIZE = key("", "")  # each case holds it once


def held(terms: Terms) -> NDArray[np.void]:
    """What a case holds, as HELD."""
    found = [(SIZE, 1), *((key(OUTSIDE, topic), 1) for topic in terms.outside)]
    for leg, counts in terms.legs.items():
        own = {**counts, "": sum(counts.values())}
        found.extend((key(leg, term), min(n, 65_535)) for term, n in own.items())
    return np.sort(np.array(found, dtype=HELD), order="term")


def listed(terms: Terms, number: int) -> Iterator[tuple[int, bytes]]:
    """The case in the list of each of its terms."""
    for leg, counts in terms.legs.items():
        norm = LEGS[leg].norm(sum(counts.values()))
        for term, n in counts.items():
            worth = max(1, round(255 * n / (n + norm)))
            yield key(leg, term), (number << 8 | worth).to_bytes(4, "little")


def without(number: int, own: bytes) -> bytes:
    """A list without one case."""
    cases = np.frombuffer(own, LISTED)
    return bytes(cases[cases >> 8 != number])


def telling(leg: str, weights: Mapping[str, float], library: Statistics) -> dict[int, float]:
    """Weight × rarity of the rarest terms, as many as ADDED cases hold; one at least."""
    holding = library.holding[leg]
    asked = sorted((n, term) for term in weights if (n := holding.get(term, 0)))
    most, read = max(ADDED, library.rows // 4), accumulate(n for n, _ in asked)
    few = max(1, sum(n <= most for n in read))
    return {key(leg, term): weights[term] * rarity(library.rows, n) for n, term in asked[:few]}


def ranked(
    lists: Mapping[int, bytes], legs: Mapping[str, Mapping[int, float]], shares: Weights
) -> NDArray[np.intp]:
    """Numbers of the cases in the lists, the best first. `legs`: what their terms weigh."""
    read = {term: np.frombuffer(own, LISTED) for term, own in lists.items()}
    found = np.zeros(1 + max((int(own.max()) >> 8 for own in read.values()), default=-1))
    for leg, weights in legs.items():
        asked = [(read[term], weight) for term, weight in weights.items() if term in read]
        if asked:
            cases = np.concatenate([own for own, _ in asked])
            weigh = np.repeat([weight for _, weight in asked], [len(own) for own, _ in asked])
            scores = np.bincount(cases >> 8, weights=weigh * (cases & 255), minlength=len(found))
            found += getattr(shares, leg) / scores.max() * scores
    there = np.flatnonzero(found)
    return there[np.argsort(-found[there], kind="stable")]
