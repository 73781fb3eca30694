"""`hitotsubu serve`: doors, planner and sending at once; embedding is the worker's."""

from __future__ import annotations

import argparse
import asyncio

from bot.app import serve
from bot.cli.migrate import head
from bot.cli.starting import started


def add(parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(options: argparse.Namespace) -> int:
    """Serves until SIGTERM."""
    settings = started()
    asyncio.run(serve(settings, say=print, index=False, head=head()))
    return 0
