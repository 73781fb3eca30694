"""Invented cases at any size, filled into our index and told to the peers of search_speed.

A case is a mixture of nine sentences that were written, with noise on its vector, from a fixed
seed: blocks are made when they are needed, so a million of them need no memory. All that is filled
lies in one folder, by the digest of its cases, for the next run to ask again.
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.search_quality import Asked, asked, rows
from cases import question
from cases.embedding import QueryEmbedder
from cases.index import WHOLE, Document, parts
from cases.index.saved import Saved, SavedIndex
from cases.index.terms import Terms, terms_of
from cases.index.vectors import common_of
from cases.question import Question

SENTENCES = 9  # of a case
BLOCK = 4096
TOPICS = 20
NOW = datetime(2026, 11, 22, tzinfo=UTC)
FILTERS = {
    "all": "all", "10 %": "ten:3", "1 %": "hundred:7", "one topic": "topic:0",
}  # fmt: skip
# Words of two characters that the sentences hold; two in a row are a question of two words.
SHORT = "面会 処方 薬局 資材 医師 患者 説明 訪問 連携 病院 電話 看護 採用 安全 外来 時間".split()


@dataclass(frozen=True, slots=True)
class Made:
    """Invented cases. The vectors of the first `spoken` sentences of each are known by meaning."""

    picked: NDArray[np.intp]  # (cases, SENTENCES): numbers of sentences
    pool: NDArray[np.float32]
    topics: NDArray[np.float32]  # (TOPICS, size)
    texts: Sequence[str]
    said: Sequence[dict[str, list[str]]]  # leg → terms of each sentence, repetitions too
    spoken: int

    def __len__(self) -> int:
        return len(self.picked)

    def legs(self, case: int) -> Terms:
        """The terms of a case: those of its sentences together."""
        own = [self.said[number] for number in self.picked[case]]
        found = {leg: Counter(chain.from_iterable(one[leg] for one in own)) for leg in own[0]}
        return Terms(found, frozenset())

    def blocks(self) -> Iterator[tuple[int, NDArray[np.float32], list[tuple[str, ...]]]]:
        """The first case of each block, the vectors of its cases, and their facets.

        A topic is a direction, so its filter goes along with meaning.
        """
        for start in range(0, len(self), BLOCK):
            own = self.picked[start : start + BLOCK]
            # Two sentences weigh most, as in a real case; the noise keeps cases apart.
            wholes = self.pool[own[:, :2]].sum(axis=1) + 0.3 * self.pool[own[:, 2:]].sum(axis=1)
            noise = np.random.default_rng([7, start]).standard_normal(wholes.shape, np.float32)
            lengths = np.linalg.norm(wholes, axis=1, keepdims=True)
            wholes += noise * (0.5 * lengths / np.float32(np.sqrt(wholes.shape[1])))
            wholes /= np.linalg.norm(wholes, axis=1, keepdims=True)
            topics = (wholes @ self.topics.T).argmax(axis=1)
            facets: list[tuple[str, ...]] = [
                ("all", f"ten:{n % 10}", f"hundred:{n % 100}", f"topic:{topic}")
                for n, topic in enumerate(topics.tolist(), start)
            ]
            yield start, wholes, facets

    def vectors(self, case: int, whole: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """All vectors of a case, by part."""
        spoken = self.pool[self.picked[case, : self.spoken]]
        return {WHOLE: whole, **dict(zip(map(str, range(self.spoken)), spoken, strict=True))}

    def digest(self) -> str:
        """The same for cases that are the same."""
        said = [sorted((leg, sorted(terms)) for leg, terms in own.items()) for own in self.said]
        shape = (len(self), self.spoken, self.pool.shape, self.texts, said)
        return blake2b(repr(shape).encode(), digest_size=4).hexdigest()


def made(size: int, encoder: QueryEmbedder, spoken: int = SENTENCES) -> Made:
    """Cases with a fixed seed."""
    draw = np.random.default_rng(7)
    texts = list(dict.fromkeys(text for row in rows("cases.jsonl") for _, text in parts(row)[1:]))
    pool = encoder.encode(texts)
    legs = [terms_of(Document("", {"action": text})).legs for text in texts]
    said = [{leg: [*Counter(own).elements()] for leg, own in one.items()} for one in legs]
    topics = pool[draw.choice(len(pool), TOPICS, replace=False)]
    picked = np.stack([draw.choice(len(texts), SENTENCES, replace=False) for _ in range(size)])
    return Made(picked, pool, topics, texts, said, spoken)


def opened(encoder: QueryEmbedder, home: Path) -> SavedIndex:
    """An index that is kept in a folder."""
    saved = Saved.of(home, "c1", encoder.name, encoder.size)
    return SavedIndex(common_of(encoder.name, encoder.size), saved)


def begun(encoder: QueryEmbedder, home: Path) -> SavedIndex | None:
    """The index that is kept there; None where there is none, or other code wrote it."""
    index = opened(encoder, home)
    return index if index.reached(NOW)[0] else None


def filled(cases: Made, encoder: QueryEmbedder, home: Path) -> list[str]:
    """Fills an index as the product does and keeps it in the folder; what it took, in Markdown."""
    index, took = opened(encoder, home), np.empty(len(cases), np.float32)
    for start, wholes, facets in cases.blocks():
        for at, (whole, own) in enumerate(zip(wholes, facets, strict=True), start):
            terms, vectors = cases.legs(at), cases.vectors(at, whole)
            took[at] = added(index, f"c{at}", own, terms, vectors)
        if start % (16 * BLOCK) == 0:
            print(f"  {start:,} of {len(cases):,}", flush=True)
    anonymous, mapped = memory()
    clock = time.perf_counter()
    index.reach(NOW, NOW)
    index.close()
    kept = time.perf_counter() - clock
    slow = f"{np.quantile(took, 0.95):.2f} ms (p95), {1_000 * len(took) / took.sum():,.0f} a second"
    adding = f"{np.median(took):.2f} ms (p50), {slow}; load {os.getloadavg()[1]:.1f}"
    held = f"{anonymous:,} MB of anonymous memory (encoder and dictionary among it)"
    return [
        f"* Adding a case, terms and vectors given: {adding}.",
        f"* When all were added the process held {held} and {mapped:,} MB mapped.",
        f"* Keeping it on disk: {kept:.1f} s (wall) in a thread; nobody waits.",
    ]


def added(
    index: SavedIndex,
    case: str,
    facets: Sequence[str],
    terms: Terms,
    vectors: dict[str, NDArray[np.float32]],
) -> float:
    """Adds a case that was read before; CPU milliseconds, merging included."""
    clock = time.thread_time()
    index.put_terms(case, facets, terms, terms.lengths())
    index.put_vectors(case, vectors)
    return (time.thread_time() - clock) * 1_000


def memory() -> tuple[int, int]:
    """Anonymous and mapped memory of this process that is in use, MB."""
    text = Path("/proc/self/smaps_rollup").read_text("ascii")
    kilobytes = {line.split(":")[0]: int(line.split()[1]) for line in text.splitlines()[1:]}
    anonymous = kilobytes["Anonymous"]
    return anonymous // 1024, (kilobytes["Rss"] - anonymous) // 1024


def read(encoder: QueryEmbedder) -> list[Question]:
    """The development queries as questions."""
    return [question.read(query.text, encoder) for query in asked()]


def kinds() -> dict[str, list[Question]]:
    """Questions by words alone: of two characters, of two words, of a sentence."""
    pairs = zip(SHORT, [*SHORT[1:], SHORT[0]], strict=True)
    said: dict[str, Sequence[str]] = {
        "2 characters": SHORT,
        "2 words": [" ".join(pair) for pair in pairs],
        "a sentence": [one.text for one in asked() if _sentence(one)],
    }
    return {kind: [question.read(text, None) for text in texts] for kind, texts in said.items()}


def _sentence(one: Asked) -> bool:
    return one.style in ("sentence", "long")


def told(folder: Path, cases: Made, questions: Sequence[Question], encoder: QueryEmbedder) -> None:
    """Sentences, vectors, filters and questions for the peers; cases that are there stay."""
    common = common_of(encoder.name, encoder.size)
    if not (folder / "columns.npy").exists():
        columns = np.empty((len(cases), 3), np.int16)  # ten, hundred, topic
        wholes = np.lib.format.open_memmap(
            folder / "wholes.npy", "w+", np.float32, (len(cases), encoder.size)
        )
        for start, own, facets in cases.blocks():
            wholes[start : start + BLOCK] = common.without(own)
            for at, row in enumerate(facets, start):
                columns[at] = [int(facet.partition(":")[2]) for facet in row[1:]]
        wholes.flush()
        np.save(folder / "picked.npy", cases.picked)
        np.save(folder / "columns.npy", columns)
    spoken = [own["words"] for own in cases.said]
    asked_for = [one.vectors[0] for one in questions if one.vectors is not None]
    np.save(folder / "asked.npy", common.without(np.stack(asked_for)))
    said = {"": questions, **kinds()}
    terms = {kind: [sorted(one.words) for one in own] for kind, own in said.items()}
    for name, told_of in (("sentences", spoken), ("questions", terms), ("filters", FILTERS)):
        text = json.dumps(told_of, ensure_ascii=False)
        (folder / f"{name}.json").write_text(text, encoding="utf-8")
