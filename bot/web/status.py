"""状態: model, index, schema, jobs, queue and failures, as the composition root reports them."""

from __future__ import annotations

from aiohttp import web

from bot.web.visit import House, enter, page


async def status(house: House, request: web.Request) -> web.StreamResponse:
    """One table, in words that an administrator can act on."""
    visit = await enter(house, request)
    rows = await house.back.status(visit.scope.company_id, visit.locale)
    return await page(visit, "status.html", {"rows": rows})
