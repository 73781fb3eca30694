"""会社の休日と避ける期間: one day or range a line, checked and shown before it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.views import schedule as words
from bot.web.visit import House, Visit, enter, page, remember
from cases import rights
from cases.rights import Action
from scheduler import calendar, company_days, schedules
from scheduler.company_days import LISTS, SWITCHES, BadDay
from scheduler.jobs import BY_NAME

SHOWN = ("monthly_digest", "reflection")  # the schedules that a calendar moves


async def form(house: House, request: web.Request) -> web.StreamResponse:
    """The calendar as it was typed. Raises NotAllowed for all but 事務局."""
    visit = await enter(house, request)
    async with house.library.db.transaction(visit.scope) as shelf:
        rights.need(shelf, Action.SCHEDULE)
        typed = company_days.typed((await shelf.people.company()).settings)
    return await _form(visit, typed)


async def change(house: House, request: web.Request) -> web.StreamResponse:
    """確認 shows the next dates by the new calendar; 保存 keeps it."""
    posted = await request.post()
    visit = await enter(house, request)
    house.walls.check(request, posted)
    async with house.library.db.transaction(visit.scope) as shelf:
        rights.need(shelf, Action.SCHEDULE)
    typed = {name: str(posted.get(name) or "") for name in (*LISTS, *SWITCHES)}
    bad = _first_bad(visit, typed)
    if bad:
        return await _form(visit, typed, bad)
    async with house.library.db.transaction(visit.scope) as shelf:
        if posted.get("step") == "save":
            await schedules.set_calendar(shelf, BY_NAME, typed)
            response = web.Response(status=303, headers={"Location": "/schedule?told=saved"})
            remember(response, visit)
            return response
        zone = ZoneInfo((await shelf.people.company()).zone)
        new = calendar.from_settings({"calendar": company_days.read(typed)})
        coming = [
            (
                words.job_words(kind, visit.locale),
                [
                    words.due_words(turn.due_at, zone, visit.locale)
                    for turn in await schedules.coming(shelf, BY_NAME, kind, new)
                ],
            )
            for kind in SHOWN
        ]
    return await page(visit, "calendar_check.html", {"typed": typed, "coming": coming})


def _first_bad(visit: Visit, typed: Mapping[str, str]) -> str:
    """The sentence about the first list that cannot be read; "" when all can."""
    for name in LISTS:
        try:
            company_days.days(typed[name])
        except BadDay as error:
            field = visit.words(f"schedule.cal_{name}")
            return visit.words("schedule.cal_bad", field=field, line=error.detail)
    return ""


async def _form(visit: Visit, typed: Mapping[str, Any], error: str = "") -> web.Response:
    found = {"typed": typed, "lists": LISTS, "switches": SWITCHES, "error": error}
    return await page(visit, "calendar.html", found, status=400 if error else 200)
