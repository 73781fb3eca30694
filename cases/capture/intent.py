"""What is typed into the one box: a win, a search, or unclear, by small fitted weights.

Weights come from `content/capture_weights.json`; `benchmarks/capture.py --fit` writes them from our
own invented examples, never from evaluation rows. The answer to a question that the bot just asked
is decided by the conversation, not here (decision 28).
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cases.capture.cues import READ_AT_MOST, cues
from cases.embedding import Embedder
from cases.text import clean
from cases.vocabulary import content

log = logging.getLogger(__name__)

# One question costs one tap, a wrong guess costs trust: a search up to the first number, a win from
# the second, between them we ask. The cues alone are less sure of themselves, so they ask more.
SURE_WITH_VECTOR = (0.3, 0.7)
SURE_BY_CUES = (0.2, 0.8)
IS_WIN_FROM = 0.5
# Told like a win, but surely none (a notice, a plan, thanks): ask before a draft is opened.
NO_WIN_BELOW = 0.3

SHORT = 16  # characters
_STATES = re.compile(r"(?:た|だ|です|ます|でした)[。!！〜ー✨🙌👍]*$")
_WORRIES = re.compile(r"困|悩|迷|ない|なく|ません|どう|何|例")
_QUOTED = re.compile(r"「[^」]*」|『[^』]*』|“[^”]*”|\"[^\"]*\"|[(（][^)）]*[)）]")


class Intent(StrEnum):
    """What the person wants with the text; `unclear` → 「共有しますか、探しますか」."""

    WIN = "win"
    SEARCH = "search"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Reading:
    """How a text was read. `score`: probability of a win rather than a search. `win_score`:
    probability that it tells what was done and what came of it; `is_win` from 0.5 on."""

    intent: Intent
    score: float
    is_win: bool
    win_score: float


@dataclass(frozen=True, slots=True)
class _Decider:
    bias: float
    cues: NDArray[np.float64]
    vector: NDArray[np.float64] | None

    def probability(self, row: NDArray[np.float64], vector: NDArray[np.float64] | None) -> float:
        total = self.bias + float(row @ self.cues)
        if self.vector is not None and vector is not None:
            total += float(vector @ self.vector)
        return float(1.0 / (1.0 + np.exp(-total)))


def read(text: str, embedder: Embedder | None) -> Reading:
    """Reads a text; never raises. Without an embedder, or with another model than the weights were
    fitted on, or when it fails, the cues alone decide (a little more is asked)."""
    kept = clean(text)[:READ_AT_MOST]
    if not any(ch.isalnum() for ch in kept):
        return Reading(Intent.UNCLEAR, 0.5, is_win=False, win_score=0.0)
    row, vector = cues(kept), _vector(kept, embedder)
    known = vector is not None
    score = _decider("seeks", with_vector=known).probability(row, vector)
    win_score = _decider("tells", with_vector=known).probability(row, vector)
    intent = _intent(score, win_score, SURE_WITH_VECTOR if known else SURE_BY_CUES)
    if intent is Intent.SEARCH and _bare_statement(kept):
        intent = Intent.UNCLEAR
    if intent is Intent.WIN and _asks_aloud(kept):
        intent = Intent.UNCLEAR
    return Reading(intent, score, win_score >= IS_WIN_FROM, win_score)


def _intent(score: float, win_score: float, sure: tuple[float, float]) -> Intent:
    if score <= sure[0]:
        return Intent.SEARCH
    if score >= sure[1] and win_score >= NO_WIN_BELOW:
        return Intent.WIN
    return Intent.UNCLEAR


def _bare_statement(text: str) -> bool:
    """「先生に会えた」: too short to tell a win from a search, but no question and no worry."""
    short = len(text) <= SHORT and _STATES.search(text) is not None
    return short and _WORRIES.search(text) is None


def _asks_aloud(text: str) -> bool:
    """A worry that is told at length reads like a win; a question in the writer's own words, and
    not in what a doctor said, leaves it open."""
    return re.search("[?？]", _QUOTED.sub("", text)) is not None


def _vector(text: str, embedder: Embedder | None) -> NDArray[np.float64] | None:
    weights = _weights()
    if embedder is None or embedder.name != weights["encoder"]:
        return None
    try:
        vector = np.asarray(embedder.encode([text]), dtype=np.float64)[0]
    except Exception as error:  # whatever the model does, a person who typed gets an answer
        log.warning("capture reads without vectors: %s", type(error).__name__)
        return None
    return vector if vector.shape == (weights["size"],) and np.isfinite(vector).all() else None


@cache
def _weights() -> dict[str, Any]:
    weights: dict[str, Any] = content("capture_weights.json")
    return weights


@cache
def _decider(name: str, *, with_vector: bool) -> _Decider:
    row = _weights()["deciders"][name]["with_vector" if with_vector else "cues_only"]
    vector = np.array(row["vector"]) if with_vector else None
    return _Decider(row["bias"], np.array(row["cues"]), vector)
