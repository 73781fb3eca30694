"""An encoder without a model: texts that share characters lie near each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cases.embedding import Vectors
from cases.text import fold


class FakeEncoder:
    """Counts characters in 64 buckets; remembers what it was asked to encode."""

    name = "fake"
    size = 64

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        rows = np.full((len(texts), self.size), 0.01, dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for ch in fold(text):
                row[ord(ch) % self.size] += 1
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        return self.encode(texts)
