"""`hitotsubu indexer`: the indexing child of `run` and `worker`; it ends with its parent."""

from __future__ import annotations

import argparse
import asyncio

from bot import indexer


def add(parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(options: argparse.Namespace) -> int:
    """Embeds until the parent closes the pipe."""
    asyncio.run(indexer.run())
    return 0
