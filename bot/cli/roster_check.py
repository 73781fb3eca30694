"""`hitotsubu roster check`: what a roster file would change; nothing is written."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from bot.cli.batch import read_bytes
from bot.cli.opening import opened
from bot.cli.roster_import import add_file, planned, show
from bot.cli.words import locale
from bot.views.words import say
from cases.roster_plan import Deed
from cases.roster_rows import Sheet, decoded, read


def add(parser: argparse.ArgumentParser) -> None:
    """The file, `--partial`, `--json`, `--company`."""
    add_file(parser)


def run(options: argparse.Namespace) -> int:
    """Shows; 1 where a line cannot be taken or so many would leave that it asks for the number."""
    return asyncio.run(_check(options, read(decoded(read_bytes(Path(options.file))))))


async def _check(options: argparse.Namespace, sheet: Sheet) -> int:
    async with opened(options.company) as desk:
        made = await planned(desk, sheet, partial=options.partial)
    show(made, as_json=options.json)
    if made.needs_word and not options.json:
        print(say(locale(), "roster.gone_many", count=made.gone))
    return 1 if made.counts[Deed.BAD] or made.needs_word else 0
