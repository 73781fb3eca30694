"""Who is looking at a page, and what every page shows around its own part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import aiohttp_jinja2
from aiohttp import web
from markupsafe import Markup

from bot.views.elements import Card
from bot.views.words import month_words, say
from bot.web.back import Back, Letter, Person
from bot.web.html import Frame, card_html
from bot.web.threads import Thread, Threads
from bot.web.walls import LOCALE, SESSION, Walls, new_session, set_cookie
from bot.web.words import day_words
from cases import members, months
from cases.errors import NotFound
from cases.library import Library
from cases.models.org import Member
from cases.roles import REVIEWERS
from cases.scope import Scope

WHO = "hitotsubu_who"


@dataclass(frozen=True, slots=True)
class House:
    """What all pages are made with, once."""

    library: Library
    back: Back
    walls: Walls
    threads: Threads


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of one member. `now` is the company's time, which the tour may have moved."""

    house: House
    request: web.Request
    session: str
    people: list[Person]
    member: Member
    scope: Scope
    locale: str
    now: datetime
    _letters: list[list[Letter]] = field(default_factory=list)  # read once, when first asked for

    @property
    def thread(self) -> Thread:
        """What was said in this browser as this member."""
        return self.house.threads.of(self.session, self.member.id)

    @property
    def reviews(self) -> bool:
        """True for those who approve cases for the whole company."""
        return not self.scope.roles.isdisjoint(REVIEWERS)

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
    """The visit of a request. Raises NotFound where nobody is there to act."""
    people = await house.back.people()
    chosen = request.cookies.get(WHO, "")
    known = [person.member_id for person in people]
    if not known:
        raise NotFound
    member_id = chosen if chosen in known else known[0]
    company = Scope(house.back.company_id)
    async with house.library.db.transaction(company) as shelf:
        member = await shelf.people.member(member_id)
        now = shelf.now
    if member is None:
        raise NotFound
    session = request.cookies.get(SESSION) or new_session()
    return Visit(
        house, request, session, people, member, members.scope_of(member), member.locale, now
    )


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
        "unread": sum(not letter.read for letter in letters),
        "letters": letters,
    }
    response = aiohttp_jinja2.render_template(
        template, visit.request, {**around, **found}, status=status
    )
    remember(response, visit)
    return response


def remember(response: web.StreamResponse, visit: Visit) -> None:
    """Sets the session and, for error pages, the language."""
    set_cookie(response, SESSION, visit.session)
    set_cookie(response, LOCALE, visit.locale)


def _menu(visit: Visit) -> list[tuple[str, str]]:
    """At most four words; those who approve see 確認待ち in place of 受信箱."""
    second = ("/review", "review") if visit.reviews else ("/mailbox", "mailbox")
    rows = [("/", "home"), second, ("/library", "library"), ("/office", "office")]
    return [(path, visit.words(f"web.menu_{name}")) for path, name in rows]
