"""`hitotsubu seed`: the sample company into an empty database, with what waits on day one."""

from __future__ import annotations

import argparse
import asyncio

from bot.app import build
from bot.cli.migrate import migrate
from bot.encoders import open_library
from bot.first_day import first_day
from bot.settings import Settings, read
from cases import sample


def add(parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(options: argparse.Namespace) -> int:
    """Seeds; an database with a company stays as it is."""
    settings = read()
    migrate(settings)
    print("seeded" if asyncio.run(seed(settings)) else "unchanged")
    return 0


async def seed(settings: Settings) -> bool:
    """True when the sample company was loaded; False when any company is there."""
    library = open_library(settings)
    try:
        if not await sample.seed(library.db, library.ring):
            return False
        hub = await build(settings, library)
        await first_day(hub)
        return True
    finally:
        await library.close()
