"""`hitotsubu migrate`: brings the database to the newest schema; nothing to do is quick."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from bot.settings import Settings, read, sync_url
from cases.db import Database
from cases.embedding.word_vectors import SEARCH_SIZE
from cases.errors import CannotStart

FOLDER = Path(__file__).parents[2] / "migrations"


def add(parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(options: argparse.Namespace) -> int:
    """Migrates and says which version it is."""
    settings = read()
    migrate(settings)
    print(head())
    return 0


def head() -> str:
    """The newest revision, from the file names: `20261122_first_tables.py` → 20261122."""
    return max(path.name.split("_")[0] for path in (FOLDER / "versions").glob("[0-9]*.py"))


def migrate(settings: Settings) -> bool:
    """Upgrades to head; False when it was there. Raises CannotStart where it cannot be written.

    Where the index is kept in PostgreSQL its side tables are made too.
    """
    url = settings.migration_url
    if url.startswith("sqlite"):
        _folder(url)
    changed = asyncio.run(_version(url)) != head()
    if changed:
        _upgrade(url)
    if settings.index == "pgvector":
        from cases.index.tables import make_tables

        make_tables(sync_url(url), SEARCH_SIZE)
    return changed


def _upgrade(url: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("sqlalchemy.url", sync_url(url).replace("%", "%%"))
    command.upgrade(config, "head")


def _folder(url: str) -> None:
    """Makes the folder of a database file. Raises CannotStart where that is not allowed."""
    path = Path(url.partition(":///")[2])
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab"):
            pass
    except OSError as error:
        raise CannotStart("unwritable", path=path) from error


async def _version(url: str) -> str:
    db = Database(url)
    try:
        return await db.directory.schema_version()
    finally:
        await db.close()
