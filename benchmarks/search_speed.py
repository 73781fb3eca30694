"""Retrieval at size: p50 and p95 under filters, recall, memory, adding; beside tantivy + hnswlib.

`OMP_NUM_THREADS=1 python -m benchmarks.search_speed [--rows 100000] [--peers PYTHON]
[--keep FOLDER] [--write]`. PYTHON is the interpreter of an environment that has tantivy, hnswlib
and numpy; they are never installed with the product. With --keep all indexes stay in FOLDER, ours
too: the next run asks them again and fills only what is not there or was written by other code.
Each filter is asked of ours and of theirs, one after the other. Milliseconds are CPU time of one
thread. With --write the tables of these sizes are renewed in search_speed.md.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benchmarks.search_asking import answering, searched, timed
from benchmarks.search_cases import (
    NOW,
    SENTENCES,
    Made,
    added,
    begun,
    filled,
    made,
    memory,
    opened,
    read,
    told,
)
from benchmarks.search_quality import asked, rows
from cases import question, reasons, words
from cases.embedding import QueryEmbedder
from cases.embedding.bundled import BundledEncoder
from cases.embedding.word_vectors import for_search
from cases.index import Document
from cases.index.saved import SavedIndex
from cases.index.terms import terms_of
from cases.question import Question

REPORT = Path(__file__).with_suffix(".md")


def report(size: int, options: argparse.Namespace) -> Iterator[str]:
    """The report of one size in Markdown, line by line."""
    encoder = for_search(BundledEncoder())
    cases = made(size, encoder, options.sentences)
    questions = read(encoder)
    yield f"## {size:,} cases\n"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(options.keep or name) / f"{size}-{cases.digest()}"
        home, note = folder / "ours", folder / "filled.md"
        folder.mkdir(parents=True, exist_ok=True)
        if not note.exists() or begun(encoder, home) is None:
            note.write_text("\n".join(filled(cases, encoder, home)), encoding="utf-8")
        yield note.read_text("utf-8")
        yield f"* Reading the terms of a case: {_reading():.2f} ms (p50)."
        yield from began(home)
        if options.peers:
            told(folder, cases, questions, encoder)
        index = opened(encoder, home)
        index.reached(NOW)
        with answering(options.peers, folder) as peer:
            yield from searched(index, questions, peer)
        yield f"\n* Question to five reasons: {to_reasons(index, cases)}."
        yield f"* Adding one after each question: {one_by_one(index, cases, questions)}."
        yield f"* Asked on {datetime.now(UTC):%Y-%m-%d}; load average when it ended: {_load()}."


def one_by_one(index: SavedIndex, cases: Made, questions: Sequence[Question]) -> str:
    """The first cases once more, as new ones between questions; the questions are not timed."""
    took = []
    _, wholes, facets = next(cases.blocks())
    for number, one in enumerate(questions):
        vectors = cases.vectors(number, wholes[number])
        took.append(added(index, f"n{number}", facets[0], cases.legs(number), vectors))
        index.search(one, [{"all"}])
    return f"{np.median(took):.2f} ms (p50), {np.quantile(took, 0.95):.2f} ms (p95)"


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
    script = [sys.executable, "-c", "from benchmarks.search_speed import begins; begins()"]
    done = subprocess.run([*script, str(home)], capture_output=True, text=True, check=True)
    took, anonymous, mapped, disk = done.stdout.split()
    yield f"* A process that begins with it: {took} s, {anonymous} MB anonymous memory more than"
    yield f"  without an index (after 86 questions), {mapped} MB mapped in use, {disk} MB on disk."


def begins() -> None:
    """Begins with the index in the folder that is named, and prints the figures for `began`."""
    encoder, home = for_search(BundledEncoder()), Path(sys.argv[1])
    questions = read(encoder)
    before, clock = memory(), time.perf_counter()
    index = begun(encoder, home)
    took = time.perf_counter() - clock
    assert index
    for one in questions:
        index.search(one, [{"all"}], 30)
    after = memory()
    disk = sum(file.stat().st_size for file in home.rglob("*.npy"))
    print(f"{took:.2f}", after[0] - before[0], after[1] - before[1], disk >> 20)


def _reading() -> float:
    """Median milliseconds for the terms of a development case."""
    documents = [Document(row["id"], row) for row in rows("cases.jsonl")]
    return float(np.median([timed(lambda own=own: terms_of(own)) for own in documents]))  # type: ignore[misc]


def _load() -> str:
    return f"{os.getloadavg()[1]:.1f}"


def renewed(old: str, lines: Sequence[str]) -> str:
    """The report with these sections in place of those of the same size; new ones come first."""
    for section in re.split(r"(?m)^(?=## )", "\n".join(lines))[1:]:
        head, own = section.split("\n", 1)[0], section.rstrip("\n") + "\n\n"
        there = re.compile(rf"(?ms)^{re.escape(head)}$.*?(?=^## |\Z)")
        if there.search(old):
            old = there.sub(lambda _, own=own: own, old, count=1)  # type: ignore[misc]
        else:
            old = old.replace("\n\n", f"\n\n{own}", 1)
    return old


def main() -> None:
    """Prints the report; with --write also keeps it."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--rows", type=int, nargs="+", default=[100_000])
    wanted.add_argument("--sentences", type=int, default=SENTENCES, help="vectors, of each case")
    wanted.add_argument("--peers", default="", help="a Python that has tantivy and hnswlib")
    wanted.add_argument("--keep", default="", help="a folder for all indexes")
    wanted.add_argument("--write", action="store_true", help=f"renew {REPORT.name}")
    options, lines = wanted.parse_args(), []
    for size in options.rows:
        for line in report(size, options):
            print(line, flush=True)
            lines.append(line)
    if options.write:
        REPORT.write_text(renewed(REPORT.read_text("utf-8"), lines), encoding="utf-8")


if __name__ == "__main__":
    main()
