"""The command `hitotsubu`: exit 0 when done, 2 for bad input, 1 for failure; errors are sentences.

Each command's module is imported when it is called, so that `hitotsubu run` starts quickly.
"""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from bot.cli.words import HELP, locale, own
from bot.views.notes import error_words
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
    "search": "search",
    "reindex": "reindex",
    "eval": "eval",
    "guard": "guard",
    "capture": "capture",
    "import cases": "import_cases",
    "export cases": "export_cases",
    "safety export": "safety_export",
    "digest preview": "digest_preview",
    "plan": "plan",
    "schedule": "schedule",
    "deliveries": "deliveries",
    "inbox": "inbox",
    "audit author": "audit_author",
    "audit verify": "audit_verify",
    "audit export": "audit_export",
    "rules": "rules",
    "case delete": "case_delete",
    "member export": "member_export",
    "member delete": "member_delete",
    "hold": "legal_hold",
    "retention": "retention",
    "keys": "keys",
    "backup": "backup",
    "restore": "restore",
    "company add": "company_add",
    "company delete": "company_delete",
    "company invite": "company_invite",
    "room add": "room_add",
    "roster check": "roster_check",
    "roster import": "roster_import",
    "workspace add": "workspace_add",
    "slack invite": "slack_invite",
    "manifest slack": "manifest_slack",
    "teams package": "teams_package",
    "console": "console",
    "doctor": "doctor",
    "tour": "tour",
}


class Parser(argparse.ArgumentParser):
    """argparse whose complaint is a BadInput, so that it becomes a sentence like every other."""

    def add_argument(self, *names: Any, **how: Any) -> argparse.Action:
        """An option whose help is in the terminal's language."""
        if how.get("help"):
            how["help"] = own(how["help"])
        return super().add_argument(*names, **how)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Names the command that was meant, in place of all there are."""
        if isinstance(action, argparse._SubParsersAction) and value not in action.choices:
            for near in get_close_matches(value, action.choices, 1):
                raise BadInput("near_command", word=value, near=near)
            raise BadInput("no_such_command", word=value, prog=self.prog)
        super()._check_value(action, value)

    def error(self, message: str) -> NoReturn:
        """Raises BadInput instead of printing the usage in English."""
        if message.endswith("required: COMMAND"):
            raise BadInput("no_command", prog=self.prog)
        raise BadInput("usage", prog=self.prog, message=message)


def main(argv: Sequence[str] | None = None) -> None:
    """Runs one command and exits with its code."""
    sys.exit(call(argv))


def call(argv: Sequence[str] | None = None) -> int:
    """The exit code of one command; every error that a person can meet is one sentence."""
    try:
        options = parser(sys.argv[1:] if argv is None else argv).parse_args(argv)
        command: Callable[[argparse.Namespace], int] = options.run
        return command(options)
    except CaseError as error:
        _complain(error.code, error.detail, **error.values)
        return 2 if isinstance(error, BadInput) else 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        # Where it happened and its kind, never its message: that may quote a case.
        last = traceback.extract_tb(error.__traceback__)[-1]
        _complain("E-15", f"{type(error).__name__}, {Path(last.filename).name}:{last.lineno}")
        return 1


def _complain(code: str, detail: str, **values: object) -> None:
    print(error_words(code, detail, locale(), **values), file=sys.stderr)


def parser(words: Sequence[str] | None = None) -> Parser:
    """The parser with the options of the command that `words` begin with, or of every command."""
    made = Parser("hitotsubu", description=own(HELP["hitotsubu"]))
    commands = made.add_subparsers(metavar="COMMAND", required=True)
    groups: dict[str, argparse._SubParsersAction[Parser]] = {}
    wanted = next((word for word in words or [] if not word.startswith("-")), "")
    for name, module in COMMANDS.items():
        first, _, second = name.partition(" ")
        if second and first not in groups:
            group = commands.add_parser(first, help=own(HELP[first]), description=own(HELP[first]))
            groups[first] = group.add_subparsers(metavar="COMMAND", required=True)
        place, last = (groups[first], second) if second else (commands, first)
        sub = place.add_parser(last, help=own(HELP[name]), description=own(HELP[name]))
        if words is None or first == wanted:
            found = import_module(f"bot.cli.{module}")
            found.add(sub)
            sub.set_defaults(run=found.run)
    return made
