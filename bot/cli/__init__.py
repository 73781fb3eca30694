"""The command `hitotsubu`: exit 0 when done, 2 for bad input, 1 for failure; errors are sentences.

Each command's module is imported when it is called, so that `hitotsubu run` starts quickly.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

from bot.cli.words import HELP
from bot.views.words import say
from cases.errors import BadInput, CaseError

# command → module of bot.cli; each module has `add(parser)` and `run(options)`.
COMMANDS = {
    "run": "run",
    "serve": "serve",
    "worker": "worker",
    "watchdog": "watchdog",
    "indexer": "indexer",
    "migrate": "migrate",
    "seed": "seed",
}


def main(argv: Sequence[str] | None = None) -> None:
    """Runs one command and exits with its code."""
    sys.exit(call(argv))


def call(argv: Sequence[str] | None = None) -> int:
    """The exit code of one command; every error that a person can meet is one sentence."""
    options = _parser(argv).parse_args(argv)
    locale = "en" if os.environ.get("LANG", "").startswith("en") else "ja"
    try:
        command: Callable[[argparse.Namespace], int] = options.run
        return command(options)
    except CaseError as error:
        detail = error.detail
        print(say(locale, f"error.{error.code}", code=error.code, detail=detail), file=sys.stderr)
        return 2 if isinstance(error, BadInput) else 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 1


def _parser(argv: Sequence[str] | None) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("hitotsubu", description=HELP["hitotsubu"])
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    words = list(sys.argv[1:] if argv is None else argv)
    wanted = next((word for word in words if not word.startswith("-")), "")
    for name, module in COMMANDS.items():
        sub = commands.add_parser(name, help=HELP[name], description=HELP[name])
        if name == wanted:
            found = import_module(f"bot.cli.{module}")
            found.add(sub)
            sub.set_defaults(run=found.run)
    return parser
