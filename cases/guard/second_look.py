"""The semantic second look: a sentence that is like the anchors of a rule is asked about or held.

What two judges of likeness say, of meaning (likeness.py) and of wording (wording.py), is added up;
each alone lets through what the other sees (benchmarks/guard.md). It never clears anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cases.embedding import Embedder
from cases.guard.anchors import KINDS, SHORTEST
from cases.guard.cues import Place
from cases.guard.findings import Finding, finding
from cases.guard.lexicon import pattern, words
from cases.guard.likeness import Numbers, features, head_of
from cases.guard.morphemes import Reading
from cases.guard.wording import terms, wording
from cases.vocabulary import Decision

LIMIT = 0.55  # share that is not clean; benchmarks/guard.md has the limits around it
_MEANING_WEIGHT = 6.0  # brings the regression's 0 to 1 to the size of log-odds
_DOUBT = -5.0  # log-odds; parts of a sentence below it are not looked at, to save time
_MANY = 9  # parts, as of five clauses: one bad clause among so many does not sway the whole
_LONGEST = 200  # characters
_SAME = {"quid_pro_quo": "inducement", "gift": "inducement", "off_label_handled": "off_label"}


def second_look(reading: Reading, found: list[Finding], embedder: Embedder) -> list[Finding]:
    """Findings for sentences that look risky and that the cues left alone; ask or hold only.

    A sentence is as risky as it is on the whole and in its worst clauses, half each: what is said
    in passing, at the end of a harmless sentence, does not sway the whole of it.
    Raises GuardDown when the encoder fails or answers nonsense.
    """
    places = _pieces(reading)
    whole = odds(reading, places, embedder)
    looked: list[Finding] = []
    for n, parts, of_parts in _doubtful(reading, places, whole, embedder):
        rows = np.vstack([whole[n : n + 1], of_parts])
        said = risks(rows)
        kind = KINDS[int(rows[said.argmax(), :-1].argmax())]
        if (said[0] + said.max()) / 2 < _STOPS or _known(kind, places[n], found):
            continue
        of_kind = rows[1:, KINDS.index(kind)]
        told = bool(parts) and of_kind.max() >= LIMIT
        place = parts[int(of_kind.argmax())] if told else places[n]
        looked.append(_finding(kind, reading.text, place))
    return looked


def _doubtful(
    reading: Reading, places: list[Place], whole: Numbers, embedder: Embedder
) -> Iterator[tuple[int, list[Place], Numbers]]:
    """Which sentences are looked at by their parts, the parts, and the probabilities of these.

    The parts of all are judged in one go: a text may have a thousand short sentences.
    """
    parts = {n: _parts(reading.text, place) for n, place in enumerate(places)}
    chosen = [n for n, risk in enumerate(risks(whole)) if risk > _DOUBT or len(parts[n]) >= _MANY]
    rows, start = odds(reading, [part for n in chosen for part in parts[n]], embedder), 0
    for n in chosen:
        yield n, parts[n], rows[start : start + len(parts[n])]
        start += len(parts[n])


def warm(embedder: Embedder) -> None:
    """Have the head for this encoder ready, so that the first check is fast."""
    head_of(embedder)
    wording()


def odds(reading: Reading, places: list[Place], embedder: Embedder) -> Numbers:
    """Probability of every kind, shape (places, kinds)."""
    if not places:
        return np.empty((0, len(KINDS)), dtype=np.float32)
    texts = [reading.text[start:end] for start, end in places]
    meaning = head_of(embedder).scores(features(texts, embedder))
    return added_up(meaning, wording().scores(terms(reading, place) for place in places))


def added_up(meaning: Numbers, words_say: Numbers) -> Numbers:
    """Probabilities from the scores of both judges; log-odds add up, as of two witnesses."""
    scores = _MEANING_WEIGHT * meaning + words_say
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def risks(rows: Numbers) -> NDArray[np.float64]:
    """Log-odds of being anything but clean, shape (rows,)."""
    clean = np.clip(rows[:, -1].astype(np.float64), 1e-9, 1 - 1e-9)
    return np.asarray(np.log1p(-clean) - np.log(clean))


def _parts(text: str, place: Place) -> list[Place]:
    """The clauses of a sentence and every two neighbouring ones; none when it is one clause.

    All of them: at most `_LONGEST` characters in parts of at least `SHORTEST` are some 70 parts.
    """
    cuts = {place[0], place[1], *(m.end() for m in _CUT.finditer(text, *place))}
    edges = sorted(cuts)
    parts = [*pairwise(edges), *zip(edges, edges[2:], strict=False)]
    return [(a, b) for a, b in parts if b - a >= SHORTEST and (a, b) != place]


def _pieces(reading: Reading) -> list[Place]:
    """Sentences, the long ones in windows: one vector says little of a page without a full stop."""
    windows = [w for sentence in reading.sentences() for w in _windows(reading.text, *sentence)]
    return [(start, end) for start, end in windows if end - start >= SHORTEST]


def _windows(text: str, start: int, end: int) -> Iterator[Place]:
    """At most `_LONGEST` characters each, cut between clauses so that none is torn in two."""
    while end - start > _LONGEST:
        cuts = [m.end() for m in _CUT.finditer(text, start, start + _LONGEST)]
        edge = cuts[-1] if cuts else start + _LONGEST
        yield start, edge
        start = edge
    yield start, end


def _finding(kind: str, text: str, place: Place) -> Finding:
    rule = kind
    if kind == "inducement":
        rule = "quid_pro_quo" if words("favour").search(text, *place) else "gift"
    action = Decision.ASK if kind == "adverse_event" else Decision.HOLD
    return replace(finding(rule, *place, action), looked=True)


def _known(kind: str, place: Place, found: list[Finding]) -> bool:
    """True when a cue already stopped this sentence for the same reason."""
    return any(
        _SAME.get(f.rule, f.rule) == kind and f.start < place[1] and place[0] < f.end for f in found
    )


_CUT = pattern("[、,「」『』()。!?;:→]+")
_STOPS = float(np.log(LIMIT / (1 - LIMIT)))
