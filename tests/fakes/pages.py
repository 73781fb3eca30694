"""A small company behind the pages: two offices, four people, and a desk that answers by script."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import CookieJar, web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import create_engine

import scheduler.models  # noqa: F401  # inbox and ledger tables
from bot.conversation.events import Reply
from bot.platform import Kept
from bot.views.elements import Card, Text
from bot.web.back import Letter, Moved, Person, Step
from bot.web.platform import WebPlatform
from cases.columns import Base
from cases.db import Database
from cases.errors import NotAllowed
from cases.index.memory import MemoryIndex
from cases.index.vectors import common_of
from cases.library import Library
from cases.models.case import Case
from cases.models.loop import Trial, Wish
from cases.models.org import Company, Member, Office
from cases.scope import Scope
from cases.search import Shelves

COMPANY = "c1"
NOW = datetime(2026, 11, 5, 1, tzinfo=UTC)  # Thu 2026-11-05 10:00 JST
ATTACK = """<script>alert('x')</script>"onmouseover=alert(1) {{7*7}}"""


@dataclass
class FakeBack:
    """Letters, people and the tour's date from memory."""

    db: Database
    company_id: str = COMPANY
    team: str = "local"
    inbox: list[Letter] = field(default_factory=list)
    room: list[Letter] = field(default_factory=list)
    read: list[str] = field(default_factory=list)
    moves: list[Step] = field(default_factory=list)
    day: date | None = date(2026, 11, 5)
    rows: list[tuple[str, str]] = field(default_factory=lambda: [("意味の索引", "120/120件")])

    async def people(self) -> list[Person]:
        return [
            Person("sato", "佐藤(MR)", "Sato (MR)"),
            Person("kato", "加藤(推進メンバー)", "Kato (Promoter)"),
            Person("mori", "森(グループマネジャー)", "Mori (Group manager)"),
            Person("hq", "事務局", "Head office"),
        ]

    async def letters(self, company_id: str, member_id: str) -> list[Letter]:
        return self.inbox if member_id == "sato" else []

    async def mark_read(self, company_id: str, member_id: str, letter_ids: list[str]) -> None:
        self.read += letter_ids

    async def answered(self, company_id: str, member_id: str, letter_id: str, card: Card) -> None:
        self.inbox = [replace(one, card=card) if one.id == letter_id else one for one in self.inbox]

    async def posts(self, company_id: str, office_id: str) -> list[Letter]:
        return self.room

    async def speak(self, company_id: str, member_id: str, locale: str) -> None:
        async with self.db.transaction(Scope(company_id, member_id)) as shelf:
            member = await shelf.people.member(member_id)
            assert member is not None
            member.locale = locale

    async def status(self, company_id: str, locale: str) -> list[tuple[str, str]]:
        return self.rows

    async def today(self, company_id: str) -> date | None:
        return self.day

    async def move(self, company_id: str, step: Step) -> Moved:
        if self.day is None:
            raise NotAllowed
        self.moves.append(step)
        self.day += timedelta(days=14)
        return Moved(self.day, 2)


@dataclass
class FakeDesk:
    """Keeps each form once and answers from `replies`, by action or, for a text, by "said"."""

    replies: dict[str, list[Reply]] = field(default_factory=dict)
    kept: dict[str, dict[str, Any]] = field(default_factory=dict)
    broken: bool = False  # cannot keep
    lost: bool = False  # keeps, and cannot answer

    async def keep(
        self, platform: str, team: str, external_id: str, raw: dict[str, Any]
    ) -> Kept | None:
        if self.broken:
            raise OSError("disk full")
        fresh = external_id not in self.kept
        self.kept.setdefault(external_id, raw)
        return Kept(COMPANY, "w1", external_id, fresh=fresh)

    async def locale(self, kept: Kept, user: str) -> str:
        return "ja"

    async def handle(
        self, kept: Kept, *, direct: bool = False, more: dict[str, Any] | None = None
    ) -> list[Reply]:
        assert direct
        if self.lost:
            raise OSError("the database went away")
        return self.replies.get(self.kept[kept.event_id].get("action", "said"), [])

    async def credentials(self, workspace_id: str, company_id: str) -> dict[str, Any]:
        return {}

    @property
    def events(self) -> list[dict[str, Any]]:
        return list(self.kept.values())


@dataclass
class Pages:
    """The pages on a real port, and a browser without scripts."""

    client: TestClient[web.Request, web.Application]
    back: FakeBack
    desk: FakeDesk
    db: Database
    csrf: str = ""
    key: str = ""

    async def get(self, path: str, **more: Any) -> tuple[int, str]:
        response = await self.client.get(path, **more)
        text = await response.text()
        self.csrf = (re.findall(r'name="csrf" value="(\w+)"', text) or [self.csrf])[0]
        self.key = (re.findall(r'name="key" value="(\w+)"', text) or [self.key])[0]
        return response.status, text

    async def post(
        self, path: str, *, quick: bool = False, at: str = "/", **fields: Any
    ) -> tuple[int, str]:
        """A form of the page `at`, with its token and key unless others are given."""
        if not self.csrf:
            await self.get("/")
        sent = {"csrf": self.csrf, "key": self.key, **fields}
        url = str(self.client.make_url(at))
        headers = {"HX-Request": "true", "HX-Current-URL": url} if quick else {}
        response = await self.client.post(path, data=sent, headers=headers)
        self.trigger = response.headers.get("HX-Trigger-After-Settle", "")
        return response.status, await response.text()

    async def act_as(self, member_id: str, locale: str = "ja") -> None:
        await self.post("/switch", who=member_id)
        await self.post("/language", locale=locale)


@asynccontextmanager
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    """The pages over a small company in an SQLite file, copied from one that was made once."""
    path = tmp_path / "pages.db"
    await _copy(path)
    db = Database(f"sqlite:///{path}")
    back, desk = FakeBack(db), FakeDesk()
    shelves = Shelves(db, lambda _company, _model, size: MemoryIndex(common_of("", size)), None)
    platform = WebPlatform(Library(db, None, None, shelves), desk, back)  # type: ignore[arg-type]  # pages need no more of it
    app = web.Application()
    platform.prepare(app)
    app.add_routes(platform.routes())
    async with TestClient(TestServer(app), cookie_jar=CookieJar(unsafe=True)) as client:
        yield Pages(client, back, desk, db)
    await db.close()


_MADE: dict[str, bytes] = {}


async def _copy(path: Path) -> None:
    if not _MADE:
        engine = create_engine(f"sqlite:///{path}")
        Base.metadata.create_all(engine)
        engine.dispose()
        db = Database(f"sqlite:///{path}")
        await _company(db)
        await db.close()
        _MADE["first"] = await asyncio.to_thread(path.read_bytes)
    await asyncio.to_thread(path.write_bytes, _MADE["first"])


async def _company(db: Database) -> None:
    async with db.transaction(Scope(COMPANY)) as shelf:
        shelf.people.add(Company(id=COMPANY, name="サンプル製薬", sample=True, settings={}))
        await shelf.people.flush()
        shelf.people.add(
            Office(company_id=COMPANY, id="sendai", name="仙台営業所", name_en="Sendai Office"),
            Office(company_id=COMPANY, id="kobe", name="神戸営業所", name_en="Kobe Office"),
        )
        await shelf.people.flush()
        shelf.people.add(*_members())
        shelf.cases.add(*_cases())
        shelf.loop.add(*_trials(shelf.now))
        shelf.loop.add(
            Wish(company_id=COMPANY, id="w1", theme="急ぎの改訂の伝え方", asker_id="sato",
                 filters={}, state="open", asked_at=shelf.now)
        )  # fmt: skip


def _members() -> list[Member]:
    cast = [
        ("sato", "佐藤 恵", "sendai", ["member"]),
        ("kato", "加藤 誠", "kobe", ["member", "promoter"]),
        ("mori", "森 修", "kobe", ["manager"]),
        ("hq", "中村 遥", None, ["hq_admin"]),
        *((f"mr{n}", f"社員 {n}", "kobe", ["member"]) for n in range(5)),
    ]
    return [
        Member(company_id=COMPANY, id=id_, name=name, name_en=id_.title(), office_id=office,
               roles=roles, locale="ja")
        for id_, name, office, roles in cast
    ]  # fmt: skip


def _cases() -> list[Case]:
    rows = [
        ("k1", "kato", "kobe", "朝の3択で会える", "company", ["f2f_visit"], ["cardiology"]),
        ("k2", "kato", "kobe", ATTACK, "company", ["mr_email"], []),
        ("k3", "mr1", "kobe", "承認を待つ事例", "office", ["mr_email"], []),
        ("s1", "sato", "sendai", "電話を夕方にした", "company", ["phone"], []),
    ]
    return [
        Case(
            company_id=COMPANY, id=id_, author_id=author, office_id=office, title=title,
            action="聞きたいことを3択でうかがった", result="「無駄がない」と言っていただいた",
            details={}, channels=channels, area=area, status=status, sample=True,
            release_asked_at=NOW if status == "office" else None,
            shared_at=NOW - timedelta(days=number), changed_at=NOW,
        )
        for number, (id_, author, office, title, status, channels, area) in enumerate(rows)
    ]  # fmt: skip


def _trials(now: datetime) -> list[Trial]:
    return [
        Trial(company_id=COMPANY, case_id="s1", member_id=member, office_id="kobe",
              state="worked", opened_at=now - timedelta(days=3), answered_at=now)
        for member in ("mr1", "mr2")
    ]  # fmt: skip


def letter(card: Card | None = None, *, letter_id: str = "l1", read: bool = False) -> Letter:
    """A letter that came on 11/5."""
    return Letter(letter_id, "note", NOW, card or Card((Text("届きました"),)), read)
