"""Who is looking at a page, and what every page shows around its own part."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import aiohttp_jinja2
from aiohttp import web
from markupsafe import Markup

from bot.views.elements import Card
from bot.views.words import day_words, month_words, say
from bot.web.attempts import Attempts
from bot.web.back import Back, Letter, Person
from bot.web.html import Frame, card_html
from bot.web.threads import Thread, Threads
from bot.web.walls import SESSION, Walls, new_session
from cases import members, months, rights
from cases.library import Library
from cases.models.org import Member
from cases.rights import Action
from cases.scope import Scope

WHO = "hitotsubu_who"
HOLDS = (Action.COMPLIANCE, Action.SAFETY)
Entrance = Callable[["House", web.Request], Awaitable["Visit"]]


@dataclass(frozen=True, slots=True)
class House:
    """What all pages are made with, once."""

    library: Library
    back: Back
    walls: Walls
    threads: Threads
    entrance: Entrance
    attempts: Attempts


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of one member. `now` is the company's time, which the tour may have moved."""

    house: House
    request: web.Request
    session: str
    team: str  # the external id of the web workspace, for Desk.keep
    people: list[Person]  # of the switch; empty where people sign in
    member: Member
    scope: Scope
    locale: str
    now: datetime
    sample: bool  # a company in which everything is made up
    _letters: list[list[Letter]] = field(default_factory=list)  # read once, when first asked for

    @property
    def thread(self) -> Thread:
        """What was said in this browser to this member with these rights."""
        return self.house.threads.of(self.session, self.scope)

    @property
    def reviews(self) -> bool:
        """True for those who approve cases for the whole company."""
        return rights.may(self.scope, Action.REVIEW)

    def may(self, action: str) -> bool:
        """For templates: whether a right of the table is this person's."""
        return rights.may(self.scope, Action(action))

    @property
    def signed_in(self) -> bool:
        """False on the page without login."""
        return self.house.walls.public

    @property
    def quick(self) -> bool:
        """True where htmx changes the page in place; without scripts a page follows a form."""
        return self.request.headers.get("HX-Request") == "true"

    def words(self, key: str, **values: object) -> str:
        """A sentence in the member's language."""
        return say(self.locale, key, **values)

    def day(self, moment: datetime | date) -> str:
        """11/5(木), the day in Japan."""
        day = months.day_of(moment) if isinstance(moment, datetime) else moment
        return day_words(day, self.locale)

    def card(self, card: Card, card_id: str, swap: str = "") -> Markup:
        """A card as HTML with a form of its own."""
        frame = Frame(card_id, self.locale, self.house.walls.token(self.session), new_session())
        return card_html(card, frame, swap=swap)

    async def letters(self) -> list[Letter]:
        """The member's letters, newest first, as they were when this was first asked."""
        if not self._letters:
            found = await self.house.back.letters(self.scope.company_id, self.member.id)
            self._letters.append(found)
        return self._letters[0]


async def enter(house: House, request: web.Request) -> Visit:
    """The visit of a request. Raises what the entrance raises (bot/web/entrance.py)."""
    return await house.entrance(house, request)


async def page(
    visit: Visit, template: str, found: Mapping[str, Any], *, status: int = 200
) -> web.Response:
    """A whole page: its own part with the frame around it, and the cookies it stands on."""
    letters = await visit.letters()
    around = {
        "visit": visit,
        "locale": visit.locale,
        "say": visit.words,
        "day": visit.day,
        "month": lambda month: month_words(month, visit.locale),
        "csrf": visit.house.walls.token(visit.session),
        "key": new_session(),
        "path": visit.request.path_qs,
        "menu": _menu(visit),
        "more": _more(visit),
        "name": members.shown_name(visit.member, visit.locale),
        "sample": visit.sample,
        "unread": sum(not letter.read for letter in letters),
        "letters": letters,
    }
    response = aiohttp_jinja2.render_template(
        template, visit.request, {**around, **found}, status=status
    )
    remember(response, visit)
    return response


def remember(response: web.StreamResponse, visit: Visit) -> None:
    """Sets the language, for error pages; and the session, where nobody signs in."""
    walls = visit.house.walls
    walls.keep(response, walls.locale, visit.locale)
    if not visit.signed_in:
        walls.keep(response, SESSION, visit.session)


def _menu(visit: Visit) -> list[tuple[str, str]]:
    """At most four words; those who approve see 確認待ち in place of 受信箱, and who only runs or
    audits it is not led to cases."""
    second = ("/review", "review") if visit.reviews else ("/mailbox", "mailbox")
    rows = [("/", "home"), second]
    if rights.may(visit.scope, Action.SEARCH):
        rows += [("/library", "library"), ("/office", "office")]
    return [(path, visit.words(f"web.menu_{name}")) for path, name in rows]


def _more(visit: Visit) -> list[tuple[str, str]]:
    """What stands at the foot of each page: nothing that would be refused."""
    rows = [
        ("/mailbox", "web.menu_mailbox", visit.reviews),
        ("/holds", "holds.page", any(rights.may(visit.scope, one) for one in HOLDS)),
        ("/schedule", "schedule.title", rights.may(visit.scope, Action.SCHEDULE)),
        ("/status", "status.title", True),
    ]
    return [(path, visit.words(key)) for path, key, shown in rows if shown]
