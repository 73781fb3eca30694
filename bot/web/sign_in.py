"""サインイン: a link from chat shows a button, the button opens a session; and signing out.

Looking at a link does not use it up: chats and mail scanners look at what people are sent.
"""

from __future__ import annotations

from typing import Any

import aiohttp_jinja2
from aiohttp import web

from bot.views.words import say
from bot.web.attempts import Step, address_of
from bot.web.entrance import by_session
from bot.web.links import own_path
from bot.web.visit import House, Visit
from bot.web.walls import LONGEST, SIGNED_IN, Refused, SignedOut, new_session
from cases import sign_in, tickets
from cases.scope import Scope
from cases.sign_in import SignedIn, Why
from cases.tickets import Ticket

NEXT = "__Host-hitotsubu_next"  # where somebody wanted to go before they signed in
WAIT = 1800  # seconds that this is remembered
LONGEST_PATH = 1000  # characters


async def how(house: House, request: web.Request) -> web.StreamResponse:
    """How to get a link; whoever is signed in goes on at once."""
    where = _where(request.query.get("next", ""))
    if await _visit(house, request) is not None:
        return _on(where)
    told = "sign_in.out" if "out" in request.query else "sign_in.how"
    response = _page(house, request, {"told": told})
    if where != "/":
        house.walls.keep(response, NEXT, where, WAIT)
    return response


async def button(house: House, request: web.Request) -> web.StreamResponse:
    """The button of a link, whatever the link is: only pressing tells whether it opens."""
    session = request.cookies.get(SIGNED_IN) or new_session()
    found = {
        "told": "sign_in.press",
        "link": request.match_info["link"],
        "next": _where(request.query.get("next") or request.cookies.get(NEXT, "")),
        "csrf": house.walls.token(session),
    }
    response = _page(house, request, found)
    house.walls.keep(response, SIGNED_IN, session)
    return response


async def redeem(house: House, request: web.Request) -> web.StreamResponse:
    """Opens a session under a new id. Raises Refused where the link does not open."""
    posted = await request.post()
    house.walls.check(request, posted)
    ticket = tickets.read(str(posted.get("link") or ""))
    before = await _visit(house, request)
    found = await _redeemed(house, ticket, before) if ticket else Why.UNKNOWN
    if not isinstance(found, SignedIn):
        raise await _refused(house, request, found, ticket.company_id if ticket else "")
    if before is not None:
        await _end(before)
    response = _on(_where(str(posted.get("next") or "")))
    house.walls.keep(response, SIGNED_IN, str(found.ticket), LONGEST)
    house.walls.drop(response, NEXT)
    return response


async def _redeemed(house: House, ticket: Ticket, before: Visit | None) -> SignedIn | Why:
    """A new session, unless somebody else is signed in in this browser. Guesses are only read."""
    db, scope = house.library.db, Scope(ticket.company_id)
    async with db.reading(scope) as shelf:
        if not await sign_in.is_known(shelf, ticket):
            return Why.UNKNOWN
    async with db.transaction(scope) as shelf:
        return await sign_in.redeem(shelf, ticket, _here(before, ticket.company_id))


async def out(house: House, request: web.Request) -> web.StreamResponse:
    """Ends the session, here or in all browsers."""
    posted = await request.post()
    visit = await by_session(house, request)
    house.walls.check(request, posted)
    await _end(visit, everywhere=posted.get("where") == "all")
    response = _on("/sign-in?out=1")
    house.walls.drop(response, SIGNED_IN)
    return response


async def _end(visit: Visit, *, everywhere: bool = False) -> None:
    ticket = tickets.read(visit.session)
    async with visit.house.library.db.transaction(visit.scope) as shelf:
        if everywhere:
            await sign_in.sign_out_everywhere(shelf)
        elif ticket is not None:
            await sign_in.sign_out(shelf, ticket)


async def _visit(house: House, request: web.Request) -> Visit | None:
    """Who is signed in in this browser; None when nobody is."""
    try:
        return await by_session(house, request)
    except SignedOut:
        return None


def _here(before: Visit | None, company_id: str) -> str | None:
    """The member who is signed in, "" for one of another company."""
    if before is None:
        return None
    return before.member.id if before.scope.company_id == company_id else ""


async def _refused(house: House, request: web.Request, why: Why, company_id: str) -> Refused:
    """What is said. What was never given counts as a guess, and is noted up to the lock."""
    if why is Why.OTHER:
        return Refused("E-73", 403)
    if why is not Why.UNKNOWN:
        return Refused("E-71", 410)
    step = house.attempts.wrong(address_of(request))
    if step is not Step.SHUT and company_id:
        what = "sign_in.locked" if step is Step.LOCKED else "sign_in.refused"
        async with house.library.db.transaction(Scope(company_id)) as shelf:
            await sign_in.refused(shelf, what)
    return Refused("E-71", 404) if step is Step.WRONG else Refused("E-72", 429)


def _where(asked: str) -> str:
    """A path of this server; the first screen for everything else, and for signing in itself."""
    path = own_path(asked[:LONGEST_PATH])
    return "/" if path.startswith(("/sign-in", "/sign-out")) else path


def _on(where: str) -> web.Response:
    return web.Response(status=303, headers={"Location": where})


def _page(house: House, request: web.Request, found: dict[str, Any]) -> web.Response:
    """A page for somebody of whom nothing is known yet, perhaps not even the language."""
    spoken = house.walls.languages(request)
    around = {"say": say, "spoken": spoken, "locale": spoken[0]}
    return aiohttp_jinja2.render_template("sign_in.html", request, {**around, **found})
