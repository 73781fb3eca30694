"""`hitotsubu doctor`: whether everything stands, and whether a clear text lies somewhere."""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import stat
from pathlib import Path

from bot.app import build
from bot.cli.migrate import head
from bot.cli.opening import Opened, add_company, opened
from bot.cli.words import locale
from bot.settings import Settings, read
from bot.views.words import say
from cases import audit, clear_text
from cases.db import Database
from cases.embedding.bundled import WEIGHTS_SHA256, weights_sha256
from cases.embedding.word_vectors import for_search
from cases.indexing import missing

LITTLE = 200_000_000  # bytes of free disk below which it is a problem


def add(parser: argparse.ArgumentParser) -> None:
    """`--find TEXT`, `--company`."""
    parser.add_argument(
        "--find", metavar="TEXT", help="この文字がどこかに残っていないか / look for it"
    )
    add_company(parser)


def run(options: argparse.Namespace) -> int:
    """Exit 1 when something is wrong, or when the text was found."""
    return asyncio.run(_find(options) if options.find else _examine(options.company))


async def _examine(company: str) -> int:
    async with opened(company) as desk:
        hub = await build(desk.settings, desk.library)
        for label, value in await hub.pages.status(desk.company.id, "ja"):
            print(f"  {label}: {value}")
        problems = [*_machine(desk.settings), *await _library(desk)]
    for problem in problems:
        print(f"✗ {problem}")
    print(
        say(locale(), "cli.unwell", count=len(problems)) if problems else say(locale(), "cli.well")
    )
    return 1 if problems else 0


async def _library(desk: Opened) -> list[str]:
    """What is wrong with the schema, the vectors and the audit trail."""
    db, problems = desk.library.db, []
    version = await db.directory.schema_version()
    if version != head():
        problems.append(say(locale(), "cli.old_schema", found=version, wanted=head()))
    model = desk.settings.embedding.stored or for_search(desk.library.embedder).name
    left = await missing(db, desk.company.id, model)
    if left:
        problems.append(
            say(locale(), "cli.unembedded", count=len({case.id for case, _, _ in left}))
        )
    async with db.transaction(desk.scope) as shelf:
        broken = await audit.first_broken(shelf)
    if broken is not None:
        problems.append(say(locale(), "cli.audit_broken", number=broken))
    return problems


def _machine(settings: Settings) -> list[str]:
    """What is wrong with the weights, the key file and the disk."""
    problems = []
    if weights_sha256() != WEIGHTS_SHA256:
        problems.append(say(locale(), "cli.other_weights"))
    key = settings.var / "data.key"
    if not settings.data_key and key.exists() and stat.S_IMODE(key.stat().st_mode) & 0o077:
        problems.append(say(locale(), "cli.open_key", path=key))
    place = settings.var if settings.var.exists() else Path()
    if shutil.disk_usage(place).free < LITTLE:
        problems.append(say(locale(), "cli.little_disk"))
    return problems


async def _find(options: argparse.Namespace) -> int:
    """Database file, WAL, keys, logs: everything under var/, and every row of every table."""
    settings = read()  # no company is chosen: after the end of the last one there is none
    db = Database(settings.backup_url)  # who may read over all companies
    try:
        paths = [settings.var, *_database_files(db)]
        rows = await clear_text.in_rows(db, options.find)
        places = list(clear_text.in_files(paths, options.find))
    finally:
        await db.close()
    if db.is_postgresql:
        print(say(locale(), "cli.not_its_files"))
    for table, count in rows:
        print(f"✗ {table}: {count}")
    for path, form, at in places:
        print(f"✗ {path}: {form}, {at}")
    found = len(rows) + len(places)
    print(
        say(locale(), "cli.found_text", count=found) if found else say(locale(), "cli.no_such_text")
    )
    return 1 if found else 0


def _database_files(db: Database) -> list[Path]:
    """The SQLite file with its WAL and shared memory; nothing for PostgreSQL."""
    name = db.engine.url.database
    if db.is_postgresql or not name:
        return []
    return [Path(os.fspath(name) + end) for end in ("", "-wal", "-shm", "-journal")]
