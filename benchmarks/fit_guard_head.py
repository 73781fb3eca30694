"""Writes the weights of the second look: guard_head.npz (meaning) and guard_words.npz (wording).

Run it after a change to the anchors or rules: python -m benchmarks.fit_guard_head
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from cases.embedding.bundled import BundledEncoder
from cases.guard.anchors import anchors
from cases.guard.likeness import GRAIN, features, fit, made_of
from cases.guard.morphemes import Reading
from cases.guard.wording import Wording, terms
from cases.guard.wording import made_of as words_made_of

CONTENT = Path(__file__).parents[1] / "cases/content"
SEEN = 2  # a word or pair of words that one anchor alone has says nothing of the next author
TRUST = 30.0  # inverse regularisation; 10 and 100 gave the same within a text


def main() -> None:
    """Fits and writes."""
    encoder = BundledEncoder()
    readings, kinds = anchors()
    head = fit(features([reading.text for reading in readings], encoder), kinds)
    np.savez_compressed(
        CONTENT / "guard_head.npz",
        points=np.round(head.points * GRAIN).astype(np.int8),
        weights=head.weights.astype(np.float32),
        made_of=np.array(made_of(encoder)),
    )
    words = fit_wording(readings, kinds)
    np.savez_compressed(
        CONTENT / "guard_words.npz",
        terms=np.array(list(words.row_of), dtype=np.uint32),
        rarity=words.rarity.astype(np.float16),
        weights=words.weights.astype(np.float16),
        bias=words.bias,
        made_of=np.array(words.made_of),
    )
    for name in ("guard_head.npz", "guard_words.npz"):
        print(f"{name}: {len(readings)} anchors, {(CONTENT / name).stat().st_size / 1e3:.0f} kB")


def fit_wording(readings: list[Reading], kinds: NDArray[np.int64]) -> Wording:
    """Logistic regression over words and pairs, weighted by rarity, each anchor of length 1."""
    bags = [Counter(terms(r, (0, len(r.text))).tolist()) for r in readings]
    anchors_with = Counter(number for bag in bags for number in bag)
    known = sorted(number for number, count in anchors_with.items() if count >= SEEN)
    row_of = {number: row for row, number in enumerate(known)}
    counts = np.array([anchors_with[number] for number in known])
    rarity = 1 + np.log((1 + len(bags)) / (1 + counts))
    model = LogisticRegression(C=TRUST, max_iter=300).fit(_matrix(bags, row_of, rarity), kinds)
    return Wording(row_of, rarity, model.coef_.T, model.intercept_, words_made_of())


def _matrix(
    bags: list[Counter[int]], row_of: dict[int, int], rarity: NDArray[np.float64]
) -> csr_matrix:
    rows, columns, values = [], [], []
    for row, bag in enumerate(bags):
        found = [row_of[number] for number in bag if number in row_of]
        worth = np.array([1 + np.log(bag[n]) for n in bag if n in row_of]) * rarity[found]
        rows += [row] * len(found)
        columns += found
        values += list(worth / max(float(np.linalg.norm(worth)), 1e-9))
    return csr_matrix((values, (rows, columns)), shape=(len(bags), len(row_of)))


if __name__ == "__main__":
    main()
