"""`hitotsubu company delete`: the end of a whole company, and a certificate of it."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from datetime import UTC, datetime
from typing import Any

from bot.cli import dumps
from bot.cli.export_cases import write
from bot.cli.opening import Opened, add_company, add_two, opened, two_of
from bot.cli.words import locale
from bot.encoders import forget_in_index
from bot.views.words import say
from cases import ending
from cases.db import Database
from cases.errors import BadInput
from cases.scope import Scope

# What nobody can delete from here; the words are `ending.<key>`.
REMAINS = ("backups", "tombstones", "logs", "files", "pages", "chat", "id")


def add(parser: argparse.ArgumentParser) -> None:
    """`--by`, `--second`, `--confirm`, `--certificate`, `--company`."""
    add_two(parser)
    parser.add_argument(
        "--confirm", metavar="NAME", help="会社の名前。なければ下見だけ / the name; else a dry run"
    )
    parser.add_argument("--certificate", metavar="FILE", help="消去証明書(JSON) / where to")
    add_company(parser)


def run(options: argparse.Namespace) -> int:
    """A dry run, or everything; exit 1 where rows are left."""
    return asyncio.run(_delete(options))


async def _delete(options: argparse.Namespace) -> int:
    async with opened(options.company) as desk:
        two = await two_of(desk, options)
        async with desk.library.db.transaction(two[0]) as shelf:
            await ending.allow(shelf, two[1])
        owner = Database(desk.settings.migration_url)
        try:
            await ending.may_end(owner, desk.company.id)
            if options.confirm is None:
                _table(await ending.counts(owner, desk.company.id))
                print(say(locale(), "ending.dry_run", name=desk.company.name))
                return 0
            if options.confirm != desk.company.name or not options.certificate:
                raise BadInput("confirm_company", name=desk.company.name)
            return await _end(desk, owner, two, options)
        finally:
            await owner.close()


async def _end(
    desk: Opened, owner: Database, two: tuple[Scope, Scope], options: argparse.Namespace
) -> int:
    company = desk.company
    named = zip(two, (options.by, options.second), strict=True)
    people = [{"id": scope.me, "typed": typed} for scope, typed in named]
    _write(options.certificate, {"v": 1, "company": company.id, "begun": True})  # it can be written
    async with desk.library.db.transaction(two[0]) as shelf:
        head = await ending.begin(shelf, two[1])
    gone, left = await ending.wipe(owner, company.id)
    await asyncio.to_thread(forget_in_index, desk.settings, company.id)
    dumps.checkpoint(desk.settings.database_url)
    made = ending.certificate(company, head, gone, datetime.now(UTC))
    remains = [say("ja", f"ending.{key}") for key in REMAINS]
    shown = {key: made[key] for key in ("name", "company", "rows", "ended_at")}
    made |= {"by": people, "left": left, "remains": remains}
    there = {"name": company.name, "company": company.id, "rows": _told(left)}
    made["text"] = say("ja", "ending.left", **there) if left else say("ja", "ending.text", **shown)
    _write(options.certificate, made)
    _table(gone)
    if left:  # whoever reads the paper must not take it for an end
        print(say(locale(), "ending.left", **there), file=sys.stderr)
        return 1
    print(say(locale(), "ending.text", **shown))
    print(say(locale(), "ending.done", file=options.certificate))
    for line in (say(locale(), f"ending.{key}") for key in REMAINS):
        print(f"- {line}")
    return 0


def _write(path: str, content: dict[str, Any]) -> None:
    write(path, json.dumps(content, ensure_ascii=False, indent=1) + "\n")


def _told(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def _table(counts: dict[str, int]) -> None:
    for name, count in counts.items():
        print(f"{name}\t{count}")
