"""`hitotsubu inbox`: what came in and could not be handled, and what is done about it."""

from __future__ import annotations

import argparse
import asyncio

from bot.cli.batch import emit
from bot.cli.opening import add_company, opened
from cases.errors import BadInput
from cases.scope import Scope
from cases.vocabulary import Role
from scheduler import inbox

DEEDS = {"retry": inbox.retry, "drop": inbox.drop}
LAST = 100


def add(parser: argparse.ArgumentParser) -> None:
    """`list`, `retry ID` or `drop ID`; `--json`, `--company`."""
    parser.add_argument(
        "deed", nargs="?", default="list", choices=["list", *DEEDS], help="一覧・再試行・消去"
    )
    parser.add_argument("id", nargs="?", default="", metavar="ID")
    parser.add_argument("--json", action="store_true", help="1行1件の JSON / one JSON line each")
    add_company(parser)


def run(options: argparse.Namespace) -> int:
    """Lists dead events, or does the one thing asked for; each deed is in the audit trail."""
    if (options.deed == "list") == bool(options.id):
        raise BadInput("inbox_deeds")
    return asyncio.run(_inbox(options))


async def _inbox(options: argparse.Namespace) -> int:
    async with opened(options.company) as desk:
        # Who may start commands on this machine runs it: the rights of IT, nobody's name.
        scope = Scope(desk.company.id, roles=frozenset({Role.IT_ADMIN}))
        async with desk.library.db.transaction(scope) as shelf:
            if options.id:
                await DEEDS[options.deed](shelf, options.id)
            for one in await inbox.dead(shelf, LAST):
                _print(one, as_json=options.json)
    return 0


def _print(one: inbox.Dead, *, as_json: bool) -> None:
    """One line: never what was written."""
    at = one.received_at.isoformat()
    if as_json:
        row = {"id": one.id, "platform": one.platform, "received_at": at}
        emit({**row, "attempts": one.attempts, "has_text": one.has_text})
    else:
        print(f"{one.id}\t{one.platform}\t{at}\t{one.attempts}")
