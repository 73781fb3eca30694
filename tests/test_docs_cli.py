"""docs/cli.md and docs/settings.md say what the program takes, no more and no less."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

from bot.cli import COMMANDS, parser
from bot.cli.words import HELP
from bot.settings import NAMES

DOCS = Path(__file__).parent.parent / "docs"


def commands(made: argparse.ArgumentParser, name: str = "") -> Iterator[tuple[str, set[str]]]:
    """Each command with its options."""
    groups = [one for one in made._actions if isinstance(one, argparse._SubParsersAction)]
    for group in groups:
        for word, sub in group.choices.items():
            yield from commands(sub, f"{name} {word}".strip())
    if not groups:
        options = {word for action in made._actions for word in action.option_strings}
        yield name, options - {"-h", "--help"}


def test_the_page_names_every_command_with_its_options() -> None:
    page = (DOCS / "cli.md").read_text("utf-8")
    told = {
        cells[0]: set(cells[1:])
        for row in re.findall(r"^\| (`[^|]+`) \|", page, re.M)
        for cells in [re.findall(r"`([^`]+)`", row)]
    }
    assert told == dict(commands(parser()))


def test_every_command_has_its_words() -> None:
    groups = {name.partition(" ")[0] for name in COMMANDS if " " in name}
    assert set(HELP) == {"hitotsubu", *COMMANDS, *groups}


def test_the_page_names_every_setting_with_its_default() -> None:
    page = (DOCS / "settings.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (?:`([^`]*)`|—) \| (yes|no) \|", page, re.M)
    assert {name: (default, secret == "yes") for name, default, secret in rows} == NAMES
