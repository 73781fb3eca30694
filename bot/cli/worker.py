"""`hitotsubu worker`: sends what is owed, takes over stale events, plans, and embeds."""

from __future__ import annotations

import argparse
import asyncio

from bot.app import work
from bot.cli.migrate import head
from bot.cli.starting import started


def add(parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(options: argparse.Namespace) -> int:
    """Works until SIGTERM."""
    settings = started()
    asyncio.run(work(settings, head()))
    return 0
