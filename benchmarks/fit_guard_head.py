"""Writes cases/content/guard_head.npz: the second look's head for the bundled encoder.

Run it after a change to the anchors or rules: python -m benchmarks.fit_guard_head
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from cases.embedding.bundled import BundledEncoder
from cases.guard.second_look import GRAIN, anchors, features, fit, made_of

FILE = Path(__file__).parents[1] / "cases/content/guard_head.npz"


def main() -> None:
    """Fits and writes."""
    encoder = BundledEncoder()
    texts, kinds = anchors()
    head = fit(features(texts, encoder), kinds)
    np.savez_compressed(
        FILE,
        points=np.round(head.points * GRAIN).astype(np.int8),
        weights=head.weights.astype(np.float32),
        made_of=np.array(made_of(encoder)),
    )
    print(f"{len(texts)} anchors, {FILE.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
