"""Many seeded worlds of the ledger: `python -m benchmarks.simulate --seeds 5000 [--first N]`.

One JSON line for a hundred seeds and one for all. A world that breaks a promise prints what broke
and the command that replays it; the exit status is then 1.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from multiprocessing import get_context
from typing import Any

from tests.fakes.judgement import Result
from tests.fakes.simulation import simulate

LINE = 100  # seeds
SUMS = (
    "steps", "kills", "posts", "owed", "visible", "with_a_reason", "removed", "excused", "lost",
    "doubled", "to_a_person",
)  # fmt: skip

Chunk = tuple[range, list[Result], float]


def command(seed: int) -> str:
    """What replays one seed."""
    return f"python -m benchmarks.simulate --first {seed} --seeds 1"


def summary(seeds: range, results: Sequence[Result], cpu_seconds: float) -> dict[str, Any]:
    """The sums over some worlds."""
    rows = [asdict(one) for one in results]
    return {
        "first": seeds.start,
        "seeds": len(seeds),
        "broken": sum(bool(one.broken) for one in results),
        **{name: sum(row[name] for row in rows) for name in SUMS},
        "cpu_seconds": round(cpu_seconds, 1),
    }


def worlds(seeds: range) -> Chunk:
    """Lives through some worlds, in this process."""
    begun = time.process_time()
    results = [simulate(seed) for seed in seeds]
    return seeds, results, time.process_time() - begun


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the worlds on all cores; 1 when one of them broke a promise."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.simulate", description=__doc__)
    parser.add_argument("--seeds", type=int, default=5000, help="how many worlds")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--processes", type=int, default=len(os.sched_getaffinity(0)))
    found = parser.parse_args(arguments)
    every = range(found.first, found.first + found.seeds)
    chunks = [every[start : start + LINE] for start in range(0, len(every), LINE)]
    results: list[Result] = []
    seconds = 0.0
    with ProcessPoolExecutor(found.processes, mp_context=get_context("spawn")) as pool:
        for chunk in pool.map(worlds, chunks):
            _show(chunk)
            results += chunk[1]
            seconds += chunk[2]
    total = summary(every, results, seconds)
    print(json.dumps({"total": total}))
    return 1 if total["broken"] else 0


def _show(chunk: Chunk) -> None:
    print(json.dumps(summary(*chunk)), flush=True)
    for one in chunk[1]:
        for sentence in one.broken:
            print(f"seed {one.seed}: {sentence}", flush=True)
        if one.broken:
            print(f"  {command(one.seed)}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
