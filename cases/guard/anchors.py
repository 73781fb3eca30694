"""The anchor sentences of the second look: a bank of each author, and everyday sentences."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cases.guard.morphemes import Reading, read
from cases.vocabulary import content

KINDS = ("adverse_event", "patient_info", "off_label", "inducement", "disparagement", "clean")
BANKS = (  # one an author
    "guard_anchors.json",
    "guard_anchors_2.json",
    "guard_anchors_3.json",
    "guard_anchors_4.json",
    "guard_anchors_5.json",
)
SAMPLES = ("sample/cases.json", "capture_examples.json")
SHORTEST = 6  # characters; shorter pieces say too little to judge
_TOLD = ("title", "situation", "action", "result", "tip", "intent", "conditions", "pitfalls")


def anchors() -> tuple[list[Reading], NDArray[np.int64]]:
    """The anchor sentences, read, and the number of the kind of each.

    Beside the banks, the sentences of the product's own samples are clean anchors: they show what
    everyday cases and posts sound like.
    """
    texts, kinds = [], []
    for name in BANKS:
        of_author, numbers = bank(name)
        texts += of_author
        kinds += numbers
    texts += everyday()
    kinds += [len(KINDS) - 1] * (len(texts) - len(kinds))
    return [read(text) for text in texts], np.array(kinds)


def sources() -> list[Any]:
    """The files that the anchors are made of, parsed; fitted weights name a hash of them."""
    return [content(name) for name in (*BANKS, *SAMPLES)]


def bank(name: str) -> tuple[list[str], list[int]]:
    """The sentences of one author, and the number of the kind of each."""
    by_kind: dict[str, list[str]] = content(name)
    pairs = [(text, n) for n, kind in enumerate(KINDS) for text in by_kind.get(kind, [])]
    return [text for text, _ in pairs], [number for _, number in pairs]


def everyday() -> list[str]:
    """The sentences of the sample cases and of the examples of the one box, without doubles."""
    cases, posts = (content(name) for name in SAMPLES)
    whole = [str(row[key]) for row in cases for key in _TOLD if row.get(key)]
    whole += [row["text"] for row in posts["examples"]]
    found = [r.text[a:b] for r in map(read, whole) for a, b in r.sentences() if b - a >= SHORTEST]
    return list(dict.fromkeys(found))
