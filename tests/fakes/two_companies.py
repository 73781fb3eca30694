"""Two companies on one server with a public address, and browsers that sign in to their pages.

Both have the same people with the same ids; what is written in them tells one from the other.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http.cookies import Morsel
from pathlib import Path
from typing import Any

from aiohttp import DummyCookieJar
from aiohttp.test_utils import TestClient, TestServer

from bot import app
from bot.encoders import empty_index
from cases import sign_in
from cases.columns import Base
from cases.embedding.bundled import BundledEncoder
from cases.library import Library
from cases.models.case import Draft
from cases.models.loop import Wish
from cases.scope import Scope
from cases.search import Shelves
from cases.vocabulary import Status
from tests.fakes.cast import NOON, case_of, company_of, people_of
from tests.fakes.clocked import ClockedDatabase
from tests.fakes.house import settings_of

HOST = "pages.example"
COMPANIES = ("c1", "c2")
SECRET = {"c1": "アオゾラ計画", "c2": "ユウヤケ計画"}  # stands in everything that one of them has


@dataclass
class Site:
    """The server. `database.turn` moves its clock."""

    hub: app.Hub
    database: ClockedDatabase
    http: TestClient[Any, Any]

    def browser(self, **more: Any) -> Browser:
        return Browser(self.http, **more)

    async def link(self, who: str = "sato", company: str = "c1") -> str:
        """The path of a fresh link."""
        async with self.database.transaction(Scope(company)) as shelf:
            return sign_in.address("", await sign_in.link(shelf, who))

    async def signed_in(self, who: str = "sato", company: str = "c1", **more: Any) -> Browser:
        browser = self.browser(**more)
        assert await browser.sign_in(await self.link(who, company)) == 303
        return browser

    async def trail(self, company: str = "c1") -> list[tuple[str, str]]:
        async with self.database.transaction(Scope(company)) as shelf:
            return [(one.actor, one.what) for one in await shelf.audit.entries()]

    def routes(self, method: str) -> list[str]:
        """The paths of all pages, with ids that both companies have."""
        web: Any = self.hub.platforms["web"]
        found = [route.path for route in web.routes() if route.method == method]
        ids = {"id": "case", "office": "sendai", "month": "2026-10", "kind": "monthly_digest"}
        ids |= {"link": "c1.x", "name": "page.css"}
        return [re.sub(r"\{(\w+)\}", lambda part: ids.get(part[1], "csv"), path) for path in found]


@dataclass
class Answer:
    """One answer, whose redirect is not followed."""

    status: int
    text: str
    headers: dict[str, str]
    cookies: dict[str, Morsel[str]]

    @property
    def where(self) -> str:
        return self.headers.get("Location", "")


@dataclass
class Browser:
    """Keeps cookies as over https; `address` is what a proxy says of it."""

    http: TestClient[Any, Any]
    address: str = "203.0.113.7"
    cookies: dict[str, str] = field(default_factory=dict)
    text: str = ""  # of the page that was read last

    async def get(self, path: str, **headers: str) -> Answer:
        answer = await self._ask("GET", path, headers)
        self.text = answer.text
        return answer

    async def post(self, path: str, fields: dict[str, str], **headers: str) -> Answer:
        return await self._ask("POST", path, headers, fields)

    async def send(self, path: str, **fields: str) -> Answer:
        """A form of the page that was read last, with its token."""
        token = re.findall(r'name="csrf" value="(\w+)"', self.text)
        return await self.post(path, {"csrf": token[0] if token else "", "key": "k1", **fields})

    async def sign_in(self, link: str, **fields: str) -> int:
        """Opens the link and presses its button: the status of the answer."""
        await self.get(link)
        return (await self.press(link, **fields)).status

    async def press(self, link: str, **fields: str) -> Answer:
        return await self.send("/sign-in", link=link.rpartition("/")[2], **fields)

    async def _ask(
        self, method: str, path: str, more: dict[str, str], fields: dict[str, str] | None = None
    ) -> Answer:
        held = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Host": HOST, "X-Forwarded-For": self.address, "Cookie": held, **more}
        async with self.http.request(
            method, path, data=fields, headers=headers, allow_redirects=False
        ) as found:
            answer = Answer(
                found.status, await found.text(), dict(found.headers), dict(found.cookies)
            )
        for name, morsel in answer.cookies.items():
            self.cookies[name] = morsel.value
            if morsel["max-age"] == "0":
                del self.cookies[name]
        return answer


def rows_of(company: str) -> list[Base]:
    """A case of each reach, a draft and a wish, with the same ids in each company."""
    mine, word = {"company_id": company}, SECRET[company]
    return [
        case_of("case", **mine, title=f"{word}の事例"),
        case_of("waits", "kato", **mine, title=f"{word}の確認待ち", status=Status.OFFICE,
                release_asked_at=NOON),
        Draft(**mine, id="draft", author_id="sato", created_at=NOON, updated_at=NOON),
        Wish(**mine, id="wish", theme=word, asker_id="sato", state="open", asked_at=NOON),
    ]  # fmt: skip


async def settle(database: ClockedDatabase, company: str) -> None:
    """Brings the cast and what they wrote into a company."""
    async with database.transaction(Scope(company)) as shelf:
        shelf.session.add_all(company_of(company))
        (await shelf.people.company()).name = f"{SECRET[company]}製薬"
        await shelf.session.flush()
        for row in people_of(company):
            shelf.session.add(row)
            if row.__tablename__ == "member":
                row.name = f"{SECRET[company]}の{row.id}"
        await shelf.session.flush()
        shelf.session.add_all(rows_of(company))


@asynccontextmanager
async def site(
    empty: Path,
    folder: Path,
    encoder: BundledEncoder,
    address: str = f"https://{HOST}",
    environ: Mapping[str, str] | None = None,
) -> AsyncIterator[Site]:
    """The server over a copy of an empty, migrated database; `environ` may name another one."""
    path = folder / "two.db"
    shutil.copy(empty, path)
    found = settings_of(path, {"HITOTSUBU_PUBLIC_URL": address, **(environ or {})})
    database = ClockedDatabase(found.database_url)
    for company in COMPANIES:
        await settle(database, company)
    shelves = Shelves(database, empty_index, encoder)
    library = Library(database, found.ring(), encoder, shelves, found.public_url)
    hub = await app.build(found, library)
    server = TestServer(hub.web(await app._doors(hub, alone=False)))
    async with TestClient(server, cookie_jar=DummyCookieJar()) as http:
        yield Site(hub, database, http)
    await hub.close()
