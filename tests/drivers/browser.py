"""The page's door in a real chromium: people type, tick and click, and htmx changes the page."""

from __future__ import annotations

import json
import shutil
from typing import Any

from tests.drivers.html import read, screen_of
from tests.drivers.screen import Fields, Key, Person, Screen
from tests.fakes.house import House
from tests.fakes.sample_cast import KATO

CHROMIUM = shutil.which("chromium") or ""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
]
COUNT = """document.addEventListener('hitotsubu', () => {
  const page = document.documentElement;
  page.dataset.answers = Number(page.dataset.answers || 0) + 1;
})"""
SHOWN = """() => [...document.querySelectorAll('#thread .card, #sheet[open] .card, .letter .card')]
  .filter(card => card.checkVisibility()).map(card => card.outerHTML)"""
NOTES = "() => [...document.querySelectorAll('.said')].map(said => said.innerText).filter(Boolean)"
POSTS = "() => [...document.querySelectorAll('[id^=card-post-]')].map(card => card.outerHTML)"
NEW = "() => [...document.querySelectorAll('.letter.new .card')].map(card => card.outerHTML)"


class BrowserDriver:
    """One window for each person, as wide as a phone. `chromium` is playwright's, started."""

    def __init__(self, house: House, url: str, chromium: Any) -> None:
        self.house = house
        self.url = url
        self.chromium = chromium
        self.windows: dict[str, Any] = {}

    def person(self, who: str) -> Person:
        return Person(self, who)

    async def say(self, who: str, text: str) -> list[Screen]:
        page = await self._open(who, "/")
        before = await _seen(page)
        await page.fill("#text", text)
        await _answered(page, page.locator("#box button.primary"))
        return await self._changed(page, before)

    async def press(self, who: str, screen: Screen, key: Key, fields: Fields) -> list[Screen]:
        """A button in the open sheet, or one of the page, read anew."""
        page = self.windows[who]
        name = f"[id='{screen.native.attributes['id']}']"
        if not await page.locator(f"#sheet[open] {name}").count():
            await self._open(who, screen.place)
        card = page.locator(name)
        before = await _seen(page)
        await _fill(card, fields)
        value = json.dumps(key.native.attributes["value"])
        button = card.locator(f"button[name=press][value={value}]")
        await _unfold(button)
        await _answered(page, button)
        return await self._changed(page, before)

    async def mail(self, who: str) -> list[Screen]:
        await self.house.settle()
        page = await self._open(who, "/mailbox")
        return [_screen(html, "/mailbox") for html in reversed(await page.evaluate(NEW))]

    async def room(self, office: str) -> list[Screen]:
        await self.house.settle()
        assert office == "kobe"
        page = await self._open(KATO, "/office")
        return [_screen(html, "/office") for html in await page.evaluate(POSTS)]

    async def _changed(self, page: Any, before: list[str]) -> list[Screen]:
        """What is on the page now and was not before; notes below buttons are texts alone."""
        await self.house.settle()
        place = await page.evaluate("location.pathname")
        cards = [_screen(html, place) for html in reversed(await page.evaluate(SHOWN))]
        notes = [Screen(text, ()) for text in await page.evaluate(NOTES)]
        return [one for one in [*cards, *notes] if _marks(one) not in before]

    async def _open(self, who: str, path: str) -> Any:
        if who not in self.windows:
            await self._act_as(who)
        page = self.windows[who]
        await page.goto(path)
        return page

    async def _act_as(self, who: str) -> None:
        context = await self.chromium.new_context(
            base_url=self.url, viewport={"width": 390, "height": 844}
        )
        page = self.windows[who] = await context.new_page()
        await page.add_init_script(COUNT)
        await page.goto("/")
        await page.click(f".people button[value={who}]")


async def _seen(page: Any) -> list[str]:
    cards = [_marks(_screen(html, "")) for html in await page.evaluate(SHOWN)]
    return [*cards, *await page.evaluate(NOTES)]


async def _answered(page: Any, button: Any) -> None:
    """Clicks and waits until the page's script has taken the answer in."""
    done = int(await page.get_attribute("html", "data-answers") or 0)
    await button.click()
    await page.wait_for_selector(f"html[data-answers='{done + 1}']")


async def _fill(card: Any, fields: Fields) -> None:
    for key, chosen in fields.items():
        values = [chosen] if isinstance(chosen, str) else chosen
        boxes = card.locator(f"[name='f.{key}'], [name='l.{key}'][type=checkbox]")
        for box in await boxes.all():
            if await box.get_attribute("type") not in ("checkbox", "radio"):
                await box.fill(values[0])
            elif (await box.get_attribute("value") in values) != await box.is_checked():
                await _unfold(box)
                await box.locator("xpath=ancestor::label").click()


async def _unfold(element: Any) -> None:
    """Opens what the element is folded into."""
    for fold in await element.locator("xpath=ancestor::details[not(@open)]").all():
        await fold.locator("summary").first.click()


def _screen(html: str, place: str) -> Screen:
    return screen_of(read(html).one("article"), place)


def _marks(screen: Screen) -> str:
    """A card's words and buttons, as one text to compare."""
    return screen.text + "".join(f"\n{key.action} {key.value}" for key in screen.keys)
