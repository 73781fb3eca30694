"""Who looks at a page: somebody of the switch, or whoever has signed in in this browser."""

from __future__ import annotations

from aiohttp import web

from bot.web.visit import WHO, House, Visit
from bot.web.walls import SESSION, SIGNED_IN, SignedOut, new_session
from cases import members, sign_in, tickets
from cases.errors import NotFound
from cases.scope import Scope


async def by_switch(house: House, request: web.Request) -> Visit:
    """The page without login: the sample company's people. NotFound where nobody is there."""
    people = await house.back.people()
    chosen = request.cookies.get(WHO, "")
    known = [person.member_id for person in people]
    if not known:
        raise NotFound
    member_id = chosen if chosen in known else known[0]
    async with house.library.db.transaction(Scope(house.back.company_id)) as shelf:
        member = await shelf.people.member(member_id)
        now, sample = shelf.now, (await shelf.people.company()).sample
    if member is None:
        raise NotFound
    session = request.cookies.get(SESSION) or new_session()
    return Visit(
        house=house,
        request=request,
        session=session,
        team=house.back.team,
        people=people,
        member=member,
        scope=members.scope_of(member),
        locale=member.locale,
        now=now,
        sample=sample,
    )


async def by_session(house: House, request: web.Request) -> Visit:
    """Whoever signed in, with the roles that they have now. Raises SignedOut."""
    cookie = request.cookies.get(SIGNED_IN, "")
    ticket = tickets.read(cookie)
    if ticket is None:
        raise SignedOut
    scope = Scope(ticket.company_id)
    async with house.library.db.reading(scope) as shelf:
        seen = await sign_in.who(shelf, ticket)
        now, sample = shelf.now, seen is not None and (await shelf.people.company()).sample
    if seen is None:
        raise SignedOut
    if seen.stale:
        async with house.library.db.transaction(scope) as shelf:
            await sign_in.touch(shelf, seen.session_id)
    member = seen.member
    return Visit(
        house=house,
        request=request,
        session=cookie,
        team=seen.team,
        people=[],
        member=member,
        scope=members.scope_of(member),
        locale=member.locale,
        now=now,
        sample=sample,
    )
