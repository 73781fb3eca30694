"""What the product shows in a chat, played once from end to end: each screen under a name.

The people are the sample company's; everything goes through the door and the strict fake.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any

from tests.drivers.screen import Person
from tests.drivers.slack import SlackDriver
from tests.drivers.teams import TeamsDriver
from tests.drivers.web import WebDriver
from tests.fakes.sample_cast import (
    EVENT,
    ITO,
    KATO,
    KOGA,
    MORI,
    NAKAMURA,
    QUESTION,
    SATO,
    TICKS,
    WIN,
)
from tests.screens import guard_scenes

Json = dict[str, Any]
NODE = os.environ.get("HITOTSUBU_SCREENS_NODE", "node")  # `make test-cards` sets it
ENGLISH = "en"


@dataclass
class Album:
    """Screens by name, in the order in which a person would meet them. A platform adds its own."""

    driver: SlackDriver | TeamsDriver | WebDriver
    pages: list[Json] = field(default_factory=list)

    def keep(self, name: str, person: Person, at: int = -1) -> None:
        """The screen that came last (`at` -1), as the platform got it."""
        self.add(name, person.screens[at].native)

    def add(self, name: str, native: Any) -> None:
        """One page, as its pictures are drawn from it."""
        raise NotImplementedError

    async def before_sharing(self, sato: Person) -> None:
        """Other ways to share than a line of text."""

    async def after_finding(self, mori: Person) -> None:
        """Other ways to ask than a line of text."""

    async def asks_for(self, kato: Person) -> None:
        """Opens the form of 聞き書き."""
        await kato.says("聞き書き")

    async def homes(self, people: dict[str, Person]) -> None:
        """The own pages of a member and of a promoter."""
        for name, who in (("home", SATO), ("home-promoter", KATO)):
            await people[who].says("ホーム")
            self.keep(name, people[who])

    async def english_form(self, ito: Person) -> None:
        """The empty form in English, where there is one."""


async def play(album: Album) -> list[Json]:
    """All scenes: the album's pages."""
    driver = album.driver
    people = {who: driver.person(who) for who in (SATO, KATO, ITO, KOGA, MORI, NAKAMURA)}
    await _welcome(album, people[ITO])
    case_id = await _share(album, people[SATO])
    await _review(album, people[NAKAMURA], case_id)
    await driver.house.embed()
    await _find(album, people[MORI], people[KATO], case_id)
    await _later(album, people, case_id)
    await _for_another(album, people[KATO], driver.person("fujii"))
    await album.homes(people)
    await _settings(album, people)
    await guard_scenes.play(album)
    await _english(album, people[ITO])
    return album.pages


async def _welcome(album: Album, ito: Person) -> None:
    await ito.says("はじめての方へ")
    album.keep("help", ito)
    await ito.says(EVENT)
    album.keep("stopped", ito)
    await ito.says("求む！事例")
    album.keep("wishes", ito)


async def _share(album: Album, sato: Person) -> str:
    await album.before_sharing(sato)
    await sato.says(WIN)
    album.keep("preview", sato)
    await sato.presses("共有する", declared=list(TICKS[:1]))
    album.keep("preview-incomplete", sato)
    await sato.presses("共有する", declared=list(TICKS), show_author="yes")
    album.keep("shared", sato)
    case_id = sato.value_of("取り下げる")
    await sato.says("下書き")
    album.keep("drafts", sato)
    return case_id


async def _review(album: Album, nakamura: Person, case_id: str) -> None:
    await nakamura.says("確認待ち")
    album.keep("review", nakamura)
    await nakamura.presses("全社に公開する", case_id)
    await nakamura.says("状態")
    album.keep("status", nakamura)
    await nakamura.says("名簿")
    album.keep("roster", nakamura)
    await nakamura.says("営業所")
    album.keep("offices", nakamura)


async def _find(album: Album, mori: Person, kato: Person, case_id: str) -> None:
    await mori.says(QUESTION)
    album.keep("found", mori)
    await kato.says(QUESTION)
    await kato.presses("試してみる", case_id)
    await kato.presses("話し合いにする", case_id)
    album.keep("discussion-preview", kato)
    await album.after_finding(mori)


async def _later(album: Album, people: dict[str, Person], case_id: str) -> None:
    """The question after 14 days, the digest, the reflection, the letter to the author."""
    house = album.driver.house
    kato, sato, ito = people[KATO], people[SATO], people[ITO]
    await ito.says(QUESTION)
    await ito.presses("試してみる", case_id)
    await house.go_to(11, 19)
    await kato.opens_mail()
    album.keep("how-was-it", kato)
    await kato.presses("うまくいった")
    album.keep("it-worked", kato)
    await house.go_to(11, 24)
    await sato.opens_mail()
    album.keep("letter-to-author", sato)
    await sato.says("振り返り")
    album.keep("reflection", sato)
    await house.go_to(12, 3)
    await kato.opens_mail()
    album.keep("digest", kato)
    await kato.presses("定例の資料にする")
    album.keep("digest-pack", kato)
    await kato.presses("営業所で共有", case_id)
    album.keep("office-preview", kato)
    await kato.presses("共有する", kato.value_of("共有する"))
    album.add("office-room", (await album.driver.room("kobe"))[-1].native)


async def _for_another(album: Album, kato: Person, fujii: Person) -> None:
    await fujii.says("ヘルプ")
    await album.asks_for(kato)
    album.keep("for-another-form", kato)
    await kato.presses("内容を確認する", member="fujii", text=WIN)
    await kato.presses("本人に確認をお願いする")
    await fujii.opens_mail()
    album.keep("for-another-asked", fujii)


async def _settings(album: Album, people: dict[str, Person]) -> None:
    await people[MORI].says("設定")
    album.keep("settings", people[MORI])


async def _english(album: Album, ito: Person) -> None:
    await ito.says("設定")
    await ito.presses("保存する", locale=ENGLISH)
    for name, words in (("help", "help"), ("settings", "settings")):
        await ito.says(words)
        album.keep(f"{name}-en", ito)
    await ito.says("I asked the secretary for a good time to call and the doctor talked to me.")
    album.keep("preview-en", ito)
    await album.english_form(ito)
    await ito.says("Any example of calling a doctor who takes no visits?")
    album.keep("found-en", ito)
