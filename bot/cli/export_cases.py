"""`hitotsubu export cases`: what is company-wide, or with `--all` and two people everything."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from bot.cli.opening import add_company, add_two, opened, two_of
from bot.cli.words import locale
from bot.views.words import say
from cases.errors import BadInput
from cases.exporting import FORMATS, built, note, read
from cases.scope import Scope
from cases.vocabulary import Role


def add(parser: argparse.ArgumentParser) -> None:
    """`--format`, `--output`, `--all` with `--by` and `--second`, `--company`."""
    parser.add_argument("--format", choices=sorted(FORMATS), default="json", help="json: 1行1件")
    parser.add_argument(
        "--output", metavar="FILE", help="なければ標準出力 / default: standard output"
    )
    parser.add_argument(
        "--all",
        action="store_true",
        help="営業所内なども(2人で) / office-only and stale, too",
    )
    add_two(parser, required=False)
    add_company(parser)


def run(options: argparse.Namespace) -> int:
    """Writes the cases; the audit trail gets their number."""
    return asyncio.run(_export(options))


async def _export(options: argparse.Namespace) -> int:
    form = options.format
    async with opened(options.company) as desk:
        # Who may start commands on this machine runs it: the right of 事務局, nobody's name.
        scope, second = Scope(desk.company.id, roles=frozenset({Role.HQ_ADMIN})), None
        if options.all:
            scope, second = await two_of(desk, options)
        async with desk.library.db.reading(scope) as shelf:
            found = await read(shelf, second)
        text = built(form, found, whole=options.all)
        async with desk.library.db.transaction(scope) as shelf:
            await note(shelf, form, found, second)
        write(options.output, text)
    print(say(locale(), "cli.exported", count=len(found)), file=sys.stderr)
    return 0


def write(path: str | None, text: str | bytes) -> None:
    """To the file or to standard output. Raises BadInput where that cannot be."""
    if path is None:
        _print(text)
        return
    try:
        Path(path).write_bytes(text if isinstance(text, bytes) else text.encode())
    except OSError as error:
        raise BadInput("unwritable", path=path) from error


def _print(text: str | bytes) -> None:
    if isinstance(text, str):
        sys.stdout.write(text)
    elif sys.stdout.isatty():
        raise BadInput("xlsx_output")
    else:
        sys.stdout.buffer.write(text)
