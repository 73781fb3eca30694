"""`hitotsubu manifest slack`: what an administrator pastes to create the Slack app."""

from __future__ import annotations

import argparse
import sys
from urllib.parse import urlsplit

from cases.errors import BadInput


def add(parser: argparse.ArgumentParser) -> None:
    """The address of this bot."""
    parser.add_argument("address", metavar="URL", help="https://…: この bot の場所 / where it runs")


def secure(address: str) -> None:
    """Raises BadInput for an address that is not https."""
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.netloc:
        raise BadInput(f"{address}: https://…")


def run(options: argparse.Namespace) -> int:
    """Prints the manifest with the fewest scopes. Raises BadInput unless the address is https."""
    from bot.slack.manifest import as_text, minimum  # Slack's library only where it is asked

    secure(options.address)
    sys.stdout.write(as_text(minimum(options.address)))
    return 0
