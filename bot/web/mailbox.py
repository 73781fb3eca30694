"""受信箱: the letters that a member was sent, as the cards that were frozen for them."""

from __future__ import annotations

from aiohttp import web

from bot.web.visit import House, enter, page


async def mailbox(house: House, request: web.Request) -> web.StreamResponse:
    """Newest first. Opening the page reads the letters; what was new is still marked this once."""
    visit = await enter(house, request)
    letters = await visit.letters()
    swapped = visit.thread.swapped
    rows = []
    for letter in letters:
        card_id = f"letter-{letter.id}"
        card = visit.card(swapped.get(card_id, letter.card), card_id)
        rows.append({"day": visit.day(letter.at), "new": not letter.read, "card": card})
    response = await page(visit, "mailbox.html", {"rows": rows, "unread": 0})
    unread = [letter.id for letter in letters if not letter.read]
    if unread:
        await house.back.mark_read(visit.scope.company_id, visit.member.id, unread)
    return response
