"""`hitotsubu serve`: doors, planner and sending at once; embedding is the worker's."""

from __future__ import annotations

import argparse
import asyncio

from bot import logs
from bot.app import serve
from bot.cli.migrate import head
from bot.settings import read


def add(parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(options: argparse.Namespace) -> int:
    """Serves until SIGTERM."""
    settings = read()
    logs.set_up(settings.log, settings.secrets())
    asyncio.run(serve(settings, say=print, index=False, head=head()))
    return 0
