"""状態: model, index, schema, jobs, queue and failures, as the composition root reports them."""

from __future__ import annotations

from aiohttp import web

from bot.views.elements import Card
from bot.web.visit import House, enter, page
from cases import rights
from cases.rights import Action


async def status(house: House, request: web.Request) -> web.StreamResponse:
    """One table, and for administrators what is stuck, with what they can do about it.

    Of their own company others see what comes next, as in chat; the sample's page shows all.
    """
    from bot.conversation.sending import problems  # with the guard: not for the first page
    from bot.conversation.status import coming  # as above

    visit = await enter(house, request)
    rows = await house.back.status(visit.scope.company_id, visit.locale)
    if visit.signed_in and not rights.may(visit.scope, Action.STATE):
        rows = coming(dict(rows), visit.locale)
    async with house.library.db.transaction(visit.scope) as shelf:
        parts = await problems(shelf, visit.locale)
    card = visit.card(Card(tuple(parts)), "problems") if parts else ""
    return await page(visit, "status.html", {"rows": rows, "problems": card})
