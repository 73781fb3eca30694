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
        help="毎日の控え「audit head …」: ログか部屋の写し / daily heads, from log or chat",
    )
    add_company(parser)


def run(options: argparse.Namespace) -> int:
    """Exit 0 when the chain is whole and has the heads, 1 with what does not fit."""
    return asyncio.run(_verify(options))


async def _verify(options: argparse.Namespace) -> int:
    text = read_text(options.heads) if options.heads else ""
    async with (
        opened(options.company) as desk,
        desk.library.db.reading(desk.scope) as shelf,
    ):
        kept = audit.anchors(text, desk.company.id)
        found = await audit.verify(shelf, kept)
    if found.broken is not None:
        print(_wrong(found.broken, found.head))
        return 1
    print(say(locale(), "cli.audit_whole", count=found.entries))
    if options.heads:
        print(say(locale(), "keeping.heads" if kept else "keeping.no_heads", count=len(kept)))
    return 1 if options.heads and not kept else 0


def _wrong(number: int, head: int | None) -> str:
    """The chain itself, or a kept head: one that is another now, or beyond the end."""
    if head is None:
        return say(locale(), "cli.audit_broken", number=number)
    words = "keeping.head_differs" if head == number else "keeping.head_gone"
    return say(locale(), words, head=head, last=number - 1)
