"""`hitotsubu member export`: everything that is kept about one person, for their request."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys

from bot.cli.export_cases import write
from bot.cli.opening import add_company, meant, opened
from bot.cli.words import locale
from bot.views.words import say
from cases import leaving


def add(parser: argparse.ArgumentParser) -> None:
    """The member, `--output`, `--company`."""
    parser.add_argument("member", help="メールアドレスか番号 / e-mail address or id")
    parser.add_argument(
        "--output", metavar="FILE", help="なければ標準出力 / default: standard output"
    )
    add_company(parser)


def run(options: argparse.Namespace) -> int:
    """Writes JSON by table; of sealed texts only that they are there."""
    return asyncio.run(_export(options))


async def _export(options: argparse.Namespace) -> int:
    async with opened(options.company) as desk:
        member = await meant(desk, options.member)
        async with desk.library.db.reading(desk.scope) as shelf:
            found = await leaving.export(shelf, member.id)
        text = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
        async with desk.library.db.transaction(desk.scope) as shelf:
            rows = await leaving.note(shelf, member.id, found)
        write(options.output, text)
    print(say(locale(), "keeping.member_exported", rows=rows), file=sys.stderr)
    return 0
