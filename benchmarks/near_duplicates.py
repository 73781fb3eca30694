"""Near-duplicates on pairs that were written after the thresholds were chosen, measured once.

`python -m benchmarks.near_duplicates` prints how many retellings of one deed are found, and how
many different deeds on the same topic are taken for one.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from benchmarks.guard_score import wilson
from cases import fields
from cases.duplicates import BY_MEANING, BY_WORDS, alike, pairs
from cases.embedding.bundled import BundledEncoder
from cases.embedding.word_vectors import for_search
from cases.index import embedded_text
from cases.indexing import indexed_fields
from cases.models.case import Case

PAIRS = Path(__file__).with_name("near_duplicates.json")


def text_of(action: str, result: str) -> str:
    """What is embedded of a case with these two fields."""
    case = Case(id="x")
    fields.fill(case, {"action": action, "result": result})
    return embedded_text(indexed_fields(case))


def main() -> None:
    """One line for each kind of pair: found, n, 95 % interval; by meaning and by letters."""
    rows = json.loads(PAIRS.read_text("utf-8"))
    left = [text_of(*row[1:3]) for row in rows]
    right = [text_of(*row[3:5]) for row in rows]
    encoder = for_search(BundledEncoder())
    one, two = encoder.encode(left), encoder.encode(right)
    cosine = np.sum(one * two, axis=1) / np.linalg.norm(one, axis=1) / np.linalg.norm(two, axis=1)
    words = np.array([alike(pairs(a), pairs(b)) for a, b in zip(left, right, strict=True)])
    close = (cosine >= BY_MEANING) | (words >= BY_WORDS)
    for kind in ("same", "other"):
        of = np.array([row[0] == kind for row in rows])
        hit, n = int((close & of).sum()), int(of.sum())
        by_meaning, by_words = cosine[of] >= BY_MEANING, words[of] >= BY_WORDS
        by = f"meaning {by_meaning.sum()}, letters {by_words.sum()}"
        middle = f"median cosine {np.median(cosine[of]):.2f}, letters {np.median(words[of]):.2f}"
        sys.stdout.write(f"{kind}: {hit} of {n} ({wilson(hit, n)}); {by}; {middle}\n")


if __name__ == "__main__":
    main()
