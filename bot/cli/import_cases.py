"""`hitotsubu import cases`: a library from a file, checked, published, embedded, reported on."""

from __future__ import annotations

import argparse
import asyncio
import gc
import sys
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from bot.cli.batch import emit, read_bytes
from bot.cli.migrate import migrate
from bot.cli.opening import add_company, choose
from bot.cli.progress import bar
from bot.cli.words import locale
from bot.encoders import open_library
from bot.settings import Settings, read
from bot.views.words import say
from cases import import_check, import_rows, importing
from cases.embedding import Embedder, ModelChoice
from cases.embedding.bundled import BundledEncoder
from cases.embedding.cache import VectorCache
from cases.embedding.word_vectors import for_search
from cases.guard import Checked
from cases.import_rows import Row
from cases.importing import Report
from cases.indexing import catch_up, missing
from cases.lexicon_changes import in_force
from cases.library import Library
from cases.models.org import Company
from cases.scope import Scope

OUTCOMES = ("ok", "masked", "duplicate", "held")
NAME = "わたしたちの会社"


def add(parser: argparse.ArgumentParser) -> None:
    """The file, `--released`, `--reviewed`, `--json`, `--company`."""
    parser.add_argument("file", metavar="FILE", help="JSON Lines か CSV / .jsonl or .csv")
    parser.add_argument("--released", action="store_true", help="全社に公開 / company-wide at once")
    parser.add_argument(
        "--reviewed",
        default="",
        metavar="ID,ID",
        help="人が確認した保留の行 / held rows to let pass",
    )
    parser.add_argument("--json", action="store_true", help="行ごとに JSON / one JSON line per row")
    add_company(parser)


def run(options: argparse.Namespace) -> int:
    """Imports and reports on each row. Raises BadInput for the file before anything is written."""
    path = Path(options.file)
    data = read_bytes(path)
    rows = import_rows.read(data, csv_file=path.suffix.lower() == ".csv")
    settings = read()
    migrate(settings)
    reports = asyncio.run(_import(settings, rows, options))
    _print(reports, as_json=options.json)
    return 0


async def _import(
    settings: Settings, rows: Sequence[Row], options: argparse.Namespace
) -> list[Report]:
    library = open_library(settings)
    try:
        company = await _company(library, options.company)
        async with library.db.reading(Scope(company.id)) as shelf:
            own = await in_force(shelf, library.ring)
        with Crew(settings.embedding, own.allow) as crew:
            reports = await importing.bring_in(
                library.db,
                company.id,
                rows,
                crew.check,
                released=options.released,
                reviewed=[one.strip() for one in options.reviewed.split(",") if one.strip()],
                own=own,
                tell=bar("import"),
            )
            model = settings.embedding.stored or for_search(library.embedder).name
            if await missing(library.db, company.id, model):  # also what a kill left
                await catch_up(library.db, company.id, crew.embedder(), bar("embed"))
        return reports
    finally:
        await library.close()


async def _company(library: Library, wanted: str) -> Company:
    """The company that is meant; an empty database gets its first one."""
    if not await library.db.directory.companies():
        return await importing.found_company(library.db, wanted or NAME)
    return await choose(library, wanted)


class Crew:
    """Checks rows on all cores while sentence-transformers loads (torch takes seconds)."""

    def __init__(self, model: ModelChoice, allow: Collection[str] = ()) -> None:
        self.model = model
        self.allow = allow  # the company's own words that are no names
        self.vectors = VectorCache(rows=100_000)  # 200 MB at most, given back at the end
        self.loader = ThreadPoolExecutor(1)
        self.loading: Future[Embedder] | None = None

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *_: object) -> None:
        self.loader.shutdown(wait=False, cancel_futures=True)

    def check(self, rows: Sequence[Row]) -> Iterator[Checked]:
        """The guard's word on each row; loading begins with the first row that is new."""
        if not rows:
            return iter(())
        self.loading = self.loader.submit(self._load)
        if len(rows) < import_check.FEW:
            return import_check.one_by_one(rows, BundledEncoder(self.vectors), self.allow)
        return import_check.side_by_side(rows, self.vectors, self.allow)

    def embedder(self) -> Embedder:
        """What writes the vectors."""
        self.loading = self.loading or self.loader.submit(self._load)
        return self.loading.result()

    def _load(self) -> Embedder:
        # torch brings a million objects; looking through them all again and again took 1 s of 33.
        gc.set_threshold(100_000)
        from cases.embedding.sentence import SentenceEncoder  # imports torch

        return for_search(SentenceEncoder(self.model, cache=self.vectors))


def _print(reports: Sequence[Report], *, as_json: bool) -> None:
    for report in reports:
        if as_json:
            emit(
                {
                    "line": report.line,
                    "id": report.id,
                    "outcome": report.outcome,
                    "why": list(report.why),
                    "warnings": list(report.warnings),
                }
            )
        elif report.outcome in ("masked", "held") or report.warnings:
            words = " ".join([*report.why, *report.warnings])
            print(f"{report.line}\t{report.id}\t{report.outcome}\t{words}")
    count = Counter(report.outcome for report in reports)
    numbers = {outcome: count[outcome] for outcome in OUTCOMES}
    stream = sys.stderr if as_json else sys.stdout
    print(say(locale(), "cli.imported", **numbers), file=stream)
    if count["held"]:
        print(say(locale(), "cli.held"), file=stream)
