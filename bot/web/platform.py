"""The browser as a platform: what is sent to it lies in 受信箱, which reads the ledger."""

from __future__ import annotations

import json
from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp_jinja2
from aiohttp import web
from jinja2 import Environment, PackageLoader

from bot.conversation.events import Aside, Event, Pressed, Said
from bot.platform import Desk
from bot.views.elements import Card, from_json, to_json
from bot.web import (
    chat,
    company_days,
    exports,
    holds,
    library,
    mailbox,
    office,
    plans,
    review,
    sign_in,
    status,
)
from bot.web.attempts import Attempts
from bot.web.back import Back
from bot.web.entrance import by_session, by_switch
from bot.web.threads import Threads
from bot.web.visit import House
from bot.web.walls import Walls
from cases.errors import NotFound
from cases.library import Library

LOOPBACK = frozenset({"127.0.0.1", "localhost"})  # decision 31: the page without login
STATIC = Path(str(files("bot.web").joinpath("static")))
FILES = ("page.css", "page.js", "htmx.min.js", "htmx.LICENSE", "hitotsubu.svg")


class WebPlatform:
    """`bot.platform.Platform` for the browser. Call `prepare` once before the server starts.

    Where the library has an address for the pages, people sign in to them; else it is the page
    without login.
    """

    name = "web"

    def __init__(
        self, library: Library, desk: Desk, back: Back, attempts: Attempts | None = None
    ) -> None:
        self.desk = desk
        name = urlsplit(library.web_url).hostname
        self.walls = Walls(frozenset({name}) if name else LOOPBACK, public=name is not None)
        self.house = House(
            library=library,
            back=back,
            walls=self.walls,
            threads=Threads(),
            entrance=by_session if name else by_switch,
            attempts=attempts or Attempts(),
        )

    def prepare(self, app: web.Application) -> None:
        """Templates and walls for the application that serves `routes`."""
        app[aiohttp_jinja2.APP_KEY] = templates()
        app.middlewares.append(self.walls.middleware())

    def routes(self) -> list[web.RouteDef]:
        """All pages and the forms they post."""
        guard, house, desk = self.walls.guard, self.house, self.desk
        reads = {
            "/": chat.home,
            "/here": chat.here,
            "/mailbox": mailbox.mailbox,
            "/library": library.library,
            "/case/{id}": library.case,
            "/office": office.office,
            "/pack/{office}/{month}": office.pack,
            "/review": review.waiting,
            "/holds": holds.queues,
            "/holds/{month}.csv": holds.reconciliation,
            "/status": status.status,
            "/export/cases.{form}": exports.cases,
            "/export/audit.csv": exports.audit,
            "/schedule": plans.listing,
            "/schedule/{kind}": plans.form,
            "/schedule/{kind}/try": plans.rehearsal,
            "/calendar": company_days.form,
        }
        forms = {
            "/switch": chat.switch,
            "/language": chat.language,
            "/move": chat.move,
            "/schedule/{kind}": plans.change,
            "/schedule/{kind}/do": plans.do,
            "/calendar": company_days.change,
        }
        asks = {"/say": chat.say, "/press": chat.press}
        if self.walls.public:
            reads |= {"/sign-in": sign_in.how, "/sign-in/{link}": sign_in.button}
            forms |= {"/sign-in": sign_in.redeem, "/sign-out": sign_in.out}
        return [
            *(web.get(path, guard(partial(page, house))) for path, page in reads.items()),
            *(web.post(path, guard(partial(form, house))) for path, form in forms.items()),
            *(web.post(path, guard(partial(ask, house, desk))) for path, ask in asks.items()),
            web.get("/static/{name}", guard(static)),
        ]

    def read(self, raw: dict[str, Any]) -> Event | None:
        """What a form posted, as a neutral event; None for something else."""
        if "action" in raw:
            return Pressed(
                user=raw["user"],
                action=raw["action"],
                value=raw.get("value", ""),
                place={},
                fields=raw.get("fields", {}),
                card=raw.get("card", ""),
            )
        return Said(raw["user"], raw["text"], {}) if "text" in raw else None

    def render(self, card: Card, aside: Aside | None = None) -> bytes:
        """The card's neutral elements as JSON: the bytes that the ledger freezes."""
        return json.dumps(to_json(card), ensure_ascii=False, separators=(",", ":")).encode()

    async def email_of(self, credentials: dict[str, Any], user: str) -> str:
        """Nobody can be looked up by a page: its people come from the roster."""
        return ""

    async def send(
        self, credentials: dict[str, Any], address: dict[str, Any], payload: bytes, key: str
    ) -> str:
        """A receipt at once: the letter is in the ledger, and 受信箱 shows it from there."""
        return f"web/{key}"

    async def replace(
        self, credentials: dict[str, Any], address: dict[str, Any], receipt: str, payload: bytes
    ) -> None:
        """Nothing to do: a page that is open changes by the answer to its own form."""

    async def remove(self, credentials: dict[str, Any], receipt: str) -> None:
        """Nothing to do: one row of the ledger is one letter, there are no extra copies."""

    async def start(self) -> None:
        """Nothing: `prepare` did it all."""

    async def close(self) -> None:
        """Nothing is under way: a page's answer waits in its own response."""

    async def look_back(
        self,
        credentials: dict[str, Any],
        address: dict[str, Any],
        payload: bytes,
        key: str,
        since: float,
    ) -> list[str] | None:
        """Always there: sending to the mailbox cannot be half done."""
        return [f"web/{key}"]


@cache
def templates() -> Environment:
    """The pages' templates; each is compiled once in a process, when it is first shown."""
    return Environment(loader=PackageLoader("bot.web"), trim_blocks=True, autoescape=True)


def open_card(payload: bytes) -> Card:
    """The card in the bytes of `render`."""
    return from_json(json.loads(payload))


async def static(request: web.Request) -> web.StreamResponse:
    """One of the page's own files; nothing else can be named."""
    name = request.match_info["name"]
    if name not in FILES:
        raise NotFound
    response = web.FileResponse(STATIC / name)
    response.headers["Cache-Control"] = "no-cache"  # asked again each time, answered 304
    return response
