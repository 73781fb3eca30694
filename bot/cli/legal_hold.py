"""`hitotsubu hold`: legal holds, which stop the purging of a company, a member or a case."""

from __future__ import annotations

import argparse
import asyncio

from bot.cli.opening import Opened, add_company, meant, opened, scope_by
from bot.cli.words import locale
from bot.views.words import say
from cases import legal_holds
from cases.errors import BadInput


def add(parser: argparse.ArgumentParser) -> None:
    """`list`, `place --all|--member|--case --reference`, `lift ID`; `--by`."""
    parser.add_argument("deed", choices=("list", "place", "lift"), help="すること / what to do")
    parser.add_argument("id", nargs="?", default="", help="保全の番号 / the hold to lift")
    parser.add_argument("--all", action="store_true", help="会社全体 / the whole company")
    parser.add_argument("--member", default="", metavar="E-MAIL", help="この人 / what they wrote")
    parser.add_argument("--case", default="", metavar="ID", help="この事例 / this case")
    parser.add_argument("--reference", default="", help="案件の番号 / the number of the file")
    parser.add_argument("--by", default="", metavar="E-MAIL", help="事務局の人 / head office")
    add_company(parser)


def run(options: argparse.Namespace) -> int:
    """Lists what is held, or changes it in the name of `--by`; the audit trail has it."""
    return asyncio.run(_hold(options))


async def _hold(options: argparse.Namespace) -> int:
    async with opened(options.company) as desk:
        if options.deed == "list":
            await _list(desk)
            return 0
        scope = await scope_by(desk, options.by)
        subject = await _subject(desk, options) if options.deed == "place" else ("", "")
        async with desk.library.db.transaction(scope) as shelf:
            if options.deed == "lift":
                await legal_holds.lift(shelf, options.id)
                print(say(locale(), "keeping.lifted"))
            else:
                row = await legal_holds.place(shelf, *subject, options.reference)
                print(f"{row.id}\t{say(locale(), 'keeping.placed')}")
    return 0


async def _list(desk: Opened) -> None:
    async with desk.library.db.reading(desk.scope) as shelf:
        for row in await legal_holds.listing(shelf):
            placed = f"{row.placed_at:%Y-%m-%d}"
            print(f"{row.id}\t{row.what}\t{row.subject}\t{row.reference}\t{placed}")


async def _subject(desk: Opened, options: argparse.Namespace) -> tuple[str, str]:
    """(kind, id) of the one thing that is named. Raises BadInput for none or several."""
    chosen = [bool(options.all), bool(options.member), bool(options.case)]
    if sum(chosen) != 1:
        raise BadInput("one_subject")
    if options.all:
        return legal_holds.COMPANY, desk.company.id
    if options.case:
        return legal_holds.CASE, options.case
    return legal_holds.MEMBER, (await meant(desk, options.member)).id
