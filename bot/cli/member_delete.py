"""`hitotsubu member delete`: the end of one person's data, in the name of two people."""

from __future__ import annotations

import argparse
import asyncio

from bot.cli.opening import add_company, add_two, meant, opened, two_of
from bot.cli.words import locale
from bot.views.words import say
from cases import leaving
from scheduler.store.ledger import Ledger


def add(parser: argparse.ArgumentParser) -> None:
    """The member, `--by`, `--second`, `--with-cases`, `--company`."""
    parser.add_argument("member", help="メールアドレスか番号 / e-mail address or id")
    add_two(parser)
    parser.add_argument(
        "--with-cases", action="store_true", help="公開した事例も消す / their cases, too"
    )
    add_company(parser)


def run(options: argparse.Namespace) -> int:
    """Prints what went; the audit trail names both."""
    return asyncio.run(_delete(options))


async def _delete(options: argparse.Namespace) -> int:
    async with opened(options.company) as desk:
        member = await meant(desk, options.member)
        first, second = await two_of(desk, options)
        async with desk.library.db.transaction(first) as shelf:
            gone = await leaving.delete(shelf, member.id, second, with_cases=options.with_cases)
            gone["delivery"] = await Ledger(shelf).forget_texts_to(member.id)
    rows = ", ".join(f"{name} {count}" for name, count in gone.items() if count) or "—"
    print(say(locale(), "keeping.member_deleted", rows=rows))
    return 0
