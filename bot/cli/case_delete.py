"""`hitotsubu case delete`: the end of one case at once, in the name of two people."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping

from bot.cli import dumps
from bot.cli.opening import add_company, add_two, opened, two_of
from bot.cli.words import locale
from bot.encoders import forget_in_index
from bot.views.words import say
from cases import erasing, legal_holds
from scheduler import erasing as sent


def add(parser: argparse.ArgumentParser) -> None:
    """The case, `--reason`, `--by`, `--second`, `--company`."""
    parser.add_argument("case", help="事例の番号 / the id of the case")
    parser.add_argument("--reason", required=True, help=", ".join(erasing.REASONS))
    add_two(parser)
    add_company(parser)


def run(options: argparse.Namespace) -> int:
    """Prints what went and what has to stay; the audit trail names both people and the reason."""
    return asyncio.run(_delete(options))


async def _delete(options: argparse.Namespace) -> int:
    async with opened(options.company) as desk:
        first, second = await two_of(desk, options)
        async with desk.library.db.transaction(first) as shelf:
            told_under = await erasing.told_under(shelf, options.case)
            found = await erasing.delete(shelf, options.case, second, options.reason)
            spared = (await legal_holds.held(shelf)).members
            gone, stays = await sent.forget(shelf, options.case, spared, told_under)
        await asyncio.to_thread(forget_in_index, desk.settings, desk.company.id, options.case)
        dumps.checkpoint(desk.settings.database_url)
    print(say(locale(), "keeping.case_deleted", rows=_told(found.gone | {"delivery": gone})))
    if left := _told(found.stays | {"delivery": stays}):
        print(say(locale(), "keeping.case_stays", rows=left))
    return 0


def _told(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items() if count)
