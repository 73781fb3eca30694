"""`hitotsubu restore`: a backup into a new, empty database, so that nothing comes back twice.

What was taken back since is taken back again; what may have been sent is looked for first.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from bot.cli import dumps, sealed_file, unsealed
from bot.cli.backup import Manifest, manifest_path
from bot.cli.batch import json_lines, read_text
from bot.cli.migrate import migrate
from bot.cli.words import locale
from bot.settings import Settings, read
from bot.views.words import say
from cases import audit, ending
from cases.burying import bury, check
from cases.db import Database
from cases.erasing import told_under
from cases.errors import BadInput, WrongKey
from cases.legal_holds import held
from cases.scope import Scope
from cases.store.tables import Contents
from cases.tombstones import Tombstone
from scheduler import erasing
from scheduler.restored import Settled, settle


def add(parser: argparse.ArgumentParser) -> None:
    """The file, `--tombstones`, `--verify`."""
    parser.add_argument("file", metavar="FILE", help="backup の書き出し / what backup wrote")
    parser.add_argument(
        "--tombstones",
        metavar="FILE",
        help="backup --tombstones の出力 / what was taken back since",
    )
    parser.add_argument(
        "--verify", action="store_true", help="確かめるだけ / only compare with the manifest"
    )


def run(options: argparse.Namespace) -> int:
    """Exit 1 with what differs from the manifest; nothing is settled then."""
    settings, source = read(), Path(options.file)
    stones = _stones(options.tombstones)
    _openable(settings, stones)
    manifest = _manifest(source)
    _load(settings, source, manifest)
    different = asyncio.run(_differences(settings, manifest))
    for what in different:
        print(say(locale(), "cli.restore_differs", what=what), file=sys.stderr)
    if different:
        return 1
    print(say(locale(), "cli.restored", rows=sum(manifest.rows.values())))
    if options.verify:
        return 0
    migrate(settings)
    buried, settled = asyncio.run(_settle(settings, stones))
    if not options.tombstones:
        print(say(locale(), "cli.no_stones"), file=sys.stderr)
    counts = {"doubtful": settled.doubtful, "skipped": settled.skipped}
    print(say(locale(), "cli.replayed", stones=len(buried), **counts))
    _to_check([one.id for one in buried if one.what == "masked" and "sealed" not in one.row])
    return 0


def _to_check(masked: Sequence[str]) -> None:
    """What no tombstone brings back, for a person to look at."""
    if masked:
        print(say(locale(), "cli.restored_masked", cases=" ".join(masked)), file=sys.stderr)
    print(say(locale(), "cli.restored_check"), file=sys.stderr)


def _stones(path: str | None) -> list[Tombstone]:
    rows = json_lines(read_text(path)) if path else []
    try:
        return [
            Tombstone(row["company"], row["what"], row["id"], row.get("row", {})) for _, row in rows
        ]
    except KeyError as error:
        raise BadInput("stone_field", path=path, field=error) from error


def _openable(settings: Settings, stones: Sequence[Tombstone]) -> None:
    """Raises BadInput while nothing is loaded: a second restore into the same place is refused."""
    for stone in stones:
        try:
            check(settings.ring(), stone)
        except WrongKey as error:
            raise BadInput("stone_key", id=stone.id) from error
        except (ValueError, TypeError, AttributeError) as error:
            raise BadInput("stone_unreadable", what=f"{stone.what} {stone.id}") from error


def _manifest(source: Path) -> Manifest:
    """The manifest beside the file. Raises BadInput when one of the two is not what it was."""
    try:
        manifest = Manifest(**json.loads(manifest_path(source).read_text("utf-8")))
        if sealed_file.sha256(source) != manifest.sha256:
            raise BadInput("not_its_file", path=source)
    except (OSError, ValueError, TypeError) as error:
        raise BadInput("no_manifest", path=source, beside=manifest_path(source)) from error
    return manifest


def _load(settings: Settings, source: Path, manifest: Manifest) -> None:
    """Unseals and loads under the owner role. Raises BadInput for a database that is in use."""
    url = settings.migration_url
    is_file = url.startswith("sqlite")
    if is_file is not (manifest.database == "sqlite"):
        raise BadInput("other_database", path=source, kind=manifest.database)
    if Path(url.partition(":///")[2]).exists() if is_file else asyncio.run(_in_use(url)):
        raise BadInput("not_empty")
    with unsealed.folder(settings.var) as folder:
        plain = folder / "dump"
        sealed_file.unseal(settings.ring(), source, plain)
        dumps.load(plain, url)
    # A search index that was kept knows cases of a later day: it is read from the tables again.
    shutil.rmtree(settings.var / "index", ignore_errors=True)


async def _in_use(url: str) -> bool:
    database = Database(url)
    try:
        return bool(await database.directory.schema_version())
    finally:
        await database.close()


async def _differences(settings: Settings, manifest: Manifest) -> list[str]:
    """Tables with other counts, audit trails with another end or a broken chain."""
    found = await dumps.holds(settings.backup_url)
    wanted = Contents(manifest.schema, manifest.rows, manifest.audit)
    names = sorted(wanted.rows | found.rows)
    different = [name for name in names if wanted.rows.get(name, 0) != found.rows.get(name, 0)]
    different += ["schema"] if wanted.schema != found.schema else []
    different += ["audit"] if wanted.audit != found.audit else []
    database = Database(settings.backup_url)
    try:
        for company in manifest.audit:
            async with database.transaction(Scope(company)) as shelf:
                broken = await audit.first_broken(shelf)
            different += [f"audit {company} {broken}"] if broken is not None else []
    finally:
        await database.close()
    return different


async def _settle(
    settings: Settings, stones: Sequence[Tombstone]
) -> tuple[list[Tombstone], Settled]:
    """(tombstones that changed something, what became of messages and turns)."""
    database, ring = Database(settings.database_url), settings.ring()
    buried: list[Tombstone] = []
    doubtful, skipped = 0, 0
    try:
        await _end_again(settings, database, stones)
        for company in await database.directory.companies():
            async with database.transaction(Scope(company.id)) as shelf:
                mine = [stone for stone in stones if stone.company == company.id]
                ended = [stone.id for stone in mine if stone.what == "ended"]
                told = {one: await told_under(shelf, one) for one in ended}
                buried += [stone for stone in mine if await bury(shelf, ring, stone)]
                for one in ended:
                    await erasing.forget(shelf, one, (await held(shelf)).members, told[one])
                settled = await settle(shelf)
                await audit.record(shelf, "restore", company.id)
            doubtful, skipped = doubtful + settled.doubtful, skipped + settled.skipped
    finally:
        await database.close()
    return buried, Settled(doubtful, skipped)


async def _end_again(settings: Settings, database: Database, stones: Sequence[Tombstone]) -> None:
    """Companies that were deleted as a whole since the copy was made."""
    owner = Database(settings.migration_url)
    try:
        for ended in (stone.id for stone in stones if stone.what == "company"):
            await ending.wipe(owner, ended)
            async with database.transaction(Scope(ended)) as shelf:
                await ending.remember(shelf, ended)
    finally:
        await owner.close()
