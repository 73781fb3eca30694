"""控え: the queues of safety and compliance for those who may read them, and a month as CSV."""

from __future__ import annotations

import asyncio

from aiohttp import web

from bot.web.visit import House, enter, page
from cases import holds, months, rights


async def queues(house: House, request: web.Request) -> web.StreamResponse:
    """Each queue as in chat, and the month. Raises NotAllowed for everybody else."""
    from bot.conversation.holds import LINES, MOST, items  # reads the guard: not for the first page
    from bot.views.holds import month_card, queue_card
    from cases import safety

    visit = await enter(house, request)
    names = [name for name, action in holds.READERS.items() if rights.may(visit.scope, action)]
    cards = []
    async with house.library.db.transaction(visit.scope) as shelf:
        for name in names or holds.READERS:
            found = await holds.queue(shelf, name)
            shown = await items(shelf, found[:MOST], visit.locale)
            card = queue_card(name, shown, len(found), visit.locale)
            cards.append(visit.card(card, f"queue-{name}"))
        month = request.query.get("month") or months.month_of(shelf.now)
        if holds.SAFETY in names:
            sums = await safety.month_of(shelf, month)
            rows = await items(shelf, sums.items[-LINES:], visit.locale)
            cards.append(visit.card(month_card(sums, rows, visit.locale), "month"))
    return await page(
        visit, "holds.html", {"cards": cards, "month": month if holds.SAFETY in names else ""}
    )


async def reconciliation(house: House, request: web.Request) -> web.StreamResponse:
    """The month as a file; the number of its rows is in the audit trail."""
    from cases import safety  # as above

    visit = await enter(house, request)
    month = request.match_info["month"]
    async with house.library.db.reading(visit.scope) as shelf:
        found = await safety.month_of(shelf, month)
    text = await asyncio.to_thread(safety.built, found)  # others are served meanwhile
    async with house.library.db.transaction(visit.scope) as shelf:
        await safety.note(shelf, found)
    named = {"Content-Disposition": f'attachment; filename="safety-{month}.csv"'}
    return web.Response(text=text, content_type="text/csv", charset="utf-8", headers=named)
