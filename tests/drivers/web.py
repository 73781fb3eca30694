"""The page's door: its real HTML and forms over HTTP, as a browser without scripts has them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import ClientSession, CookieJar
from yarl import URL

from cases import sample
from tests.drivers.html import Node, filled, read, screen_of
from tests.drivers.screen import Fields, Key, Person, Screen
from tests.fakes.house import House
from tests.fakes.sample_cast import ABE, ITO, KATO, KOGA, OGAWA

MORE = (ABE, ITO, KOGA, OGAWA)


class WebDriver:
    """One browser for each person. Call `close` at the end."""

    def __init__(self, house: House, url: URL) -> None:
        self.house = house
        self.url = url
        self.browsers: dict[str, ClientSession] = {}

    def person(self, who: str) -> Person:
        return Person(self, who)

    async def say(self, who: str, text: str) -> list[Screen]:
        page = await self._open(who, "/")
        box = page.one("form", id="box")
        return await self._send(who, page, box, [*_without(filled(box), "text"), ("text", text)])

    async def press(self, who: str, screen: Screen, key: Key, fields: Fields) -> list[Screen]:
        """A link, or a button of the card as the page shows it now."""
        if key.native.tag == "a":
            page = await self._open(who, key.value)
            return [Screen(page.one("main").lines(), ())]
        page = await self._open(who, screen.place)
        card = page.one("article", id=screen.native.attributes["id"])
        form = card.one("form")
        pressed = ("press", key.native.attributes["value"])
        assert pressed[1] in [node.attributes.get("value") for node in form.all("button")]
        return await self._send(
            who, await self._open(who, "/"), form, [*filled(form, fields), pressed]
        )

    async def mail(self, who: str) -> list[Screen]:
        """受信箱: the letters that are marked as new."""
        await self.house.settle()
        page = await self._open(who, "/mailbox")
        letters = [one.one("article") for one in page.all("section") if "new" in _classes(one)]
        return [screen_of(one, "/mailbox") for one in reversed(letters)]

    async def room(self, office: str) -> list[Screen]:
        """What was shared on the office's page."""
        await self.house.settle()
        assert office == "kobe"
        posts = [
            one
            for one in (await self._open(KATO, "/office")).all("article")
            if one.attributes["id"].startswith("card-post-")
        ]
        return [screen_of(one, "/office") for one in posts]

    async def close(self) -> None:
        for browser in self.browsers.values():
            await browser.close()

    async def _send(
        self, who: str, before: Node, form: Node, posted: list[tuple[str, str]]
    ) -> list[Screen]:
        """Posts a form and gives the cards of the first screen that are new or changed."""
        known = {_as_it_is(one) for one in _cards(before)}
        browser = self.browsers[who]
        async with browser.post(form.attributes["action"], data=posted) as answer:
            page = read(await answer.text())
            assert answer.status == 200, page.lines()
        await self.house.settle()
        return [one for one in _cards(page) if _as_it_is(one) not in known]

    async def _open(self, who: str, path: str) -> Node:
        if who not in self.browsers:
            await self._act_as(who)
        async with self.browsers[who].get(path) as answer:
            page = read(await answer.text())
            assert answer.status == 200, page.lines()
        return page

    async def _act_as(self, who: str) -> None:
        """Takes the switch at the top of the page."""
        self.browsers[who] = ClientSession(self.url, cookie_jar=CookieJar(unsafe=True))
        page = await self._open(who, "/")
        (form,) = page.all("form", action="/switch", **{"class": "who"})
        await self._send(who, page, form, [*filled(form), ("who", who)])


@contextmanager
def more_people() -> Iterator[None]:
    """The switch names four people; others share, try the case or check what was held."""
    real = sample.CAST
    setattr(sample, "CAST", (*real, *MORE))  # noqa: B010  # mypy knows four
    try:
        yield
    finally:
        setattr(sample, "CAST", real)  # noqa: B010  # as above


def _cards(page: Node) -> list[Screen]:
    """The cards under the box, oldest first."""
    thread = page.one("div", id="thread")
    return [screen_of(one, "/") for one in reversed(list(thread.all("article")))]


def _as_it_is(one: Screen) -> tuple[object, ...]:
    """A card by its place on the page and what it shows: another one may look the same."""
    return one.native.attributes["id"], one.text, _pressable(one)


def _pressable(screen: Screen) -> tuple[tuple[str, str], ...]:
    return tuple((key.action, key.value) for key in screen.keys)


def _without(posted: list[tuple[str, str]], name: str) -> list[tuple[str, str]]:
    return [pair for pair in posted if pair[0] != name]


def _classes(node: Node) -> list[str]:
    return node.attributes.get("class", "").split()
