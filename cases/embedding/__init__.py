"""Text to vectors: one protocol, the bundled encoder, and any sentence-transformers model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:  # the first page is there before numpy
    import numpy as np
    from numpy.typing import NDArray

Vectors: TypeAlias = "NDArray[np.float32]"


class Embedder(Protocol):
    """Turns texts into vectors. `name` keys stored vectors; `size` is the length of one vector."""

    name: str
    size: int

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row per text: float32, shape (len(texts), size), rows of length 1."""
        ...


class QueryEmbedder(Embedder, Protocol):
    """An Embedder that search can ask: some models put another prompt before a question."""

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        """Questions to vectors, same shape as `encode`."""
        ...
