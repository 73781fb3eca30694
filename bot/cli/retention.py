"""`hitotsubu retention`: how long everything is kept, and the years of the audit trail."""

from __future__ import annotations

import argparse
import asyncio

from bot.cli.opening import add_company, add_two, opened, two_of
from bot.cli.words import locale
from bot.views.words import say
from cases import keeping


def add(parser: argparse.ArgumentParser) -> None:
    """`--audit-years`, `--by`, `--second`, `--company`."""
    parser.add_argument(
        "--audit-years", type=int, metavar="N", help="記録の保存年数 3〜10 / years, 3 to 10"
    )
    add_two(parser, required=False)
    add_company(parser)


def run(options: argparse.Namespace) -> int:
    """Prints the table; with `--audit-years` changes it in the name of two people first."""
    return asyncio.run(_retention(options))


async def _retention(options: argparse.Namespace) -> int:
    async with opened(options.company) as desk:
        if options.audit_years is not None:
            first, second = await two_of(desk, options)
            async with desk.library.db.transaction(first) as shelf:
                await keeping.choose_audit_years(shelf, options.audit_years, second)
        async with desk.library.db.reading(desk.scope) as shelf:
            years = keeping.audit_years((await shelf.people.company()).settings)
    for rule in keeping.RULES:
        days = years * 365 if rule.data == "audit entry" else rule.days
        print(say(locale(), "keeping.rule", data=rule.data, days=days, since=rule.since))
    return 0
