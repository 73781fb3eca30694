"""Retrieval at size: p50 and p95 under filters, recall, memory, adding; beside tantivy + hnswlib.

`OMP_NUM_THREADS=1 python -m benchmarks.search_speed [--rows 100000] [--peers PYTHON] [--write]`.
PYTHON is the interpreter of an environment that has tantivy, hnswlib and numpy; they are never
installed with the product. Milliseconds are CPU time of one thread, which other work on the machine
changes little. With --write the table is kept in benchmarks/search_speed.md.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.search_quality import asked, rows
from cases import question
from cases.embedding.bundled import BundledEncoder
from cases.index import WHOLE, Document, parts
from cases.index.memory import MemoryIndex
from cases.index.terms import Terms, terms_of
from cases.index.vectors import common_of
from cases.question import Question

REPORT = Path(__file__).with_suffix(".md")
NOTES = "<!-- notes -->"
SENTENCES = 9  # of a case
TOPICS = 20
REPEATS = 3
FILTERS = {
    "all": "all", "10 %": "ten:3", "1 %": "hundred:7", "one topic": "topic:0",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Made:
    """Invented cases: mixtures of sentences that were written, with noise on their vectors."""

    picked: NDArray[np.intp]  # (cases, SENTENCES): numbers of sentences
    wholes: NDArray[np.float32]  # (cases, size)
    facets: Sequence[tuple[str, ...]]
    pool: NDArray[np.float32]
    terms: Sequence[Terms]

    def legs(self, case: int) -> Terms:
        """The terms of a case: those of its sentences together."""
        found: dict[str, Counter[str]] = {leg: Counter() for leg in self.terms[0].legs}
        for number in self.picked[case]:
            for leg, counts in self.terms[number].legs.items():
                found[leg].update(counts)
        return Terms(found, frozenset())


def made(size: int, encoder: BundledEncoder) -> Made:
    """Cases with a fixed seed; a topic is a direction, so its filter goes along with meaning."""
    draw = np.random.default_rng(7)
    texts = list(dict.fromkeys(text for row in rows("cases.jsonl") for _, text in parts(row)[1:]))
    pool = encoder.encode_uncached(texts)
    terms = [terms_of(Document("", {"action": text})) for text in texts]
    picked = np.stack([draw.choice(len(texts), SENTENCES, replace=False) for _ in range(size)])
    wholes = np.empty((size, pool.shape[1]), dtype=np.float32)
    for start in range(0, size, 4096):
        own = picked[start : start + 4096]
        # Two sentences weigh most, as in a real case; the noise keeps cases apart.
        wholes[start : start + 4096] = pool[own[:, :2]].sum(axis=1) + 0.3 * pool[own[:, 2:]].sum(
            axis=1
        )
    noise = draw.standard_normal(wholes.shape, dtype=np.float32)
    wholes += noise * (
        0.5 * np.linalg.norm(wholes, axis=1, keepdims=True) / np.sqrt(wholes.shape[1])
    )
    wholes /= np.linalg.norm(wholes, axis=1, keepdims=True)
    topics = (wholes @ pool[draw.choice(len(pool), TOPICS, replace=False)].T).argmax(axis=1)
    facets = [
        ("all", f"ten:{n % 10}", f"hundred:{n % 100}", f"topic:{topics[n]}") for n in range(size)
    ]
    return Made(picked, wholes, facets, pool, terms)


def filled(cases: Made, encoder: BundledEncoder) -> tuple[MemoryIndex, list[float]]:
    """The index and how long each case took to add, its terms and vectors given, in ms."""
    index, took = MemoryIndex(common_of(encoder.name, encoder.size)), []
    for number, facets in enumerate(cases.facets):
        terms = cases.legs(number)
        vectors = dict(
            zip(map(str, range(SENTENCES)), cases.pool[cases.picked[number]], strict=True)
        )
        begun = time.thread_time()
        index.put_terms(f"c{number}", facets, terms, terms.lengths())
        index.put_vectors(f"c{number}", {WHOLE: cases.wholes[number], **vectors})
        took.append((time.thread_time() - begun) * 1_000)
    return index, took


def timed(ask: Callable[[], object]) -> float:
    """Milliseconds of one call."""
    begun = time.thread_time()
    ask()
    return (time.thread_time() - begun) * 1_000


def recall(index: MemoryIndex, questions: Sequence[Question], facet: str) -> float:
    """Recall@10 of the candidates by meaning against comparing every visible vector."""
    found = []
    visible = index._rows.visible([{facet}])
    for one in questions:
        assert one.vectors is not None
        own = index._vectors.question(one.vectors[:1])
        exact = index._vectors.wholes(own, visible)[0]
        best = set(np.argsort(-exact, kind="stable")[:10].tolist())
        found.append(len(best & set(index._vectors.nearest(own, visible, 50).tolist())) / len(best))
    return float(np.mean(found))


def memory() -> tuple[int, int]:
    """Anonymous and mapped memory of this process that is in use, MB."""
    text = Path("/proc/self/smaps_rollup").read_text("ascii")
    kilobytes = {line.split(":")[0]: int(line.split()[1]) for line in text.splitlines()[1:]}
    anonymous = kilobytes["Anonymous"]
    return anonymous // 1024, (kilobytes["Rss"] - anonymous) // 1024


def quantiles(took: Sequence[float]) -> str:
    """p50 and p95 in two cells."""
    return f"{np.quantile(took, 0.5):.2f} | {np.quantile(took, 0.95):.2f}"


def report(size: int, peers: str) -> Iterator[str]:
    """The report in Markdown, line by line."""
    encoder = BundledEncoder()
    cases = made(size, encoder)
    questions = [question.read(query.text, encoder) for query in asked()]
    before = memory()
    index, took = filled(cases, encoder)
    after = memory()
    yield f"## {size:,} cases\n"
    anonymous, mapped = after[0] - before[0], after[1] - before[1]
    yield f"Adding a case, its terms and vectors given: {np.median(took):.2f} ms (p50),"
    yield f"{np.quantile(took, 0.95):.2f} ms (p95), {1_000 * size / sum(took):,.0f} a second."
    yield f"Reading the terms of a case: {_reading():.2f} ms (p50)."
    yield f"Memory of the index: {anonymous} MB anonymous, {mapped} MB mapped.\n"
    yield "| filter | visible | p50 ms | p95 ms | words only p50 | p95 | recall@10 |"
    yield "|---|---|---|---|---|---|---|"
    wordy = [Question(**{**_fields(one), "vectors": None}) for one in questions]
    for name, facet in FILTERS.items():
        for one in questions[:10]:
            index.search(one, [{facet}])
        full = [
            timed(lambda one=one, facet=facet: index.search(one, [{facet}]))  # type: ignore[misc]
            for _ in range(REPEATS) for one in questions
        ]  # fmt: skip
        words = [
            timed(lambda one=one, facet=facet: index.search(one, [{facet}]))  # type: ignore[misc]
            for one in wordy
        ]
        visible = len(index._rows.visible([{facet}]))
        shown = f"{quantiles(full)} | {quantiles(words)} | {recall(index, questions, facet):.3f}"
        yield f"| {name} | {visible:,} | {shown} |"
    if peers:
        yield from beside(cases, questions, encoder, peers)


def _fields(one: Question) -> dict[str, Any]:
    return {name: getattr(one, name) for name in Question.__slots__}


def _reading() -> float:
    """Median milliseconds for the terms of a development case."""
    documents = [Document(row["id"], row) for row in rows("cases.jsonl")]
    return float(np.median([timed(lambda own=own: terms_of(own)) for own in documents]))  # type: ignore[misc]


def beside(
    cases: Made, questions: Sequence[Question], encoder: BundledEncoder, python: str
) -> Iterator[str]:
    """tantivy + hnswlib over the same terms, vectors and filters, in a process of their own."""
    common = common_of(encoder.name, encoder.size)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        np.save(folder / "wholes.npy", common.without(cases.wholes))
        asked_for = [one.vectors[0] for one in questions if one.vectors is not None]
        np.save(folder / "asked.npy", common.without(np.stack(asked_for)))
        with (folder / "cases.jsonl").open("w", encoding="utf-8") as out:
            for number, facets in enumerate(cases.facets):
                terms = [*Counter(cases.legs(number).legs["words"]).elements()]
                out.write(json.dumps({"terms": terms, "facets": facets}, ensure_ascii=False) + "\n")
        spoken = [sorted(one.words) for one in questions]
        (folder / "questions.json").write_text(json.dumps(spoken), encoding="utf-8")
        (folder / "filters.json").write_text(json.dumps(FILTERS), encoding="utf-8")
        script = str(Path(__file__).with_name("search_peers.py"))
        done = subprocess.run([python, script, name], capture_output=True, text=True, check=True)
    yield "\n### tantivy + hnswlib, same terms, vectors and filters\n"
    yield from done.stdout.splitlines()


def main() -> None:
    """Prints the report; with --write also keeps it."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--rows", type=int, nargs="+", default=[100_000])
    wanted.add_argument("--peers", default="", help="a Python that has tantivy and hnswlib")
    wanted.add_argument("--write", action="store_true", help=f"renew {REPORT.name}")
    options, lines = wanted.parse_args(), ["# Search speed\n"]
    for size in options.rows:
        for line in report(size, options.peers):
            print(line, flush=True)
            lines.append(line)
    if options.write:
        old = REPORT.read_text(encoding="utf-8") if REPORT.exists() else ""
        notes = old[old.index(NOTES) :] if NOTES in old else f"{NOTES}\n"
        REPORT.write_text("\n".join(lines) + f"\n\n{notes}", encoding="utf-8")


if __name__ == "__main__":
    main()
