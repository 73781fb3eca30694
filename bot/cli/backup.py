"""`hitotsubu backup`: the whole database in one sealed file, and beside it what has to be in it."""

from __future__ import annotations

import argparse
import asyncio
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.cli import dumps, sealed_file, unsealed
from bot.cli.batch import emit
from bot.cli.words import locale
from bot.settings import Settings, read
from bot.views.words import say
from cases import audit, keeping
from cases.db import Database
from cases.errors import BadInput
from cases.scope import Scope
from cases.tombstones import Tombstone, tombstones


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: rows by table, the newest audit hash by company, no text."""

    v: int
    made_at: str
    database: str  # sqlite or postgresql
    schema: str
    rows: dict[str, int]
    audit: dict[str, str]
    sha256: str  # of the sealed file


def add(parser: argparse.ArgumentParser) -> None:
    """The file, `--tombstones`, or `--prune`."""
    parser.add_argument("file", nargs="?", metavar="FILE", help="書き出す先 / where to")
    parser.add_argument(
        "--tombstones", action="store_true", help="取り下げの控えだけ / only what was taken back"
    )
    parser.add_argument(
        "--prune", metavar="FOLDER", help="35日を過ぎた控えを消す / deletes old ones there"
    )


def run(options: argparse.Namespace) -> int:
    """Writes FILE and FILE.json, prints one JSON line for each tombstone, or deletes old ones."""
    if options.prune:
        for path in prune(Path(options.prune), datetime.now(UTC) - keeping.DAYS["backup"]):
            print(path)
        return 0
    settings = read()
    if options.tombstones:
        asyncio.run(_tombstones(settings))
        return 0
    if not options.file:
        raise BadInput("backup_file")
    manifest = backup(settings, Path(options.file))
    print(say(locale(), "cli.backed_up", rows=sum(manifest.rows.values()), file=options.file))
    return 0


def backup(settings: Settings, target: Path) -> Manifest:
    """Dumps and seals; the plain dump lives in `var` (mode 0700) until it is sealed.

    The audit trail of each company gets the file's hash last: without it the file is a backup, too.
    """
    url = settings.backup_url
    with unsealed.folder(settings.var) as folder:
        plain = folder / "dump"
        made_at = datetime.now(UTC).isoformat()
        found = asyncio.run(dumps.dump(url, plain))
        digest = sealed_file.seal(settings.ring(), plain, target)
    kind = "sqlite" if url.startswith("sqlite") else "postgresql"
    manifest = Manifest(1, made_at, kind, **asdict(found), sha256=digest)
    manifest_path(target).write_text(json.dumps(asdict(manifest), indent=1) + "\n", "utf-8")
    asyncio.run(_note(settings, manifest))
    return manifest


def prune(folder: Path, before: datetime) -> list[Path]:
    """Deletes a folder's backups that were made before `before`; what has no manifest stays."""
    gone = []
    for path in sorted(folder.glob("*.json")):
        try:
            made = datetime.fromisoformat(Manifest(**json.loads(path.read_text("utf-8"))).made_at)
        except (ValueError, TypeError):
            continue  # somebody else's file
        if made < before:
            path.with_suffix("").unlink(missing_ok=True)
            path.unlink()
            gone.append(path.with_suffix(""))
    return gone


def manifest_path(file: Path) -> Path:
    """`FILE.json`."""
    return file.with_name(f"{file.name}.json")


async def _note(settings: Settings, manifest: Manifest) -> None:
    """Who runs the server has a copy of everything now, and every company may know of it."""
    database = Database(settings.database_url)
    try:
        for company_id in await database.directory.company_ids():
            async with database.transaction(Scope(company_id)) as shelf:
                await audit.record(shelf, "backup.write", f"sha256={manifest.sha256}")
    finally:
        await database.close()


async def _tombstones(settings: Settings) -> None:
    database = Database(settings.database_url)
    try:
        for company in await database.directory.companies():
            async with database.transaction(Scope(company.id)) as shelf:
                for stone in await tombstones(shelf, settings.ring()):
                    emit(asdict(stone))
        for company_id in await database.directory.ended():
            emit(asdict(Tombstone(company_id, "company", company_id)))
    finally:
        await database.close()
