"""`hitotsubu safety export`: the month's reconciliation of the safety queue, as CSV."""

from __future__ import annotations

import argparse
import asyncio
import sys

from bot.cli.export_cases import write
from bot.cli.opening import add_company, opened
from bot.cli.words import locale
from bot.views.words import say
from cases import months, safety
from cases.scope import Scope
from cases.vocabulary import Role


def add(parser: argparse.ArgumentParser) -> None:
    """`--month`, `--output`, `--company`."""
    parser.add_argument(
        "--month", default="", metavar="YYYY-MM", help="なければ先月 / default: last month"
    )
    parser.add_argument(
        "--output", metavar="FILE", help="なければ標準出力 / default: standard output"
    )
    add_company(parser)


def run(options: argparse.Namespace) -> int:
    """Writes one row per item, without texts and names; the audit trail gets their number."""
    return asyncio.run(_export(options))


async def _export(options: argparse.Namespace) -> int:
    async with opened(options.company) as desk:
        # Who may start commands on this machine runs it: the right to the queue, nobody's name.
        scope = Scope(desk.company.id, roles=frozenset({Role.SAFETY}))
        async with desk.library.db.reading(scope) as shelf:
            month = options.month or months.before(months.month_of(shelf.now))
            found = await safety.month_of(shelf, month)
        text = safety.built(found)
        async with desk.library.db.transaction(scope) as shelf:
            await safety.note(shelf, found)
        write(options.output, text)
    counts = {state: found.count(state) for state in ("open", "reported", "not_applicable")}
    counts |= {"count": len(found.items), "screened": found.screened}
    told = say(locale(), "holds.exported", month=month, **counts)
    print(told, file=sys.stderr)
    return 0
