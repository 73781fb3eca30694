"""Vectors written by `SentenceTransformer.encode`: bundled weights, or any model by name or folder.

Importing this module imports torch (about 9 s, 400 MB): the worker does, the serving process only
when a hub model is configured. Models from a hub are never allowed to run code of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import InputModule

from cases.embedding import Vectors
from cases.embedding.bundled import NAME, SIZE, BundledEncoder, encodable
from cases.embedding.cache import VectorCache
from cases.errors import ModelUnavailable


class UseM3(InputModule):
    """The bundled weights as a sentence-transformers module: texts in, sentence vectors out."""

    def __init__(self, cache: VectorCache | None = None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # the library leaves it untyped
        self._encoder = BundledEncoder(cache)

    # The base class names more arguments than these weights know.
    def preprocess(self, inputs: Any, prompt: str | None = None, **_: Any) -> dict[str, Any]:
        """The texts as they are: the tokenizer is part of the weights."""
        return {"texts": [(prompt or "") + text for text in inputs]}

    def forward(self, features: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Adds `sentence_embedding`, shape (texts, 512)."""
        vectors = self._encoder.encode(features["texts"])
        return {**features, "sentence_embedding": torch.from_numpy(vectors)}

    def get_embedding_dimension(self) -> int:
        """The length of one vector."""
        return SIZE

    def save(self, output_path: str, *_: Any, **__: Any) -> None:
        """Not possible: the weights belong to the `usem3` package and are built in code."""
        raise NotImplementedError(f"{NAME} is built in code, not saved to {output_path}")


class SentenceEncoder:
    """A sentence-transformers model behind the Embedder protocol.

    `model` is "" for the bundled weights, a folder, or a name on the Hugging Face hub (which obeys
    `HF_HUB_OFFLINE`). Prompts for queries and documents come from the model's own configuration.
    `cache`: vectors of the bundled weights that are known already (decision 8).
    Raises ModelUnavailable when it cannot be loaded; its detail says what to do.
    """

    def __init__(
        self,
        model: str = "",
        *,
        truncate_dim: int | None = None,
        batch_size: int = 32,
        device: str = "cpu",
        cache: VectorCache | None = None,
    ) -> None:
        self._batch_size = batch_size
        self._model = _bundled(cache) if not model else _load(model, truncate_dim, device)
        self.size = int(self._model.get_embedding_dimension() or 0)
        self.name = stored_name(model, truncate_dim)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Documents: one row of length 1 per text, float32, shape (len(texts), size)."""
        return self._rows(self._model.encode_document, texts)

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        """Questions, with the model's query prompt if it has one; same shape as `encode`."""
        return self._rows(self._model.encode_query, texts)

    def _rows(self, encode: Any, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.empty((0, self.size), dtype=np.float32)
        rows = encode(
            [encodable(text) for text in texts],
            batch_size=self._batch_size,
            normalize_embeddings=True,
            show_progress_bar=False,
        )
        return np.asarray(rows, dtype=np.float32)


def stored_name(model: str, truncate_dim: int | None = None) -> str:
    """The name under which vectors are stored: another length is another model."""
    if not model:
        return NAME
    return f"{model}@{truncate_dim}" if truncate_dim else model


def _bundled(cache: VectorCache | None) -> SentenceTransformer:
    return SentenceTransformer(modules=[UseM3(cache)], device="cpu")


def _load(model: str, truncate_dim: int | None, device: str) -> SentenceTransformer:
    try:
        return SentenceTransformer(
            model, truncate_dim=truncate_dim, device=device, trust_remote_code=False
        )
    # A model folder can fail in as many ways as it has files: every one of them is this one answer.
    except Exception as error:
        raise ModelUnavailable(f"{model}: {_advice(model, error)}") from error


def _advice(model: str, error: Exception) -> str:
    if "trust_remote_code" in str(error) or "remote code" in str(error):
        return "it brings code of its own, which is never run here; choose a model without"
    if Path(model).is_dir():
        return f"the folder is no complete sentence-transformers model ({type(error).__name__})"
    return (
        f"not found in the local cache and not downloadable ({type(error).__name__}); "
        "check the name and the network, or download it elsewhere and give the folder"
    )
