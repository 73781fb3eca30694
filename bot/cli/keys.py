"""`hitotsubu keys`: which key has sealed how much, a fresh key, and sealing anew with the first."""

from __future__ import annotations

import argparse
import asyncio

import scheduler.models  # noqa: F401  # the inbox has a sealed column, too
from bot.cli.words import locale
from bot.settings import Settings, read
from bot.views.words import say
from cases import resealing
from cases.db import Database


def add(parser: argparse.ArgumentParser) -> None:
    """`show`, `new` or `rotate`."""
    parser.add_argument("deed", choices=("show", "new", "rotate"), help="すること / what to do")


def run(options: argparse.Namespace) -> int:
    """`rotate`: exit 1 where something is sealed with a key that is not in the ring."""
    settings = read()
    if options.deed == "new":
        print(resealing.new_entry(settings.ring().keys))
        return 0
    return asyncio.run(_keys(settings, rotates=options.deed == "rotate"))


async def _keys(settings: Settings, *, rotates: bool) -> int:
    ring, db, lost = settings.ring(), Database(settings.database_url), 0
    try:
        if rotates:
            done, lost = await resealing.reseal(db, ring)
            print(say(locale(), "keeping.resealed", done=done, id=ring.current))
        for key_id, number in (await resealing.counts(db, ring)).items():
            print(f"{key_id}\t{number}")
    finally:
        await db.close()
    return 1 if lost else 0
