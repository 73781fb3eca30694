"""`hitotsubu manifest slack`: what an administrator pastes to create the Slack app."""

from __future__ import annotations

import argparse
import sys
from urllib.parse import urlsplit

from cases.errors import BadInput


def add(parser: argparse.ArgumentParser) -> None:
    """The address of this bot, or Socket Mode; and how much the app may do."""
    parser.add_argument(
        "address", metavar="URL", nargs="?", default="",
        help="https://…: この bot の場所 / where it runs",
    )  # fmt: skip
    parser.add_argument(
        "--socket", action="store_true", help="URL なしで使います / Socket Mode, no address"
    )
    parser.add_argument(
        "--full", action="store_true", help="チャンネルも使う全機能 / channels, reactions and files"
    )
    parser.add_argument(
        "--organisation", action="store_true", help="Enterprise Grid 全体 / a whole organisation"
    )


def run(options: argparse.Namespace) -> int:
    """Prints the manifest. Raises BadInput unless there is an https address, or `--socket`."""
    from bot.slack.manifest import as_text, manifest  # Slack's library only where it is asked

    if options.socket == bool(options.address):
        raise BadInput("address_or_socket")
    if options.address:
        secure(options.address)
    made = manifest(options.address, full=options.full, organisation=options.organisation)
    sys.stdout.write(as_text(made))
    return 0


def secure(address: str) -> None:
    """Raises BadInput for an address that is not https."""
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.netloc:
        raise BadInput("https_address", address=address)
