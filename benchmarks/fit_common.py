"""Fits what all vectors of the bundled encoder share on our own texts: mean and first component.

`python -m benchmarks.fit_common` writes cases/content/common-<encoder>.npz (decision 9). Run it
again after the shipped texts have changed much, and then benchmarks/search_quality.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from cases.embedding.bundled import NAME, BundledEncoder
from cases.text import sentences

CONTENT = Path(__file__).parents[1] / "cases" / "content"
SHORTEST = 6  # characters: keys and labels are no sentences
WORD_LISTS = ("vocabulary.json", "thesaurus.json")


def strings(value: Any) -> Iterator[str]:
    """Every string value inside a parsed JSON document."""
    match value:
        case str():
            yield value
        case list():
            for item in value:
                yield from strings(item)
        case dict():
            for item in value.values():
                yield from strings(item)


def own_sentences() -> list[str]:
    """The sentences of all shipped texts, each once."""
    files = (file for file in sorted(CONTENT.glob("*.json")) if file.name not in WORD_LISTS)
    texts = (strings(json.loads(file.read_text(encoding="utf-8"))) for file in files)
    found = (part for group in texts for text in group for part in sentences(text))
    return list(dict.fromkeys(part for part in found if len(part) >= SHORTEST))


def main() -> None:
    """Fits and writes."""
    rows = BundledEncoder().encode_uncached(own_sentences()).astype(np.float64)
    mean = rows.mean(axis=0)
    component = np.linalg.svd(rows - mean, full_matrices=False)[2][0]
    target = CONTENT / f"common-{NAME}.npz"
    np.savez(target, mean=mean.astype(np.float32), component=component.astype(np.float32))
    print(f"{target.name}: {len(rows)} sentences, {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
