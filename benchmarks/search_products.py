"""Whole products beside our search: the same terms, vectors and filters as search_peers.

It runs in an environment that has lancedb, sqlite-vec, apsw, chromadb, qdrant-client and txtai, and
imports nothing of the product: `python search_products.py FOLDER [Lance sqlite Chroma Qdrant
txtai]`, where FOLDER is the one of these cases that search_speed --keep --peers left. What each was
filled with stays below FOLDER/products, so a second run only asks. Milliseconds are CPU time of all
threads, for most of them leave that of the caller; wall time stands beside it.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from search_peers import read, visible  # type: ignore[import-not-found]  # beside this file
from search_products_made import PRODUCTS, Library

ASKED = 40  # questions, each once: some take a second


def filled(home: Path, name: str, library: Library) -> tuple[dict[str, Any], str]:
    """What to ask by the row it makes, and CPU seconds that filling took, now or in another run."""
    note = home / "took.txt"
    fresh = not note.exists()
    if fresh:
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
    begun = time.process_time()
    asks = PRODUCTS[name](library, home, fresh)
    if fresh:
        note.write_text(f"{time.process_time() - begun:.0f}", "ascii")
    return asks, note.read_text("ascii")


def main(folder: Path, wanted: list[str]) -> None:
    """Fills each (of which the name begins with one of `wanted`), asks it under each filter, prints
    a row of a table for each."""
    library = Library.read(folder)
    questions, asked = library.questions(read(folder, "questions")[""]), library.asked
    filters = read(folder, "filters")
    allowed = {facet: np.flatnonzero(visible(folder, facet)) for facet in filters.values()}
    heads = [f"{name}: CPU ms, wall, recall" for name in filters]
    print(f"| product | filled in s | {' | '.join(heads)} | load |")
    print("|---|---|" + "---|" * len(filters) + "---|")
    for name in PRODUCTS:
        if wanted and not name.startswith(tuple(wanted)):
            continue
        try:
            asks, took_to_fill = filled(folder / "products" / name, name, library)
        except ImportError:
            continue
        for row, ask in asks.items():
            cells = []
            for facet in filters.values():
                took, walls, recall = [], [], []
                rows = allowed[facet]
                for terms, vector in list(zip(questions, asked, strict=True))[:ASKED]:
                    begun, clock = time.process_time(), time.perf_counter()
                    near = ask(terms, vector, facet)
                    took.append((time.process_time() - begun) * 1e3)
                    walls.append((time.perf_counter() - clock) * 1e3)
                    exact = library.nearest(rows, vector)
                    recall.append(len(exact & set(near)) / len(exact))
                found = "–" if "hybrid" in row else f"{np.mean(recall):.3f}"
                cells.append(f"{np.median(took):.1f}, {np.median(walls):.1f}, {found}")
            load = f"{os.getloadavg()[0]:.1f} | {datetime.now(UTC):%Y-%m-%d}"
            print(f"| {row} | {took_to_fill} | {' | '.join(cells)} | {load} |", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
