"""`hitotsubu console`: the conversation in a terminal, as somebody of the sample company."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from uuid import uuid4

from bot.app import Hub, build
from bot.cli.migrate import migrate
from bot.cli.seed import seed
from bot.cli.words import locale
from bot.console import NAME, TEAM, Terminal, buttons, filled, printed
from bot.encoders import open_library
from bot.settings import read
from bot.vault import connect
from bot.views.elements import Button, Card, Field, Kind
from bot.views.words import say
from cases import sample
from cases.errors import BadInput
from cases.models.org import Account
from cases.scope import Scope

MANY = (Kind.CHOICES, Kind.TICKS)


def add(parser: argparse.ArgumentParser) -> None:
    """`--as` one of the cast."""
    parser.add_argument(
        "--as", dest="who", default=sample.CAST[0], choices=sample.CAST, help="だれとして / who"
    )


def run(options: argparse.Namespace) -> int:
    """Talks until the end of input. Only the sample company: there is no login here."""
    settings = read()
    migrate(settings)
    asyncio.run(seed(settings))
    return asyncio.run(_talk(options.who))


async def _talk(who: str) -> int:
    settings = read()
    library = open_library(settings)
    hub = await build(settings, library)
    try:
        await open_console(hub)
        terminal = Terminal(hub.reception, uuid4().hex)
        print(say(locale(), "cli.console", name=who))
        shown: list[Card] = []
        while (line := await asyncio.to_thread(_line)) is not None:
            shown = await _turn(terminal, who, line, shown) or shown
            for card in shown:
                print(printed(card))
        return 0
    finally:
        await hub.close()


async def _turn(terminal: Terminal, who: str, line: str, shown: list[Card]) -> list[Card]:
    """A number presses a button of the last cards; everything else is said."""
    if not line.isdigit() or not shown:
        return await terminal.say(who, line) if line else []
    pairs = [(card, button) for card in shown for button in buttons(card)]
    if not 0 < int(line) <= len(pairs):
        return []
    card, button = pairs[int(line) - 1]
    return await terminal.press(who, button, await _fill(card, button))


async def _fill(card: Card, button: Button) -> dict[str, str | list[str]]:
    """Asks for the fields of the card when its main button is pressed; Enter keeps a value."""
    found = filled(card)
    if not (button.primary or button is card.submit):
        return found
    for field in card.fields:
        typed = await asyncio.to_thread(_line, _question(field))
        if typed:
            found[field.key] = _values(field, typed)
    return found


def _question(field: Field) -> str:
    words = " / ".join(f"{at}={choice.label}" for at, choice in enumerate(field.choices, 1))
    return f"{field.label} {words}: "


def _values(field: Field, typed: str) -> str | list[str]:
    """Numbers name choices, `1 2 3` several; other words are taken as they are."""
    if not field.choices:
        return typed
    numbers = [int(word) for word in typed.split() if word.isdigit()]
    chosen = [field.choices[n - 1].value for n in numbers if 0 < n <= len(field.choices)]
    return chosen if field.kind in MANY else next(iter(chosen), "")


def _line(prompt: str = "> ") -> str | None:
    """One line without its end; None at the end of input. A prompt only for a person."""
    if sys.stdin.isatty():
        print(prompt, end="", flush=True)
    line = sys.stdin.readline()
    return line.strip() if line else None


async def open_console(hub: Hub, people: Sequence[str] = sample.CAST) -> None:
    """Lets people of the sample company speak through the console. Raises BadInput elsewhere."""
    companies = {company.id: company for company in await hub.library.db.directory.companies()}
    if sample.COMPANY not in companies:
        raise BadInput("only_sample")
    db = hub.library.db
    workspace_id = await connect(db, hub.library.ring, sample.COMPANY, NAME, TEAM, {})
    async with db.transaction(Scope(sample.COMPANY)) as shelf:
        for who in people:
            if await shelf.people.account(workspace_id, who) is None:
                shelf.people.add(
                    Account(
                        company_id=sample.COMPANY,
                        workspace_id=workspace_id,
                        user=who,
                        member_id=who,
                        address={"member": who},
                    )
                )
