"""確認待ち: what waits for approval, each as colleagues would see it, what is like it beside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aiohttp import web

from bot.views.elements import Actions, Button, Card
from bot.web.visit import House, Visit, enter, page
from cases import review, rights, second_look
from cases.rights import Action

MOST = 20  # texts on the page, oldest first
COMPARED = 10  # of them, with what is like them: each costs a search


async def waiting(house: House, request: web.Request) -> web.StreamResponse:
    """The page. Raises NotAllowed for everybody who does not approve."""
    visit = await enter(house, request)
    around = {"tools": visit.card(_tools(visit), "tools"), **await queue(visit)}
    return await page(visit, "review.html", around)


async def queue(visit: Visit, decided: Mapping[str, Card] | None = None) -> dict[str, Any]:
    """What waits now. `decided`: what a press has just made of cards on the page, by their ids.

    They stand in their places while they still wait, else above the others.
    """
    # Read now: they bring the guard, which the first page does not wait for.
    from bot.conversation.review import beside, reviewed, sampled
    from bot.views.review import imports_parts, near_parts, waiting_parts
    from bot.views.second_look import offer_parts

    house, done = visit.house, dict(decided or {})
    async with house.library.db.transaction(visit.scope) as shelf:
        found = await review.queue(shelf)
        rows = await reviewed(shelf, found[:MOST], visit.locale)
        imports = await sampled(shelf)
        again = await second_look.due(shelf)
    near = await beside(house.library, visit.scope, found[:COMPARED])
    cards = []
    for number, row in enumerate(rows):
        if number < len(near):
            row = replace(row, near=near[number])
        parts = waiting_parts(row, visit.locale)
        card = Card((*parts[:-1], *near_parts(row, visit.locale), parts[-1]))
        card = done.pop(f"case-{row.id}", card)
        since = found[number].since
        cards.append((visit.day(since) if since else "", visit.card(card, f"case-{row.id}")))
    around = {"cards": cards, "total": len(found)}
    around["done"] = [visit.card(card, card_id) for card_id, card in done.items()]
    if imports:
        many = Card(tuple(imports_parts(imports, visit.locale)))
        around["imports"] = visit.card(many, "imports")
    if again:
        around["again"] = visit.card(Card(tuple(offer_parts(again, visit.locale))), "again")
    return around


def _tools(visit: Visit) -> Card:
    """規則 and 「添付文書・資材が変わった」 for all who review, 確認の設定 for 事務局."""
    buttons = [Button(visit.words("rules.title"), "rules.show")]
    if rights.may(visit.scope, Action.REVISE):
        buttons.append(Button(visit.words("revision.title"), "revision.start"))
    if rights.may(visit.scope, Action.SETTINGS):
        buttons.append(Button(visit.words("reviewing.settings"), "review.settings"))
    return Card((Actions(tuple(buttons)),))
