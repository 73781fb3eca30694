"""`hitotsubu export cases`: everything company-wide, to a file or to standard output."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from bot.cli.opening import add_company, opened
from bot.cli.words import locale
from bot.views.words import say
from cases.errors import BadInput
from cases.exporting import FORMATS, export


def add(parser: argparse.ArgumentParser) -> None:
    """`--format`, `--output`, `--company`."""
    parser.add_argument("--format", choices=sorted(FORMATS), default="json", help="json: 1行1件")
    parser.add_argument(
        "--output", metavar="FILE", help="なければ標準出力 / default: standard output"
    )
    add_company(parser)


def run(options: argparse.Namespace) -> int:
    """Writes the cases; the audit trail gets their number."""
    return asyncio.run(_export(options))


async def _export(options: argparse.Namespace) -> int:
    async with (
        opened(options.company) as desk,
        desk.library.db.transaction(desk.scope) as shelf,
    ):
        text, count = await export(shelf, options.format)
        write(options.output, text)
    print(say(locale(), "cli.exported", count=count), file=sys.stderr)
    return 0


def write(path: str | None, text: str) -> None:
    """Before the audit entry is committed: what could not be written was not exported."""
    if path is None:
        sys.stdout.write(text)
        return
    try:
        Path(path).write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}") from error
