"""The semantic second look: a sentence that is like the anchors of a rule is asked about or held.

Kernel regression over the sentence's vector and a few vocabulary signs, solved once per encoder
on the project's own anchors (`content/guard_anchors.json`). It never clears anything.
The bundled encoder's head is shipped (benchmarks/fit_guard_head.py), so no start has to fit it.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cases.embedding import Embedder
from cases.errors import GuardDown
from cases.guard.cues import Place
from cases.guard.findings import Finding, finding
from cases.guard.lexicon import pattern, rules, words
from cases.guard.morphemes import Reading, read
from cases.guard.offsets import fold
from cases.text import content_hash
from cases.vocabulary import Decision, content

Numbers = NDArray[np.float64]

KINDS = ("adverse_event", "patient_info", "off_label", "inducement", "disparagement", "clean")
LIMIT = 0.5  # less likely clean than not; benchmarks/guard.md shows the limits beside it
SIGN_WEIGHT = 0.45
RIDGE = 0.1
GRAIN = 127.0  # features are kept in whole 127ths, so that the shipped head is a byte each
_WIDTH, _SHARPNESS = 1.0, 6.0
_UNKNOWN = np.array([kind == "clean" for kind in KINDS], dtype=float)  # far from all: clean
_SAMPLES = ("sample/cases.json", "capture_examples.json")
_TOLD = ("title", "situation", "action", "result", "tip", "intent", "conditions", "pitfalls")
_SHORTEST = 6  # characters; shorter pieces say too little to judge
_LONGEST = 200
_SAME = {"quid_pro_quo": "inducement", "gift": "inducement", "off_label_handled": "off_label"}


@dataclass(frozen=True, slots=True)
class Head:
    """Anchor features, shape (anchors, size + signs), and their say in each kind.

    Kernel ridge regression with a Gaussian kernel: a sentence is judged by the anchors near it.
    """

    points: Numbers
    weights: Numbers

    def odds(self, features: Numbers) -> Numbers:
        """Probability of every kind, shape (texts, kinds)."""
        return _softmax(_SHARPNESS * (_UNKNOWN + _kernel(features, self.points) @ self.weights))


def second_look(reading: Reading, found: list[Finding], embedder: Embedder) -> list[Finding]:
    """Findings for sentences that look risky and that the cues left alone; ask or hold only.

    Raises GuardDown when the encoder fails or answers nonsense.
    """
    places = _pieces(reading)
    if not places:
        return []
    head = _head(embedder)
    odds = head.odds(features([reading.text[a:b] for a, b in places], embedder))
    looked: list[Finding] = []
    for place, row in zip(places, odds, strict=True):
        kind = KINDS[int(row[:-1].argmax())]
        if 1 - row[-1] < LIMIT or _known(kind, place, found):
            continue
        looked.append(
            _finding(kind, reading.text, _part(reading.text, place, kind, head, embedder))
        )
    return looked


def warm(embedder: Embedder) -> None:
    """Have the head for this encoder ready, so that the first check is fast."""
    _head(embedder)


def features(texts: list[str], embedder: Embedder) -> Numbers:
    """Sentence vectors of length 1 with the signs beside them, shape (texts, size + signs)."""
    try:
        vectors = np.asarray(embedder.encode(texts), dtype=np.float64)
    except Exception as error:  # any encoder by any maker: whatever it raises, nothing is published
        raise GuardDown(type(error).__name__) from error
    if vectors.shape != (len(texts), embedder.size) or not np.isfinite(vectors).all():
        raise GuardDown("vectors")
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.hstack([vectors / np.maximum(lengths, 1e-9), SIGN_WEIGHT * _signs(texts)])


def fit(inputs: Numbers, kinds: NDArray[np.int64]) -> Head:
    """Solve for the weights of the anchors; a rare kind is worth the root of its rarity."""
    points = _rounded(inputs)
    rarity = np.sqrt(len(kinds) / len(KINDS) / np.bincount(kinds, minlength=len(KINDS)))[kinds]
    target = np.eye(len(KINDS))[kinds] - _UNKNOWN
    weights = np.linalg.solve(_kernel(points, points) + np.diag(RIDGE / rarity), target)
    return Head(points, weights)


def anchors() -> tuple[list[str], NDArray[np.int64]]:
    """The anchor sentences and the number of the kind of each.

    Beside the bank, the sentences of the product's own samples are clean anchors: they show what
    everyday cases and posts sound like.
    """
    bank: dict[str, list[str]] = content("guard_anchors.json")
    texts = [fold(text).text for kind in KINDS for text in bank[kind]]
    kinds = [number for number, kind in enumerate(KINDS) for _ in bank[kind]]
    everyday = _everyday()
    return texts + everyday, np.array(kinds + [len(KINDS) - 1] * len(everyday))


def _everyday() -> list[str]:
    """The sentences of the sample cases and of the examples of the one box, without doubles."""
    cases, posts = (content(name) for name in _SAMPLES)
    whole = [str(row[key]) for row in cases for key in _TOLD if row.get(key)]
    whole += [row["text"] for row in posts["examples"]]
    readings = [read(text) for text in whole]
    return list(dict.fromkeys(r.text[a:b] for r in readings for a, b in _pieces(r)))


def _head(embedder: Embedder) -> Head:
    key = (embedder.name, embedder.size)
    with _lock:
        if key not in _heads:
            texts, kinds = anchors()
            _heads[key] = shipped(embedder) or fit(features(texts, embedder), kinds)
        return _heads[key]


def shipped(embedder: Embedder) -> Head | None:
    """The head that was fitted for this encoder; None once anchors, signs or settings differ."""
    file = files("cases").joinpath("content", "guard_head.npz")
    with file.open("rb") as stream, np.load(stream, allow_pickle=False) as kept:
        if str(kept["made_of"]) != made_of(embedder):
            return None
        return Head(kept["points"] / GRAIN, kept["weights"].astype(np.float64))


def made_of(embedder: Embedder) -> str:
    """A hash over everything that a head depends on."""
    settings = [embedder.name, embedder.size, SIGN_WEIGHT, RIDGE, _WIDTH, GRAIN]
    sources = [content(name) for name in ("guard_anchors.json", *_SAMPLES)]
    whole = [settings, sources, rules()["signs"], rules()["words"]]
    return content_hash(json.dumps(whole, ensure_ascii=False, sort_keys=True))


def _part(text: str, place: Place, kind: str, head: Head, embedder: Embedder) -> Place:
    """The clause, or the two neighbouring ones, that say it; else the whole sentence."""
    cuts = [place[0], *(m.end() for m in _CUT.finditer(text, *place)), place[1]]
    cuts = sorted(set(cuts))[:12]
    parts = [
        (cuts[i], cuts[j])
        for i in range(len(cuts) - 1)
        for j in (i + 1, i + 2)
        if j < len(cuts) and cuts[j] - cuts[i] >= _SHORTEST
    ]
    if len(parts) < 2:
        return place
    odds = head.odds(features([text[a:b] for a, b in parts], embedder))[:, KINDS.index(kind)]
    best = int(odds.argmax())
    return parts[best] if odds[best] >= 0.5 else place


def _pieces(reading: Reading) -> list[Place]:
    """Sentences, the long ones in windows: one vector says little of a page without a full stop."""
    windows = [
        (start, min(start + _LONGEST, end))
        for begin, end in reading.sentences()
        for start in range(begin, end, _LONGEST)
    ]
    return [(start, end) for start, end in windows if end - start >= _SHORTEST]


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


def _signs(texts: list[str]) -> Numbers:
    tests: list[Any] = [[pattern(t) for t in row] for row in rules()["signs"]]
    return np.array([[all(p.search(t) for p in row) for row in tests] for t in texts], dtype=float)


def _rounded(numbers: Numbers) -> Numbers:
    return np.asarray(np.round(numbers * GRAIN) / GRAIN)


def _kernel(these: Numbers, those: Numbers) -> Numbers:
    """exp(-width × squared distance), shape (these, those)."""
    apart = (these**2).sum(1)[:, None] + (those**2).sum(1)[None] - 2 * these @ those.T
    return np.asarray(np.exp(-_WIDTH * np.maximum(apart, 0.0)))


def _softmax(scores: Numbers) -> Numbers:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


_CUT = pattern("[、,「」『』()。!?;:→]+")
_lock = threading.Lock()
_heads: dict[tuple[str, int], Head] = {}
