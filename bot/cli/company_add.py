"""`hitotsubu company add`: a customer's company, empty, with its language and time zone."""

from __future__ import annotations

import argparse
import asyncio
import sys
from zoneinfo import ZoneInfo

from bot.cli.migrate import migrate
from bot.cli.words import locale
from bot.encoders import open_library
from bot.settings import Settings, read
from bot.views.words import LOCALES, say
from cases import importing
from cases.errors import BadInput
from cases.text import clean


def add(parser: argparse.ArgumentParser) -> None:
    """`--name`, `--locale`, `--zone`."""
    parser.add_argument("--name", required=True, help="会社の名前 / its name")
    parser.add_argument(
        "--locale", choices=LOCALES, default="ja", help="部屋と新しい人の言語 / of rooms"
    )
    parser.add_argument("--zone", default="Asia/Tokyo", help="時刻帯 / time zone")


def run(options: argparse.Namespace) -> int:
    """Prints the id of the new company. Raises BadInput for a name that is there."""
    try:
        ZoneInfo(options.zone)
    except (KeyError, ValueError, OSError) as error:
        raise BadInput("bad_zone", given=options.zone) from error
    name = clean(options.name)
    if not name:
        raise BadInput("company_name")
    settings = read()
    migrate(settings)
    print(asyncio.run(_add(settings, name, options)))
    print(say(locale(), "roster.company_added"), file=sys.stderr)
    return 0


async def _add(settings: Settings, name: str, options: argparse.Namespace) -> str:
    library = open_library(settings)
    try:
        if any(one.name == name for one in await library.db.directory.companies()):
            raise BadInput("company_there", name=name)
        found = await importing.found_company(
            library.db, name, locale=options.locale, zone=options.zone
        )
        return found.id
    finally:
        await library.close()
