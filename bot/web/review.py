"""確認待ち: cases that wait for company-wide approval, each as colleagues would see it."""

from __future__ import annotations

from aiohttp import web

from bot.conversation.showing import shown
from bot.views.case import Shown, case_card
from bot.views.elements import Actions, Button, Card
from bot.web.visit import House, Visit, enter, page
from cases import review

MOST = 20  # cases on the page, oldest first


async def waiting(house: House, request: web.Request) -> web.StreamResponse:
    """The queue. Raises NotAllowed for everybody who does not approve."""
    visit = await enter(house, request)
    async with house.library.db.transaction(visit.scope) as shelf:
        rows = await review.queue(shelf)
        views = await shown(shelf, rows[:MOST], visit.locale)
        asked = {row.id: row.release_asked_at for row in rows}
    cards = []
    for view in views:
        since = asked[view.case.id]
        card = visit.card(_card(visit, view), f"case-{view.case.id}")
        cards.append((visit.day(since) if since else "", card))
    return await page(visit, "review.html", {"cards": cards, "total": len(rows)})


def _card(visit: Visit, view: Shown) -> Card:
    """The case with the two buttons of the queue in place of the readers'."""
    parts = [part for part in case_card(view, visit.locale).parts if not isinstance(part, Actions)]
    value = f"{view.case.id}:{review.mark(view.case)}"
    release = Button(visit.words("review.release"), "review.release", value, primary=True)
    back = Button(visit.words("review.give_back"), "review.give_back", view.case.id)
    return Card((*parts, Actions((release, back))))
