"""`hitotsubu slack invite`: a link with which a Slack administrator connects one workspace."""

from __future__ import annotations

import argparse
import asyncio
import sys
from datetime import timedelta
from urllib.parse import urlencode

from bot.cli.manifest_slack import secure
from bot.cli.opening import add_company, opened
from bot.cli.words import locale
from bot.views.words import say
from cases.errors import BadInput

DAYS = 7
LONGEST = 30


def add(parser: argparse.ArgumentParser) -> None:
    """The address of this bot, the company, and how long the link holds."""
    parser.add_argument("address", metavar="URL", help="https://…: この bot の場所 / where it runs")
    parser.add_argument(
        "--days", type=int, default=DAYS, metavar="N", help="使える日数(1–30) / days, 1–30"
    )
    add_company(parser)


def run(options: argparse.Namespace) -> int:
    """Prints the link, which is kept nowhere. Raises BadInput unless the address is https."""
    if not 1 <= options.days <= LONGEST:
        raise BadInput("days", most=LONGEST)
    secure(options.address)
    return asyncio.run(_invite(options))


async def _invite(options: argparse.Namespace) -> int:
    from bot.slack.invitations import invite

    async with opened(options.company) as desk, desk.library.db.transaction(desk.scope) as shelf:
        code = await invite(shelf, timedelta(days=options.days))
        words = say(locale(), "slack.invited", company=desk.company.name, days=options.days)
    print(f"{options.address.rstrip('/')}/slack/install?{urlencode({'invite': code})}")
    print(words, file=sys.stderr)
    return 0
