"""The terminal's door: the conversation of `hitotsubu console`, and the commands beside it."""

from __future__ import annotations

import asyncio
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout

from bot import cli, encoders
from bot.cli import import_cases
from bot.cli.console import open_console
from bot.console import Terminal, buttons, filled, printed
from bot.views.elements import Button, Card
from cases import sample
from cases.embedding.word_vectors import for_search
from tests.drivers.screen import Fields, Key, Person, Screen
from tests.fakes.house import DatedDatabase, House


class TerminalDriver:
    """People type lines and numbers; letters and the office's board are printed as cards."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.terminal = Terminal(house.hub.reception, "story")
        self.read: set[str] = set()

    @classmethod
    async def open(cls, house: House, people: list[str]) -> TerminalDriver:
        """The terminal with these people known to it."""
        await open_console(house.hub, people)
        return cls(house)

    def person(self, who: str) -> Person:
        return Person(self, who)

    async def say(self, who: str, text: str) -> list[Screen]:
        return await self._shown(await self.terminal.say(who, text))

    async def press(self, who: str, screen: Screen, key: Key, fields: Fields) -> list[Screen]:
        """The number of a button, after the fields of its card."""
        found = {**filled(screen.native), **fields}
        return await self._shown(await self.terminal.press(who, key.native, found))

    async def mail(self, who: str) -> list[Screen]:
        await self.house.settle()
        letters = await self.house.hub.pages.letters(sample.COMPANY, who)
        fresh = [letter for letter in letters if letter.id not in self.read]
        self.read |= {letter.id for letter in letters}
        return [_screen(letter.card) for letter in reversed(fresh)]

    async def room(self, office: str) -> list[Screen]:
        await self.house.settle()
        posts = await self.house.hub.pages.posts(sample.COMPANY, office)
        return [_screen(post.card) for post in posts]

    async def types(self, *words: str) -> str:
        """What a `hitotsubu` command prints on the machine of the house; it must end well."""
        out = io.StringIO()
        with _at_home(self.house), redirect_stdout(out), redirect_stderr(out):
            code = await asyncio.to_thread(cli.call, words)
        assert code == 0, out.getvalue()
        return out.getvalue()

    async def _shown(self, cards: list[Card]) -> list[Screen]:
        await self.house.settle()
        return [_screen(card) for card in cards]


def _screen(card: Card) -> Screen:
    keys = tuple(_key(button) for button in buttons(card))
    return Screen(printed(card), keys, card)


def _key(button: Button) -> Key:
    return Key(button.label, button.action, button.value, button)


@contextmanager
def _at_home(house: House) -> Iterator[None]:
    """The settings and the date of the house, and its encoder, for commands in this process."""
    environ = {
        "HITOTSUBU_DATABASE_URL": f"sqlite:///{house.path}",
        "HITOTSUBU_VAR": str(house.path.parent),
        "LANG": "ja_JP.UTF-8",
    }
    places = [
        (encoders, "Database", DatedDatabase),
        (encoders, "BundledEncoder", lambda: house.encoder),
        (import_cases.Crew, "_load", lambda _crew: for_search(house.encoder)),  # no torch
    ]
    before = [(owner, name, getattr(owner, name)) for owner, name, _ in places]
    kept = {name: os.environ.get(name) for name in environ}
    try:
        os.environ.update(environ)
        for owner, name, value in places:
            setattr(owner, name, value)
        yield
    finally:
        for owner, name, value in before:
            setattr(owner, name, value)
        for name, old in kept.items():
            os.environ.pop(name) if old is None else os.environ.update({name: old})
