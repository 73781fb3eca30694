"""`hitotsubu audit verify`: whether any entry of the audit trail was changed or taken out."""

from __future__ import annotations

import argparse
import asyncio

from bot.cli.opening import add_company, opened
from bot.cli.words import locale
from bot.views.words import say
from cases import audit


def add(parser: argparse.ArgumentParser) -> None:
    """`--company`."""
    add_company(parser)


def run(options: argparse.Namespace) -> int:
    """Exit 0 when the chain is whole, 1 with the number of the first entry that does not fit."""
    return asyncio.run(_verify(options.company))


async def _verify(company: str) -> int:
    async with (
        opened(company) as desk,
        desk.library.db.transaction(desk.scope) as shelf,
    ):
        broken = await audit.first_broken(shelf)
        count = len(await shelf.audit.entries())
    if broken is None:
        print(say(locale(), "cli.audit_whole", count=count))
        return 0
    print(say(locale(), "cli.audit_broken", number=broken))
    return 1
