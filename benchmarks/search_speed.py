"""Retrieval at size: p50 and p95 under filters, recall, memory, adding; beside tantivy + hnswlib.

`OMP_NUM_THREADS=1 python -m benchmarks.search_speed [--rows 100000] [--peers PYTHON] [--write]`.
PYTHON is the interpreter of an environment that has tantivy, hnswlib and numpy; they are never
installed with the product. With --keep FOLDER their indexes stay there for the next run (hnswlib
takes minutes to build one); each filter is asked of ours and of theirs, one after the other.
Milliseconds are CPU time of one thread. With --write the table is kept in search_speed.md.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.search_quality import asked, rows
from cases import question, reasons, words
from cases.embedding import QueryEmbedder
from cases.embedding.bundled import BundledEncoder
from cases.embedding.word_vectors import for_search
from cases.index import WHOLE, Document, parts
from cases.index.saved import Saved, SavedIndex
from cases.index.terms import Terms, terms_of
from cases.index.vectors import common_of
from cases.question import Question

REPORT = Path(__file__).with_suffix(".md")
NOTES = "<!-- notes -->"
SENTENCES = 9  # of a case
TOPICS = 20
REPEATS = 3
NOW = datetime(2026, 11, 22, tzinfo=UTC)
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
    texts: Sequence[str]
    terms: Sequence[Terms]

    def legs(self, case: int) -> Terms:
        """The terms of a case: those of its sentences together."""
        found: dict[str, Counter[str]] = {leg: Counter() for leg in self.terms[0].legs}
        for number in self.picked[case]:
            for leg, counts in self.terms[number].legs.items():
                found[leg].update(counts)
        return Terms(found, frozenset())


def made(size: int, encoder: QueryEmbedder) -> Made:
    """Cases with a fixed seed; a topic is a direction, so its filter goes along with meaning."""
    draw = np.random.default_rng(7)
    texts = list(dict.fromkeys(text for row in rows("cases.jsonl") for _, text in parts(row)[1:]))
    pool = encoder.encode(texts)
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
    return Made(picked, wholes, facets, pool, texts, terms)


def filled(cases: Made, encoder: QueryEmbedder, home: Path) -> tuple[SavedIndex, list[float]]:
    """The index and how long each case took to add, its terms and vectors given, in ms; merging
    is part of it."""
    index, took = opened(encoder, home), []
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


def opened(encoder: QueryEmbedder, home: Path) -> SavedIndex:
    """An index that is kept in a folder."""
    saved = Saved.of(home, "c1", encoder.name, encoder.size)
    return SavedIndex(common_of(encoder.name, encoder.size), saved)


def least(ask: Callable[[Question], object], questions: Sequence[Question]) -> list[float]:
    """CPU milliseconds for each question, the least of REPEATS: what others do beside it on the
    machine adds and never takes away."""
    return [min(timed(lambda one=one: ask(one)) for _ in range(REPEATS)) for one in questions]  # type: ignore[misc]


def timed(ask: Callable[[], object]) -> float:
    """Milliseconds of one call."""
    begun = time.thread_time()
    ask()
    return (time.thread_time() - begun) * 1_000


def recall(index: SavedIndex, questions: Sequence[Question], facet: str) -> float:
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


def report(size: int, options: argparse.Namespace) -> Iterator[str]:
    """The report in Markdown, line by line."""
    encoder = for_search(BundledEncoder())
    cases = made(size, encoder)
    questions = [question.read(query.text, encoder) for query in asked()]
    yield f"## {size:,} cases\n"
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        index, took = filled(cases, encoder, home)
        slow = f"{np.quantile(took, 0.95):.2f} ms (p95), {1_000 * size / sum(took):,.0f} a second"
        yield f"* Adding a case, terms and vectors given: {np.median(took):.2f} ms (p50), {slow}."
        yield f"* Reading the terms of a case: {_reading():.2f} ms (p50)."
        begun = time.perf_counter()
        index.reach(NOW, NOW)
        index.close()
        kept = time.perf_counter() - begun
        yield f"* Keeping it on disk: {kept:.1f} s (wall) in a thread; nobody waits."
        del index
        yield from began(home)
        index = opened(encoder, home)
        index.reached(NOW)
        folder = Path(options.keep or name) / f"peers-{size}"
        if options.peers:
            told(folder, cases, questions, encoder)
        with answering(options.peers, folder) as peer:
            theirs: list[str] = []
            yield from searched(index, questions, lambda name: theirs.append(peer(name)))
            yield f"* Question to five reasons: {to_reasons(index, cases)}.\n"
            yield from theirs
        yield f"\n* Adding one after each question: {one_by_one(index, cases, questions)}."
        if options.products:
            yield "\n### Whole products, CPU of all their threads\n"
            command = [options.peers, _beside("search_products.py"), str(folder)]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
            yield from done.stdout.splitlines()


def one_by_one(index: SavedIndex, cases: Made, questions: Sequence[Question]) -> str:
    """The first cases once more, as new ones between questions; the questions are not timed."""
    took = []
    for number, one in enumerate(questions):
        terms = cases.legs(number)
        vectors = dict(
            zip(map(str, range(SENTENCES)), cases.pool[cases.picked[number]], strict=True)
        )

        def add(case: str = f"n{number}", terms: Terms = terms, own: object = vectors) -> None:
            index.put_terms(case, cases.facets[0], terms, terms.lengths())
            index.put_vectors(case, {WHOLE: cases.wholes[0], **own})  # type: ignore[dict-item]

        took.append(timed(add))
        index.search(one, [{"all"}])
    return f"{np.median(took):.2f} ms (p50), {np.quantile(took, 0.95):.2f} ms (p95)"


def searched(
    index: SavedIndex, questions: Sequence[Question], others: Callable[[str], object]
) -> Iterator[str]:
    """A table of retrieval under each filter; `others` are asked the same behind each."""
    yield "\n| filter | visible | p50 ms | p95 ms | words only p50 | p95 | recall@10 |"
    yield "|---|---|---|---|---|---|---|"
    wordy = [replace(one, vectors=None) for one in questions]
    for name, facet in FILTERS.items():

        def ask(one: Question, facet: str = facet) -> object:
            return index.search(one, [{facet}])

        visible = len(index._rows.visible([{facet}]))
        shown = f"{quantiles(least(ask, questions))} | {quantiles(least(ask, wordy))}"
        others(name)
        yield f"| {name} | {visible:,} | {shown} | {recall(index, questions, facet):.3f} |"
    yield ""


def to_reasons(index: SavedIndex, cases: Made) -> str:
    """Read, embedded, searched in all cases, and the five first with their reasons; no database."""
    took, read_once = [], BundledEncoder()
    for query in asked():
        words.read.cache_clear()
        bare = BundledEncoder()  # nothing is cached in it; its weights are read once
        bare.__dict__["_weights"] = read_once._weights
        fresh = for_search(bare)

        def whole(text: str = query.text, fresh: QueryEmbedder = fresh) -> None:
            one = question.read(text, fresh)
            for hit in index.search(one, [{"all"}], 30)[:5]:
                own = [cases.texts[at] for at in cases.picked[int(hit.case_id[1:])]]
                reasons.why(one, {"action": "\n".join(own)}, hit.sentence, hit.said)

        took.append(timed(whole))
    return f"p50 {np.quantile(took, 0.5):.1f} ms, p95 {np.quantile(took, 0.95):.1f} ms"


def began(home: Path) -> Iterator[str]:
    """What a new process needs to begin with the index that is kept, and to answer."""
    done = subprocess.run(
        [sys.executable, "-c", BEGINS, str(home)], capture_output=True, text=True, check=True
    )
    took, anonymous, mapped, disk = done.stdout.split()
    yield f"* A process that begins with it: {took} s, {anonymous} MB anonymous memory more than"
    yield f"  without an index (after 86 questions), {mapped} MB mapped in use, {disk} MB on disk."


BEGINS = """
import sys, time
from pathlib import Path
from benchmarks.search_speed import NOW, asked, memory, opened
from cases import question
from cases.embedding.bundled import BundledEncoder
from cases.embedding.word_vectors import for_search
encoder = for_search(BundledEncoder())
asked_for = [question.read(one.text, encoder) for one in asked()]
home = Path(sys.argv[1])
before = memory()
begun = time.perf_counter()
index = opened(encoder, home)
index.reached(NOW)
took = time.perf_counter() - begun
for one in asked_for:
    index.search(one, [{"all"}], 30)
after = memory()
disk = sum(file.stat().st_size for file in home.rglob("*.npy"))
print(f"{took:.2f}", after[0] - before[0], after[1] - before[1], disk >> 20)
"""


def _reading() -> float:
    """Median milliseconds for the terms of a development case."""
    documents = [Document(row["id"], row) for row in rows("cases.jsonl")]
    return float(np.median([timed(lambda own=own: terms_of(own)) for own in documents]))  # type: ignore[misc]


def told(folder: Path, cases: Made, questions: Sequence[Question], encoder: QueryEmbedder) -> None:
    """Terms, vectors, filters and questions for the peers."""
    folder.mkdir(parents=True, exist_ok=True)
    common = common_of(encoder.name, encoder.size)
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


@contextmanager
def answering(python: str, folder: Path) -> Iterator[Callable[[str], str]]:
    """tantivy + hnswlib in a process of their own: from the name of a filter to a row of a table.

    The first row brings the head of the table; without an interpreter there is no table.
    """
    if not python:
        yield lambda _name: ""
        return
    command = [python, _beside("search_peers.py"), str(folder)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as peer:
        assert peer.stdin
        assert peer.stdout
        stdin, heads = peer.stdin, [peer.stdout.readline()]
        heads.insert(0, "### tantivy + hnswlib, same terms, vectors and filters\n\n")
        heads += [peer.stdout.readline() for _ in range(3)]

        def ask(name: str) -> str:
            print(name, file=stdin, flush=True)
            row = "".join([*heads, peer.stdout.readline()])  # type: ignore[union-attr]
            heads.clear()
            return row.rstrip("\n")

        yield ask


def _beside(script: str) -> str:
    return str(Path(__file__).with_name(script))


def main() -> None:
    """Prints the report; with --write also keeps it."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--rows", type=int, nargs="+", default=[100_000])
    wanted.add_argument("--peers", default="", help="a Python that has tantivy and hnswlib")
    wanted.add_argument("--keep", default="", help="a folder for the indexes of the peers")
    wanted.add_argument("--products", action="store_true", help="whole products as well: minutes")
    wanted.add_argument("--write", action="store_true", help=f"renew {REPORT.name}")
    options, lines = wanted.parse_args(), ["# Search speed\n"]
    for size in options.rows:
        for line in report(size, options):
            print(line, flush=True)
            lines.append(line)
    if options.write:
        old = REPORT.read_text(encoding="utf-8") if REPORT.exists() else ""
        notes = old[old.index(NOTES) :] if NOTES in old else f"{NOTES}\n"
        REPORT.write_text("\n".join(lines) + f"\n\n{notes}", encoding="utf-8")


if __name__ == "__main__":
    main()
