"""事例: published cases in reach, newest or most reproduced first, by channel and area."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import web

from bot.conversation.showing import shown, visible
from bot.views.case import Shown, case_card, kind_words, proof_words
from bot.web.visit import House, Visit, enter, page
from cases import rights
from cases.db import Shelf
from cases.rights import Action
from cases.store.lists import Listed
from cases.text import whole_number
from cases.vocabulary import terms

PAGE = 20  # cases on one page


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address of the page asks for."""

    sort: str
    channel: str
    area: str
    page: int

    def link(self, page: int) -> str:
        """The same page of cases, turned to another leaf."""
        asked = {"sort": self.sort, "channel": self.channel, "area": self.area, "page": str(page)}
        return "/library?" + urlencode({key: value for key, value in asked.items() if value})


async def library(house: House, request: web.Request) -> web.StreamResponse:
    """The list; each case opens on its own page, or over this one."""
    visit = await enter(house, request)
    wanted = _wanted(request)
    async with house.library.db.transaction(visit.scope) as shelf:
        rights.need(shelf, Action.SEARCH)
        total, ids = await _leaf(shelf, wanted)
        rows = await shelf.cases.many(ids)
        views = await shown(shelf, [rows[one] for one in ids if one in rows], visit.locale)
    leaves = -(-total // PAGE)
    return await page(
        visit,
        "library.html",
        {
            "rows": [_row(visit, view) for view in views],
            "total": total,
            "wanted": wanted,
            "channels": _options("channels", visit.locale),
            "areas": _options("areas", visit.locale),
            "before": wanted.link(wanted.page - 1) if wanted.page > 1 else "",
            "after": wanted.link(wanted.page + 1) if wanted.page < leaves else "",
        },
    )


async def case(house: House, request: web.Request) -> web.StreamResponse:
    """One case: a page, or the inside of the sheet. Raises NotFound for one out of reach."""
    visit = await enter(house, request)
    async with house.library.db.transaction(visit.scope) as shelf:
        row = await visible(shelf, request.match_info["id"])
        view = (await shown(shelf, [row], visit.locale))[0]
    card = visit.card(case_card(view, visit.locale), f"case-{row.id}")
    if visit.quick:
        response = web.Response(text=str(card), content_type="text/html")
        response.headers["HX-Trigger-After-Settle"] = '{"hitotsubu": {"sheet": "open"}}'
        return response
    return await page(visit, "case.html", {"card": card, "title": row.title})


def _wanted(request: web.Request) -> Wanted:
    query = request.query
    leaf = whole_number(query.get("page", "1"))
    return Wanted(
        sort="reproduced" if query.get("sort") == "reproduced" else "new",
        channel=query.get("channel", ""),
        area=query.get("area", ""),
        page=leaf if leaf and leaf < 1000 else 1,
    )


async def _leaf(shelf: Shelf, wanted: Wanted) -> tuple[int, list[str]]:
    """How many cases there are, and the ids of one page of them."""
    first = (wanted.page - 1) * PAGE
    if (wanted.sort, wanted.channel, wanted.area) == ("new", "", ""):
        rows = await shelf.cases.listed(first, PAGE)
        return await shelf.cases.visible_count(), [row.id for row in rows]
    ordered = await _ordered(shelf, _filtered(await shelf.cases.listed(), wanted), wanted)
    return len(ordered), [row.id for row in ordered[first : first + PAGE]]


def _filtered(rows: list[Listed], wanted: Wanted) -> list[Listed]:
    """A family's key finds its members too: 「面会」 finds 「面会(対面)」."""
    return [
        row
        for row in rows
        if _has(row.channels, "channels", wanted.channel) and _has(row.area, "areas", wanted.area)
    ]


def _has(keys: list[str], name: str, key: str) -> bool:
    known = terms(name)
    return not key or any(k == key or (k in known and known[k].family == key) for k in keys)


async def _ordered(shelf: Shelf, rows: list[Listed], wanted: Wanted) -> list[Listed]:
    if wanted.sort == "new":
        return rows
    worked = await shelf.loop.worked()
    return sorted(rows, key=lambda row: -worked.get(row.id, 0))


def _row(visit: Visit, view: Shown) -> dict[str, str]:
    return {
        "id": view.case.id,
        "title": view.case.title,
        "result": view.case.result,
        "kind": " ／ ".join(kind_words(view.case, visit.locale)),
        "proof": proof_words(view.result, visit.locale),
        "office": view.office,
        "day": visit.day(view.case.shared_at),
    }


def _options(name: str, locale: str) -> list[tuple[str, str]]:
    """Keys and labels of a list, members a step to the right of their family."""
    return [
        (term.key, ("　" if term.family else "") + term.label(locale))
        for term in terms(name).values()
    ]
