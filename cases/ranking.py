"""How words, sounds, themes and meaning become one order, and how sure it is: pure arithmetic."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from cases.index.postings import Scores
from cases.question import Question


class Weights(NamedTuple):
    """The share of each leg in the fused score."""

    words: float
    sounds: float
    themes: float
    meaning: float


# Chosen on a plateau of the development queries (cross-validated in benchmarks/search_quality.md)
# and of general Japanese text. An English question shares few words with a Japanese case, so chance
# hits of its letters must hardly count.
JAPANESE = Weights(words=0.2, sounds=0.05, themes=0.4, meaning=0.3)
OTHER = Weights(words=0.1, sounds=0.0, themes=0.5, meaning=0.4)


def weights(question: Question, told: float) -> Weights:
    """The weights for the language of a question whose themes weigh `told` (1: one rare theme).

    Themes that say little count little: scaling would make a chance theme look certain. On general
    text (JaQuAD, 407 paragraphs) this is worth 0.05 nDCG; it costs 0.01 on the development queries.
    """
    return told_by_themes(JAPANESE if question.japanese else OTHER, told)


def told_by_themes(own: Weights, told: float) -> Weights:
    """The weights with less for themes that weigh under 1."""
    return own._replace(themes=own.themes * min(1.0, told))


def fuse(told: Scores, meaning: Scores, shares: Weights) -> Scores:
    """The weighted sum of the legs, each scaled over the candidates: shape (candidates,).

    `told`: words, sounds and themes, shape (3, candidates). Reciprocal rank fusion would throw away
    how certain a leg is (design/search.md §3).
    """
    legs = scaled(np.concatenate([told, meaning[None]]))
    return np.asarray((np.array(shares, np.float32)[:, None] * legs).sum(axis=0))


def scaled(legs: Scores) -> Scores:
    """Each row 0 for its lowest and 1 for its highest; all 0 where a leg makes no difference."""
    if not legs.size:
        return legs
    low = legs.min(axis=1, keepdims=True)
    spread = legs.max(axis=1, keepdims=True) - low
    spread[spread < 1e-9] = np.inf
    return np.asarray((legs - low) / spread, dtype=np.float32)


class Match(StrEnum):
    """How near a case is to what was asked: the words for it are in the views."""

    CLOSE = "close"  # 近い事例
    LOOSE = "loose"  # 少し条件が違う事例
    NONE = "none"  # 条件に合う事例はまだない


# From which chance on a case is close, or at least worth showing as loose.
CLOSE = 0.5
LOOSE = 0.17
# What is assumed of the meaning of a case whose vectors are not here yet: that of a middling hit.
MEANING_UNKNOWN = 0.25


@dataclass(frozen=True, slots=True)
class Evidence:
    """Raw values of one hit: they mean the same whatever else was found.

    `meaning`: centred cosine, None without vectors. `themes`, `words`: the share (0 to 1) of the
    question's themes and words that the case holds. `weight`: how much the held themes say, where 1
    is one rare theme. `outside`: the question names a topic that no case here is about.
    """

    meaning: float | None
    themes: float
    weight: float
    words: float
    outside: bool


def chance(evidence: Evidence) -> float:
    """The probability (0 to 1) that a hit helps.

    A logistic curve fitted on the development grades (2 or 3 helps), cross-validated by query: area
    under the curve 0.75. The fused score could not tell: it makes the best of a hopeless lot look
    certain (design/search.md §6).
    """
    meaning = MEANING_UNKNOWN if evidence.meaning is None else evidence.meaning
    logit = -3.8 + 4.0 * meaning + 1.5 * evidence.themes + 1.0 * evidence.weight
    logit += 3.4 * evidence.words - 3.2 * evidence.outside
    return 1 / (1 + math.exp(-logit))


def match(chance_of_hit: float) -> Match:
    """The label of one hit."""
    if chance_of_hit >= CLOSE:
        return Match.CLOSE
    return Match.LOOSE if chance_of_hit >= LOOSE else Match.NONE


def overall(chances: Sequence[float]) -> Match:
    """The label of an answer: that of the best of its first three hits; none without hits."""
    return match(max(chances[:3], default=0.0))


def sunk(near: Sequence[str], stale: Sequence[bool]) -> list[int]:
    """The places of the hits, each stale one behind all that are as near; the others as they are.

    Not a lower score: among few candidates the scale of scores says little.
    """
    order = [place for place, old in enumerate(stale) if not old]
    ranks = [list(Match).index(Match(word)) for word in near]
    for place in (place for place, old in enumerate(stale) if old):
        ahead = [at for at, other in enumerate(order, 1) if ranks[other] <= ranks[place]]
        order.insert(max(ahead, default=0), place)
    return order
