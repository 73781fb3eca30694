"""Our index and tantivy + hnswlib asked the same: by filter, and by kind of question.

Both are asked one after the other, filter by filter, so that one load is on both. Milliseconds are
CPU time of one thread.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.search_cases import FILTERS, kinds
from cases.index.saved import SavedIndex
from cases.question import Question

REPEATS = 7
EXACTLY = 20_000_000  # vectors that are compared for a figure of recall, at most
Peer = Callable[[dict[str, str]], dict[str, Any]]
HEAD = "| p50 ms | p95 | words p50 | p95 | meaning p50 | p95 | recall@10 |"


def least(ask: Callable[[Question], object], questions: Sequence[Question]) -> list[float]:
    """CPU milliseconds for each question, the least of REPEATS: what others do beside it on the
    machine adds and never takes away."""
    return [min(timed(lambda one=one: ask(one)) for _ in range(REPEATS)) for one in questions]  # type: ignore[misc]


def timed(ask: Callable[[], object]) -> float:
    """Milliseconds of one call."""
    clock = time.thread_time()
    ask()
    return (time.thread_time() - clock) * 1_000


def quantiles(took: Sequence[float]) -> list[float]:
    """p50 and p95."""
    return [float(np.quantile(took, 0.5)), float(np.quantile(took, 0.95))]


def recall(index: SavedIndex, questions: Sequence[Question], facet: str) -> float:
    """Recall@10 of the candidates by meaning against comparing every visible vector."""
    found = []
    visible = index._rows.visible([{facet}])
    for one in questions[:: max(1, len(visible) * len(questions) // EXACTLY)]:
        assert one.vectors is not None
        own = index._vectors.question(one.vectors[:1])
        exact = index._vectors.wholes(own, visible)[0]
        best = set(np.argsort(-exact, kind="stable")[:10].tolist())
        found.append(len(best & set(index._vectors.nearest(own, visible, 50).tolist())) / len(best))
    return float(np.mean(found))


def searched(index: SavedIndex, questions: Sequence[Question], peer: Peer | None) -> Iterator[str]:
    """Retrieval under each filter, then by words alone; the peer is asked the same behind each."""
    wordy = [replace(one, vectors=None) for one in questions]
    ours, theirs, ratios = [], [], []
    for name, facet in FILTERS.items():
        visible = len(index._rows.visible([{facet}]))

        def ask(one: Question, facet: str = facet) -> object:
            return index.search(one, [{facet}])

        def mean(one: Question, facet: str = facet) -> object:
            own = index._vectors.question(one.vectors[:1])  # type: ignore[index]
            return index._vectors.nearest(own, index._rows.visible([{facet}]), 50)

        own = {
            "both": quantiles(least(ask, questions)),
            "words": quantiles(least(ask, wordy)),
            "meaning": quantiles(least(mean, questions)),
        }
        line = f"| {name} | {visible:,} "
        ours.append(line + cells({**own, "recall": recall(index, questions, facet)}))
        if peer:
            other = peer({"filter": name})
            theirs.append(line + cells(other))
            ratios.append(f"| {name} | {' | '.join(times(own, other))} |")
    yield from ["\n| filter | visible " + HEAD, "|---" * 9 + "|", *ours]
    if theirs:
        assert peer
        yield f"\n### tantivy + hnswlib, same terms, vectors and filters\n\n{peer({})['built']}\n"
        yield from ["| filter | visible " + HEAD, "|---" * 9 + "|", *theirs]
        yield "\n### So many times ours (p50)\n"
        yield from ["| filter | both | words | meaning |", "|---|---|---|---|", *ratios]
    yield from said(index, peer)


def said(index: SavedIndex, peer: Peer | None) -> Iterator[str]:
    """Words alone among all, by kind of question."""
    yield "\n### Words alone among all, by kind of question\n"
    yield "| question | ours p50 ms | p95 | tantivy p50 | p95 | times ours (p50) |"
    yield "|---|---|---|---|---|---|"
    for kind, questions in kinds().items():
        own = {"words": quantiles(least(lambda one: index.search(one, [{"all"}]), questions))}
        other = peer({"kind": kind}) if peer else {}
        both = [*own["words"], *other.get("words", ())]
        row = [*(f"{one:.2f}" for one in both), *(["–"] * (4 - len(both))), times(own, other)[1]]
        yield f"| {kind} | {' | '.join(row)} |"


def cells(took: dict[str, Any]) -> str:
    """The cells of a row under HEAD; a dash for what was not asked."""
    found = [
        f"{one:.2f}" if one is not None else "–"
        for leg in ("both", "words", "meaning")
        for one in took.get(leg) or (None, None)
    ]
    near = took.get("recall")
    return f"| {' | '.join(found)} | {'–' if near is None else f'{near:.3f}'} |"


def times(own: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """How many times as long the other took, for both, words, meaning."""
    return [
        f"{other[leg][0] / own[leg][0]:.1f}" if own.get(leg) and other.get(leg) else "–"
        for leg in ("both", "words", "meaning")
    ]


@contextmanager
def answering(python: str, folder: Path) -> Iterator[Peer | None]:
    """search_peers in a process of its own; None without an interpreter."""
    if not python:
        yield None
        return
    command = [python, str(Path(__file__).with_name("search_peers.py")), str(folder)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as peer:

        def ask(wanted: dict[str, str]) -> dict[str, Any]:
            assert peer.stdin
            assert peer.stdout
            print(json.dumps(wanted), file=peer.stdin, flush=True)
            return dict(json.loads(peer.stdout.readline()))

        yield ask
