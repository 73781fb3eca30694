"""控え: the queues of safety and compliance for those who may read them, and a month as CSV."""

from __future__ import annotations

from aiohttp import web

from bot.conversation.holds import LINES, MOST, items
from bot.views.holds import month_card, queue_card
from bot.web.visit import House, enter, page
from cases import holds, months, safety
from cases.errors import NotAllowed
from cases.vocabulary import Role


async def queues(house: House, request: web.Request) -> web.StreamResponse:
    """Each queue as in chat, and the month. Raises NotAllowed for everybody else."""
    visit = await enter(house, request)
    names = [name for name, role in holds.READERS.items() if role in visit.scope.roles]
    if not names:
        raise NotAllowed("/".join(holds.READERS.values()))
    cards = []
    async with house.library.db.transaction(visit.scope) as shelf:
        for name in names:
            found = await holds.queue(shelf, name)
            shown = await items(shelf, found[:MOST], visit.locale)
            card = queue_card(name, shown, len(found), visit.locale)
            cards.append(visit.card(card, f"queue-{name}"))
        month = request.query.get("month") or months.month_of(shelf.now)
        if Role.SAFETY in visit.scope.roles:
            sums = await safety.month_of(shelf, month)
            rows = await items(shelf, sums.items[-LINES:], visit.locale)
            cards.append(visit.card(month_card(sums, rows, visit.locale), "month"))
    ours = Role.SAFETY in visit.scope.roles
    return await page(visit, "holds.html", {"cards": cards, "month": month if ours else ""})


async def reconciliation(house: House, request: web.Request) -> web.StreamResponse:
    """The month as a file; the number of its rows is in the audit trail."""
    visit = await enter(house, request)
    month = request.match_info["month"]
    async with house.library.db.transaction(visit.scope) as shelf:
        text, _ = await safety.export(shelf, month)
    named = {"Content-Disposition": f'attachment; filename="safety-{month}.csv"'}
    return web.Response(text=text, content_type="text/csv", charset="utf-8", headers=named)
