"""The guard over many rows: one after the other, or on all cores with the vectors it encoded.

500 rows are about 20 seconds of work for one core; the workers give back each sentence's vector, so
that nothing is encoded a second time for the index (decision 8).
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from multiprocessing import get_context
from typing import Any

from cases import fields, guard
from cases.embedding import Embedder, Vectors
from cases.embedding.bundled import BundledEncoder
from cases.embedding.cache import VectorCache
from cases.guard import Checked
from cases.import_rows import Row
from cases.index import parts
from cases.indexing import indexed_fields
from cases.models.case import Case
from cases.text import content_hash

FEW = 40  # rows: below, starting workers takes longer than it saves
CHUNK = 20  # rows that a worker takes at a time
MOST_WORKERS = 4  # each holds the weights, about 250 MB
Values = dict[str, Any]
Looked = tuple[list[Checked], dict[str, Vectors]]


def one_by_one(
    rows: Sequence[Row], embedder: Embedder, allow: Collection[str] = ()
) -> Iterator[Checked]:
    """The guard's word on each row, in order, in this process. `allow`: words that are no names."""
    return (guard.check_fields(fields.texts(row.values), embedder, keep=allow) for row in rows)


def side_by_side(
    rows: Sequence[Row], kept: VectorCache, allow: Collection[str] = ()
) -> Iterator[Checked]:
    """The same with the bundled encoder in worker processes; `kept` gets the rows' vectors."""
    values = [row.values for row in rows]
    chunks = [values[start : start + CHUNK] for start in range(0, len(values), CHUNK)]
    workers = min(len(os.sched_getaffinity(0)), MOST_WORKERS, len(chunks))
    # The workers share the cores already; more threads each were measured to double the work.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    # Not forked: this process may hold threads and locks of the database by now.
    with ProcessPoolExecutor(
        max(workers, 1),
        mp_context=get_context("spawn"),
        initializer=guard.use_model,
        initargs=(guard.model_in_use(),),
    ) as pool:
        for words, vectors in pool.map(partial(_look, allow=allow), chunks):
            kept.keep(vectors)
            yield from words


def _look(chunk: Sequence[Values], allow: Collection[str]) -> Looked:
    """In a worker: verdicts, and the vectors of all texts as they may be published.

    Whether a row that the second look found will be published is the importer's to say, so every
    row's vectors are given back; only a text that was masked is encoded for it.
    """
    encoder = _encoder()
    # All texts in one call take half the time; the guard finds its sentences in the cache then.
    encoder.encode([text for values in chunk for text in _indexed(values)])
    words = [guard.check_fields(fields.texts(values), encoder, keep=allow) for values in chunk]
    texts = [
        text
        for values, word in zip(chunk, words, strict=True)
        for text in _indexed(fields.with_texts(values, word.masked))
    ]
    hashes = [content_hash(text) for text in texts]
    return words, dict(zip(hashes, encoder.encode(texts), strict=True))


def _indexed(values: Values) -> list[str]:
    """The texts that the index asks for."""
    case = Case()
    fields.fill(case, values)
    return [text for _, text in parts(indexed_fields(case))]


@cache
def _encoder() -> BundledEncoder:
    return BundledEncoder()
