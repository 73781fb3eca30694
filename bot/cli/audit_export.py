"""`hitotsubu audit export`: who did what between two days, as CSV for the auditor."""

from __future__ import annotations

import argparse
import asyncio
import sys
from datetime import date

from bot.cli.export_cases import write
from bot.cli.opening import add_company, opened
from bot.cli.words import locale
from bot.views.words import say
from cases import audit_export, months
from cases.errors import BadInput
from cases.scope import Scope
from cases.vocabulary import Role


def add(parser: argparse.ArgumentParser) -> None:
    """`--from`, `--to`, `--output`, `--company`."""
    parser.add_argument(
        "--from", dest="first", required=True, metavar="YYYY-MM-DD", help="この日から / first day"
    )
    parser.add_argument(
        "--to", dest="last", default="", metavar="YYYY-MM-DD", help="この日まで / default: today"
    )
    parser.add_argument(
        "--output", metavar="FILE", help="なければ標準出力 / default: standard output"
    )
    add_company(parser)


def run(options: argparse.Namespace) -> int:
    """Writes one row per act, days in JST; the audit trail gets their number."""
    return asyncio.run(_export(options))


async def _export(options: argparse.Namespace) -> int:
    async with opened(options.company) as desk:
        # Who may start commands on this machine runs it: the right to read, nobody's name.
        scope = Scope(desk.company.id, roles=frozenset({Role.AUDITOR}))
        async with desk.library.db.reading(scope) as shelf:
            first = _day(options.first)
            last = _day(options.last) if options.last else months.day_of(shelf.now)
            rows = await audit_export.read(shelf, first, last)
        text = audit_export.built(rows)
        async with desk.library.db.transaction(scope) as shelf:
            await audit_export.note(shelf, first, last, len(rows))
        write(options.output, text)
    print(say(locale(), "keeping.acts_exported", count=len(rows)), file=sys.stderr)
    return 0


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError as error:
        raise BadInput("bad_day", given=typed) from error
