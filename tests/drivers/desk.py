"""The neutral door: raw web events straight to reception, letters from 受信箱."""

from __future__ import annotations

from itertools import count

from bot.conversation.events import Reply
from bot.views.elements import Actions, Card, plain
from cases import sample
from tests.drivers.screen import Fields, Key, Person, Screen
from tests.fakes.house import House


class DeskDriver:
    """Keeps and handles as the page does, without its HTML."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.numbers = count()
        self.read: set[str] = set()

    def person(self, who: str) -> Person:
        return Person(self, who)

    async def say(self, who: str, text: str) -> list[Screen]:
        return await self._ask({"user": who, "text": text})

    async def press(self, who: str, screen: Screen, key: Key, fields: Fields) -> list[Screen]:
        shown: dict[str, str | list[str]] = {
            one.key: one.value if isinstance(one.value, str) else list(one.value)
            for one in screen.native.fields
        }
        raw = {"user": who, "action": key.action, "value": key.value, "fields": shown | fields}
        return await self._ask(raw)

    async def mail(self, who: str) -> list[Screen]:
        await self.house.settle()
        letters = await self.house.hub.pages.letters(sample.COMPANY, who)
        fresh = [letter for letter in letters if letter.id not in self.read]
        self.read |= {letter.id for letter in letters}
        return [screen_of(letter.card) for letter in reversed(fresh)]

    async def room(self, office: str) -> list[Screen]:
        await self.house.settle()
        posts = await self.house.hub.pages.posts(sample.COMPANY, office)
        return [screen_of(post.card) for post in posts]

    async def _ask(self, raw: dict[str, object]) -> list[Screen]:
        replies = await self.replies(raw)
        return [screen_of(reply.card) for reply in replies]

    async def replies(self, raw: dict[str, object]) -> list[Reply]:
        """What the desk answers to one raw event, each of which is new."""
        reception = self.house.hub.reception
        kept = await reception.keep("web", "local", f"e{next(self.numbers)}", raw)
        assert kept is not None
        found = await reception.handle(kept, direct=True)
        await self.house.settle()
        return found


def screen_of(card: Card) -> Screen:
    """A neutral card as its reader sees it."""
    keys = []
    for part in card.parts:
        if isinstance(part, Actions):
            keys += [Key(one.label, one.action, one.value) for one in (*part.buttons, *part.more)]
    if card.submit:
        keys.append(Key(card.submit.label, card.submit.action, card.submit.value))
    return Screen(plain(card), tuple(keys), card)
