"""`hitotsubu audit verify`: whether any entry of the audit trail was changed or taken out."""

from __future__ import annotations

import argparse
import asyncio

from bot.cli.batch import read_text
from bot.cli.opening import add_company, opened
from bot.cli.words import locale
from bot.views.words import say
from cases import audit


def add(parser: argparse.ArgumentParser) -> None:
    """`--heads`, `--company`."""
    parser.add_argument(
        "--heads",
        metavar="FILE",
        help="毎日のログの行「audit head …」 / daily heads, as the log or a letter has them",
    )
    add_company(parser)


def run(options: argparse.Namespace) -> int:
    """Exit 0 when the chain is whole, 1 with the number of the first entry that does not fit."""
    return asyncio.run(_verify(options))


async def _verify(options: argparse.Namespace) -> int:
    lines = read_text(options.heads).splitlines() if options.heads else []
    async with (
        opened(options.company) as desk,
        desk.library.db.reading(desk.scope) as shelf,
    ):
        kept = audit.anchors(lines, desk.company.id)
        found = await audit.verify(shelf, kept)
    if found.broken is not None:
        print(say(locale(), "cli.audit_broken", number=found.broken))
        return 1
    print(say(locale(), "cli.audit_whole", count=found.entries))
    if options.heads:
        print(say(locale(), "keeping.heads", count=len(kept)))
    return 0
