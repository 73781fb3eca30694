"""営業所: its figures by month, what was shared in its room, its newest digest; and the pack."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.conversation.showing import office_word
from bot.views.digest import digest_card, reason_words
from bot.views.elements import Card
from bot.views.pack import tried_words
from bot.web.visit import House, Visit, enter, page
from cases import counts, digests, months, packs, rights
from cases.counts import Figures
from cases.db import Shelf
from cases.errors import NotFound
from cases.models.org import Office
from cases.rights import Action
from cases.vocabulary import label

MONTHS = 6


async def office(house: House, request: web.Request) -> web.StreamResponse:
    """The member's own office; 事務局 may look at each, and at any month's digest beforehand."""
    visit = await enter(house, request)
    previews = rights.may(visit.scope, Action.PREVIEW_DIGEST)
    asked = request.query.get("month", "")
    async with house.library.db.transaction(visit.scope) as shelf:
        rights.need(shelf, Action.SEARCH)
        offices = await shelf.people.offices()
        here = _here(visit, offices, request.query.get("office", ""))
        month = months.month_of(shelf.now)
        sees = rights.may(visit.scope, Action.FIGURES, office=here.id)
        figures = await counts.office_figures(shelf, here.id, month, MONTHS) if sees else None
        digest = await _digest(shelf, here.id, asked if previews else "")
    posts = await house.back.posts(visit.scope.company_id, here.id)
    found: dict[str, Any] = {
        "here": here,
        "name": office_word(here, visit.locale),
        "offices": [(row.id, office_word(row, visit.locale)) for row in offices],
        "figures": figures,
        "sees_figures": sees,
        "most": max([1, *(n for f in figures or [] for n in _told(f))]),
        "posts": [(visit.day(p.at), visit.card(p.card, f"post-{p.id}")) for p in posts],
        "previews": previews,
        "preview": asked if previews else "",
        "months": list(reversed(months.last(month, 13))),
        "last": months.before(month),
        "digest": visit.card(_card(visit, digest), "digest") if digest else "",
    }
    return await page(visit, "office.html", found)


async def pack(house: House, request: web.Request) -> web.StreamResponse:
    """定例の資料: one page of A4 for the promoters' meeting."""
    visit = await enter(house, request)
    async with house.library.db.transaction(visit.scope) as shelf:
        rights.need(shelf, Action.SEARCH)
        here = _here(visit, await shelf.people.offices(), request.match_info["office"])
        if here.id != request.match_info["office"]:
            raise NotFound
        months.limits(request.match_info["month"])
        made = await packs.make(shelf, here.id, request.match_info["month"])
    month = {"month": made.month}
    items = [
        {**item, "why": reason_words(item["reason"], month, visit.locale)} for item in made.items
    ]
    found = {
        "name": made.office_en if visit.locale == "en" else made.office,
        "pack": made,
        "items": items,
        "barriers": [(label("barriers", key, visit.locale), n) for key, n in made.barriers],
        "tried": lambda tried: tried_words(tried, visit.locale),
        "question": made.question[visit.locale],
    }
    return await page(visit, "pack.html", found)


def _told(figures: Figures) -> list[int]:
    numbers = (figures.posted, figures.tried, figures.reproduced)
    return [number for number in numbers if number is not None]


def _here(visit: Visit, offices: list[Office], asked: str) -> Office:
    """The office to show: one's own, or any for 事務局. Raises NotFound where there is none."""
    own = visit.member.office_id
    wanted = (
        (asked or own or offices[0].id if offices else "")
        if rights.may(visit.scope, Action.PREVIEW_DIGEST)
        else own
    )
    for row in offices:
        if row.id == wanted:
            return row
    raise NotFound


def _card(visit: Visit, digest: Mapping[str, Any]) -> Card:
    """The digest with the buttons that its reader may press: they act on the own office's room."""
    office_id = digest["office_id"]
    own = visit.member.office_id == office_id
    shares = own and rights.may(visit.scope, Action.SHARE_DIGEST, office=office_id)
    return digest_card(digest, visit.locale, shares=shares, own=own)


async def _digest(shelf: Shelf, office_id: str, month: str) -> dict[str, Any] | None:
    """The newest digest that was made; with a month, the digest as it would be made now."""
    if month:
        months.limits(month)
        return dict((await digests.preview(shelf, office_id, month)).content)
    rows = await shelf.talks.digests(office_id)
    if not rows:
        return None
    return dict((await digests.current(shelf, office_id, rows[0].month)).content)
