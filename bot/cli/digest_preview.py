"""`hitotsubu digest preview`: the digest of an office and month as it would be made now."""

from __future__ import annotations

import argparse
import asyncio

from bot.cli.batch import emit
from bot.cli.opening import add_company, opened
from bot.views.digest import digest_card
from bot.views.elements import plain
from cases import digests, months
from cases.db import Shelf
from cases.errors import BadInput
from cases.importing import external_id
from cases.models.org import Office


def add(parser: argparse.ArgumentParser) -> None:
    """`--office`, `--month`, `--json`, `--company`."""
    parser.add_argument("--office", required=True, metavar="NAME", help="営業所 / the office")
    parser.add_argument(
        "--month",
        metavar="YYYY-MM",
        help="何月の。既定は先月 / about this month (default: last month)",
    )
    parser.add_argument("--json", action="store_true", help="JSON で / as JSON")
    add_company(parser)


def run(options: argparse.Namespace) -> int:
    """Prints it; nothing is kept and nothing is sent."""
    return asyncio.run(_preview(options))


async def _preview(options: argparse.Namespace) -> int:
    async with (
        opened(options.company) as desk,
        desk.library.db.transaction(desk.scope) as shelf,
    ):
        office = await _office(shelf, options.office)
        month = options.month or months.before(months.month_of(shelf.now))
        digest = await digests.preview(shelf, office.id, month)
        if not options.json:
            print(plain(digest_card(digest.content, "ja")))
            return 0
        rows = await shelf.cases.many(item["case_id"] for item in digest.items)
        items = [
            {**item, "case": external_id(rows[item["case_id"]])} for item in digest.content["items"]
        ]
        content = {**digest.content, "items": items}
        emit({**content, "office": office.name, "month": month})
    return 0


async def _office(shelf: Shelf, name: str) -> Office:
    """By name, by the name without 営業所, or by id. Raises BadInput naming those there are."""
    offices = await shelf.people.offices()
    for office in offices:
        if name in (office.id, office.name, office.name_en, office.name.removesuffix("営業所")):
            return office
    raise BadInput("which_office", names=", ".join(office.name for office in offices))
