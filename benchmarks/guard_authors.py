"""How the second look does on an author that it was not fitted on: each bank of anchors in turn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.fit_guard_head import fit_wording
from benchmarks.guard_score import wilson
from cases.embedding import Embedder
from cases.guard.anchors import BANKS, KINDS, anchors, bank
from cases.guard.likeness import Numbers, features, fit
from cases.guard.second_look import LIMIT, added_up
from cases.guard.wording import terms

CLEAN = KINDS.index("clean")


def out_of_author(embedder: Embedder) -> str:
    """The share of risky and of clean anchors over the limit, fitted on the others, as Markdown.

    The product's own samples are in every fit; no sentence of the measured author is. Alone, a
    judge has the limit at which it lets as many clean sentences pass as both together.
    """
    readings, kinds = anchors()
    inputs = features([reading.text for reading in readings], embedder)
    lines = [
        "| anchors of | kind | both judges | meaning alone | wording alone |",
        "|---|---|---|---|---|",
    ]
    start = 0
    for name in BANKS:
        size = len(bank(name)[0])
        ours = np.zeros(len(kinds), dtype=bool)
        ours[start : start + size] = True
        start += size
        others = [reading for reading, mine in zip(readings, ours, strict=True) if not mine]
        mine = [reading for reading, of_author in zip(readings, ours, strict=True) if of_author]
        meaning = fit(inputs[~ours], kinds[~ours]).scores(inputs[ours])
        words = fit_wording(others, kinds[~ours])
        said = words.scores(terms(reading, (0, len(reading.text))) for reading in mine)
        lines += _rows(name, kinds[ours], meaning, said)
    return "\n".join(lines)


def _rows(name: str, kinds: NDArray[np.int64], meaning: Numbers, said: Numbers) -> list[str]:
    nothing = np.zeros_like(said)
    risks = [
        1 - added_up(*scores)[:, CLEAN]
        for scores in ((meaning, said), (meaning, nothing), (nothing, said))
    ]
    passed = float((risks[0][kinds == CLEAN] < LIMIT).mean())
    limits = [LIMIT, *(float(np.quantile(risk[kinds == CLEAN], passed)) for risk in risks[1:])]
    lines = []
    for number, kind in enumerate(KINDS):
        of_kind = kinds == number
        if not of_kind.any():
            continue
        cells = [
            wilson(int((risk[of_kind] >= limit).sum()), int(of_kind.sum()))
            for risk, limit in zip(risks, limits, strict=True)
        ]
        lines.append(f"| {name} | {kind} | {' | '.join(cells)} |")
    return lines
