"""Text to vectors: the protocols, the bundled encoder, any sentence-transformers model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:  # the first page is there before numpy
    import numpy as np
    from numpy.typing import NDArray

Vectors: TypeAlias = "NDArray[np.float32]"


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A sentence-transformers model by name or folder and how to run it; "" is the bundled one.

    `dimensions`: leading numbers that are kept of each vector (Matryoshka models), 0 for all.
    `dtype`: float32, float16 or bfloat16. `batch`: texts encoded at once. `device`: cpu, cuda, mps.
    """

    name: str = ""
    dimensions: int = 0
    dtype: str = "float32"
    batch: int = 32
    device: str = "cpu"

    @property
    def stored(self) -> str:
        """The name under which vectors are stored: another length is another model."""
        return f"{self.name}@{self.dimensions}" if self.dimensions else self.name


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


class Reranker(Protocol):
    """Reads a question and a text together: slower and surer than comparing two vectors."""

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """One number per text; the higher the better it answers."""
        ...
