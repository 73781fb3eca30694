"""`hitotsubu audit author`: who wrote a case that shows only its office; the look is recorded."""

from __future__ import annotations

import argparse
import asyncio

from bot.cli.opening import add_company, opened
from cases import names
from cases.errors import BadInput, NotFound


def add(parser: argparse.ArgumentParser) -> None:
    """The case's id."""
    parser.add_argument("case", help="事例の番号 / the id of the case")
    add_company(parser)


def run(options: argparse.Namespace) -> int:
    """Prints the author's id and name."""
    return asyncio.run(_author(options))


async def _author(options: argparse.Namespace) -> int:
    async with opened(options.company) as desk:
        async with desk.library.db.transaction(desk.scope) as shelf:
            try:
                author_id = await names.author_of(shelf, options.case)
            except NotFound as error:
                raise BadInput("no_case", id=options.case) from error
            member = await shelf.people.member(author_id)
        print(f"{author_id}\t{member.name if member else '—'}")
    return 0
