"""Writes cases/content/sample/vectors.npz: the sample vectors by content hash, as float16.

Run it after a change to sample cases or embedded parts: python -m benchmarks.ship_vectors
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from cases.embedding.sentence import SentenceEncoder
from cases.embedding.word_vectors import for_search
from cases.index import parts
from cases.indexing import indexed_fields
from cases.sample import case_of
from cases.text import content_hash
from cases.vocabulary import content

FILE = Path(__file__).parents[1] / "cases/content/sample/vectors.npz"


def main() -> None:
    """Embeds each distinct text once, through sentence-transformers as the worker does."""
    rows = [case_of(row, datetime.now(UTC)) for row in content("sample/cases.json")]
    texts = {content_hash(text): text for case in rows for _, text in parts(indexed_fields(case))}
    vectors = for_search(SentenceEncoder()).encode(list(texts.values())).astype(np.float16)
    np.savez_compressed(FILE, hashes=np.array(list(texts)), vectors=vectors)
    print(f"{len(texts)} vectors, {FILE.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
